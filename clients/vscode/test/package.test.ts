import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { strFromU8, unzipSync } from "fflate";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const files = unzipSync(readFileSync(join(root, "dist/raidkeep.vsix")));
const read = (name: string): string => strFromU8(files[name] ?? assert.fail(`${name} is missing`));

interface Shipped {
  name: string;
  version: string;
  publisher: string;
  main: string;
  scripts?: unknown;
  contributes: { languages: { configuration: string }[]; grammars: { path: string }[] };
}

test("the archive has what its manifest names", () => {
  const manifest = JSON.parse(read("extension/package.json")) as Shipped;
  const { languages, grammars } = manifest.contributes;
  for (const file of [
    manifest.main,
    ...languages.map((one) => one.configuration),
    ...grammars.map((one) => one.path),
  ]) {
    assert.ok(read(join("extension", file)).length > 0, file);
  }
  for (const file of ["language-configuration.json", "syntaxes/ron.tmLanguage.json"])
    JSON.parse(read(`extension/${file}`));
  assert.equal(manifest.scripts, undefined, "what only the build needs stays here");
  const identity = `Id="${manifest.name}" Version="${manifest.version}" Publisher="${manifest.publisher}"`;
  assert.ok(read("extension.vsixmanifest").includes(identity));
  for (const [, path] of read("extension.vsixmanifest").matchAll(/<Asset [^>]*Path="([^"]+)"/g)) {
    assert.ok(files[path ?? ""], `the asset ${String(path)} is there`);
  }
});

test("the extension needs nothing but VS Code", () => {
  const source = read("extension/dist/extension.cjs");
  const needed = [...source.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name ?? "");
  const builtin = createRequire(import.meta.url)("node:module") as { builtinModules: string[] };
  const others = needed.filter((name) => !builtin.builtinModules.includes(name.replace("node:", "")));
  assert.deepEqual([...new Set(others)], ["vscode"]);
});
