/**
 * Writes `built/`, the page that the server embeds, and `src/state/catalog.gen.ts`, the assets' public numbers.
 * `--check` writes nothing and fails if what is committed is not what these sources give.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";
import { readCatalog } from "./catalog.js";
import { licencesOf } from "./licences.js";

/** All of `built/` together, in bytes. */
const SIZE_MAX = 300 * 1024;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const builtFolder = join(root, "built");
const catalogFile = join(root, "src/state/catalog.gen.ts");

const checking = process.argv.includes("--check");
const problems: string[] = [];

const catalog = catalogSource();
if (checking) compare(catalogFile, catalog);
else writeFileSync(catalogFile, catalog);

const files = await bundle();
reportSizes(files);
if (checking) compareFolder(files);
else writeFolder(files);

if (problems.length > 0) {
  console.error(`${problems.join("\n")}\nRun \`npm run build -w play\` and commit what it writes.`);
  process.exit(1);
}

function catalogSource(): string {
  const entries = Object.entries(readCatalog(join(root, "../../assets")));
  const lines = entries.map(([key, value]) => `  ${key}: ${JSON.stringify(value)},`);
  return [
    "// Written by `npm run build -w play` from the assets. Do not edit.",
    'import type { Catalog } from "./catalog.js";',
    "",
    "export const assets: Catalog = {",
    ...lines,
    "};",
    "",
  ].join("\n");
}

async function bundle(): Promise<Map<string, Uint8Array>> {
  const result = await build({
    absWorkingDir: root,
    entryPoints: { app: "src/app/main.tsx", style: "src/styles/main.css" },
    outdir: "built",
    write: false,
    bundle: true,
    minify: true,
    format: "esm",
    target: ["es2022", "chrome105", "safari15.4", "firefox110"],
    jsx: "automatic",
    jsxImportSource: "preact",
    charset: "utf8",
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  });
  const files = new Map(result.outputFiles.map((file) => [relative(builtFolder, file.path), file.contents]));
  files.set("index.html", Buffer.from(await page()));
  files.set("LICENSES.txt", Buffer.from(licencesOf(Object.keys(result.metafile.inputs), root)));
  return files;
}

/** The page with its first style in it, so that it is drawn before any other file has come. */
async function page(): Promise<string> {
  const css = readFileSync(join(root, "src/styles/critical.css"), "utf8");
  const critical = (await transform(css, { loader: "css", minify: true, charset: "utf8" })).code.trim();
  const hash = createHash("sha256").update(critical).digest("base64");
  return readFileSync(join(root, "src/app/index.html"), "utf8")
    .replace("STYLE_HASH", `sha256-${hash}`)
    .replace("<!-- CRITICAL_STYLE -->", () => `<style>${critical}</style>`);
}

function reportSizes(all: Map<string, Uint8Array>): void {
  let total = 0;
  for (const [name, contents] of all) {
    total += contents.length;
    const zipped = gzipSync(contents).length;
    console.log(`${name.padEnd(14)} ${contents.length} bytes, ${zipped} compressed`);
  }
  console.log(`${"all".padEnd(14)} ${total} bytes`);
  if (total > SIZE_MAX) problems.push(`built/ has ${total} bytes, more than ${SIZE_MAX}`);
}

function writeFolder(all: Map<string, Uint8Array>): void {
  rmSync(builtFolder, { recursive: true, force: true });
  mkdirSync(builtFolder, { recursive: true });
  for (const [name, contents] of all) writeFileSync(join(builtFolder, name), contents);
}

function compareFolder(all: Map<string, Uint8Array>): void {
  for (const [name, contents] of all) compare(join(builtFolder, name), Buffer.from(contents).toString("utf8"));
  for (const name of readdirSync(builtFolder)) {
    if (!all.has(name)) problems.push(`built/${name} is not made by the build`);
  }
}

function compare(file: string, expected: string): void {
  let committed: string | undefined;
  try {
    committed = readFileSync(file, "utf8");
  } catch {
    problems.push(`${relative(root, file)} is missing`);
    return;
  }
  if (committed !== expected) problems.push(`${relative(root, file)} is not what its sources give`);
}
