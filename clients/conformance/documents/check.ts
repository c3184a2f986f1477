// Whether generic generators make something of the documents that the server's program writes: `npm run documents`. The
// program is named by RAIDKEEP_PROGRAM.

import { execFileSync } from "node:child_process";

import { Parser } from "@asyncapi/parser";
import { compile, type JSONSchema } from "json-schema-to-typescript";

const PROGRAM = process.env["RAIDKEEP_PROGRAM"] ?? "../../target/debug/raidkeep";

function written(part: string): string {
  return execFileSync(PROGRAM, ["schema", part], { encoding: "utf8", maxBuffer: 64 << 20 });
}

/** The interfaces of a module without a field that has a name. */
function emptyInterfaces(module: string): string[] {
  const interfaces = module.matchAll(/^export interface (\w+) \{\n([\s\S]*?)^\}/gm);
  return [...interfaces].filter(([, , body]) => !/^ {2}\S+\??: /m.test(body ?? "")).map(([, name]) => name ?? "");
}

/** The types of a schema, except those that have no fields by their nature. */
async function faultsOfSchema(part: string, fieldless: (name: string) => boolean): Promise<string[]> {
  const document = JSON.parse(written(part)) as JSONSchema;
  const module = await compile(document, part, { bannerComment: "", unreachableDefinitions: false });
  const found = [...module.matchAll(/^export (?:interface|type) \w+/gm)].length;
  const empty = emptyInterfaces(module).filter((name) => !fieldless(name));
  const faults = empty.map((name) => `${part}: ${name} has no fields`);
  console.log(`${part}: ${found} types`);
  return found > 1 ? faults : [...faults, `${part}: nothing is found from the root`];
}

/** What the official parser finds wrong with the AsyncAPI document; severity 0 is an error. */
async function faultsOfAsyncApi(): Promise<string[]> {
  const { document, diagnostics } = await new Parser().parse(written("asyncapi"));
  const errors = diagnostics.filter(({ severity }) => (severity as number) === 0);
  const operations = document?.operations().all().length ?? 0;
  console.log(`asyncapi: ${operations} operations`);
  const faults = errors.map(({ message, path }) => `asyncapi: ${path.join(".")}: ${message}`);
  return operations > 0 ? faults : [...faults, "asyncapi: it has no operations"];
}

/** What a program must send nothing with, or what answers with nothing. */
const { functions } = JSON.parse(written("protocol")) as { functions: Record<string, unknown> };
const calls = new Set(Object.keys(functions).map((name) => name.replaceAll("_", "")));
const isCall = (name: string) => calls.has(name.toLowerCase()) || name === "ShowCardTypes" || name === "Empty";

const faults = [
  ...(await faultsOfSchema("protocol", isCall)),
  ...(await faultsOfSchema("assets", () => false)),
  ...(await faultsOfSchema("config", () => false)),
  ...(await faultsOfAsyncApi()),
];
for (const fault of faults) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;
