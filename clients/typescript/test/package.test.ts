/** The package as npm packs it, installed into empty projects. `npm run build` comes before. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");
let folder: string;
let packed: string[];

before(() => {
  folder = mkdtempSync(join(tmpdir(), "raidkeep-package-"));
  const said = execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], { cwd: root });
  const [pack] = JSON.parse(said.toString()) as { filename: string; files: { path: string }[] }[];
  assert.ok(pack !== undefined);
  packed = pack.files.map(({ path }) => path).sort();
  const installed = join(folder, "node_modules", "@raidkeep", "client");
  mkdirSync(installed, { recursive: true });
  execFileSync("tar", ["-xzf", join(folder, pack.filename), "--strip-components=1", "-C", installed]);
});

after(() => {
  rmSync(folder, { recursive: true, force: true });
});

function run(file: string, text: string, ...args: string[]): string {
  writeFileSync(join(folder, file), text);
  return execFileSync(process.execPath, [...args, join(folder, file)], { cwd: folder, encoding: "utf8" }).trim();
}

const USE = `
const client = new Client({ url: "ws://127.0.0.1:1", guest: "g", socket: () => { throw new Error("no network here"); } });
console.log(client.state.name, typeof RefusedError, typeof wechat);
`;

test("the package has its code, types, readme and licence, and nothing else", () => {
  const others = packed.filter((path) => !/^dist\/(esm|cjs)\/[\w.-]+\.(js|js\.map|d\.ts)$/.test(path));
  assert.deepEqual(others, ["LICENSE", "README.md", "dist/cjs/package.json", "package.json"]);
  for (const path of [
    "esm/index.js",
    "cjs/index.js",
    "esm/index.d.ts",
    "cjs/index.d.ts",
    "esm/wechat.js",
    "cjs/wechat.js",
  ]) {
    assert.ok(packed.includes(`dist/${path}`), path);
  }
});

test("a project of ES modules imports it", () => {
  const text = `import { Client, RefusedError } from "@raidkeep/client";\nimport { wechat } from "@raidkeep/client/wechat";${USE}`;
  assert.equal(run("use.mjs", text), "idle function function");
});

test("a CommonJS project requires it", () => {
  const text = `const { Client, RefusedError } = require("@raidkeep/client");\nconst { wechat } = require("@raidkeep/client/wechat");${USE}`;
  assert.equal(run("use.cjs", text), "idle function function");
});

const TYPED = `
export async function play(client: Client): Promise<number> {
  const { energy } = await client.call("enter_stage_general", { stage: 8 });
  const hung = await client.call("start_hang_up", { stage: 3 });
  const status: 0 | 1 | 2 = hung.status;
  client.on("mail_received", ({ subj }) => subj.toUpperCase());
  try {
    await client.call("mopping_up_stage", { stage: 8, count: 2 });
  } catch (error) {
    if (isRefused(error, "mopping_up_stage") && error.status === 97) return error.status;
    // @ts-expect-error 1234 is no code of this function
    if (isRefused(error, "mopping_up_stage") && error.status === 1234) return 0;
  }
  // @ts-expect-error there is no such function
  await client.call("enter_stage_generel", { stage: 8 });
  // @ts-expect-error a stage is a number
  await client.call("enter_stage_general", { stage: "8" });
  // @ts-expect-error the stage is needed
  await client.call("enter_stage_general");
  await client.call("get_player_info");
  return energy.remain + status;
}
`;

for (const [kind, extension] of [
  ["an ES module", "mts"],
  ["CommonJS", "cts"],
]) {
  test(`its types hold in ${kind} of the strictest kind`, () => {
    const file = join(folder, `typed.${extension}`);
    writeFileSync(
      file,
      `import { isRefused } from "@raidkeep/client";\nimport type { Client } from "@raidkeep/client";${TYPED}`,
    );
    const strict = [
      "--strict",
      "--noEmit",
      "--module",
      "nodenext",
      "--target",
      "es2022",
      "--exactOptionalPropertyTypes",
    ];
    const { stdout } = spawnSync(process.execPath, [compiler, ...strict, file], { cwd: folder, encoding: "utf8" });
    assert.equal(stdout, "", "the compiler says nothing");
  });
}

test("it bundles for the browser without anything of Node", async () => {
  const { build } = await import("esbuild");
  writeFileSync(join(folder, "page.js"), `import { Client } from "@raidkeep/client"; globalThis.Client = Client;`);
  const { outputFiles } = await build({
    entryPoints: [join(folder, "page.js")],
    bundle: true,
    write: false,
    platform: "browser",
    logLevel: "silent",
  });
  assert.doesNotMatch(outputFiles[0]?.text ?? "", /require\(|node:/);
});
