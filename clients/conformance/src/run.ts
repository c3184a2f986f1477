/**
 * Runs a client against every scenario: `npm run -s conformance -- [--only TEXT] COMMAND [ARGUMENT..]`. The command is the
 * client's adapter. Writes a line for each scenario; exits with 1 if one failed.
 */

import { readdir, readFile } from "node:fs/promises";
import { play } from "./runner.js";
import type { Scenario } from "./scenario.js";

const folder = new URL("../exchanges/", import.meta.url);

/** All scenarios, by the names of their files and in their order there. */
export async function scenarios(): Promise<Scenario[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".json")).sort();
  const files = names.map(async (name) => JSON.parse(await readFile(new URL(name, folder), "utf8")) as Scenario[]);
  return (await Promise.all(files)).flat();
}

/** Runs a client against the scenarios whose name contains `only`; returns what went wrong, by their names. */
export async function check(command: readonly string[], only = ""): Promise<Map<string, string>> {
  const failures = new Map<string, string>();
  for (const scenario of (await scenarios()).filter(({ name }) => name.includes(only))) {
    const wrong = await play(scenario, command);
    process.stdout.write(`${wrong === undefined ? "ok    " : "FAILED"} ${scenario.name}\n`);
    if (wrong !== undefined) {
      process.stdout.write(`       ${wrong}\n       the rule: ${scenario.rule}\n`);
      failures.set(scenario.name, wrong);
    }
  }
  return failures;
}

async function main(given: readonly string[]): Promise<void> {
  const only = given[0] === "--only" ? given[1] : undefined;
  const command = only === undefined ? given : given.slice(2);
  if (command.length === 0) {
    process.stderr.write("usage: conformance [--only TEXT] COMMAND [ARGUMENT..]\n");
    process.exitCode = 2;
    return;
  }
  process.exitCode = (await check(command, only)).size === 0 ? 0 : 1;
}

if (process.argv[1] !== undefined && import.meta.filename === process.argv[1]) {
  await main(process.argv.slice(2));
}
