/** Against the real program, which the environment variable RAIDKEEP_PROGRAM names. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { kills } from "./support/kills.js";
import { Program, skip } from "./support/program.js";

describe("a real server that is killed", { skip }, () => {
  let program: Program;
  before(async () => {
    program = await Program.start();
  });
  after(() => program.stop());

  test("10 kills with 10 clients under load: no acknowledged call is lost, none doubled", async () => {
    const report = await kills(program, { kills: 10, clients: 10, seed: 1 });
    assert.deepEqual(report.mistakes, []);
    assert.ok(report.reconnects >= 10, "every kill was noticed");
  });

  test("3 kills with 10 clients on a bad network: the same", async () => {
    const report = await kills(program, { kills: 3, clients: 10, seed: 2, isNetworkBad: true });
    assert.deepEqual(report.mistakes, []);
  });
});

const modules = new URL("../../node_modules/", import.meta.url);
/** This Node, that of the machine where npm has put another one before it, and one that has a WebSocket of its own. */
const runtimes = new Set(
  [process.execPath, process.env["npm_node_execpath"] ?? "", fileURLToPath(new URL("node22/bin/node", modules))].filter(
    existsSync,
  ),
);

/** What a program prints until a line of it matches; then it is ended. */
async function printed(node: string, args: string[], enough: RegExp): Promise<string> {
  const running = spawn(node, args, {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  for await (const line of createInterface({ input: running.stdout })) {
    text += `${line}\n`;
    if (enough.test(line)) break;
  }
  running.kill();
  return text;
}

describe("the built package with a real server", { skip }, () => {
  let program: Program;
  before(async () => {
    program = await Program.start();
  });
  after(() => program.stop());

  for (const node of runtimes) {
    test(`${node}: with its own WebSocket if it has one, else with that of ws`, async () => {
      const story = fileURLToPath(new URL("support/runtime.mjs", import.meta.url));
      const text = await printed(node, [story, program.url, `guest-${node}`], /^(energy|failed)/);
      assert.match(text, /energy 114/);
      assert.match(text, /^v2[01]\..* ws$|^v(2[2-9]|[3-9]\d)\..* its own$/m, "Node 22 and newer need nothing");
    });
  }

  test("the ten minutes of the readme play as they stand", async () => {
    const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
    const [, code = ""] = /```ts\n([^]*?)```/.exec(readme) ?? [];
    const ours = code.replace("ws://127.0.0.1:7350", program.url);
    const text = await printed(process.execPath, ["--input-type=module", "-e", ours], /remain/);
    assert.match(text, /^won 3:9:125 .*level 3, energy 114$/m);
    assert.match(text, /^91 stage error$/m);
    assert.match(text, /remain: 114/);
  });

  test("the example of a bot plays", async () => {
    const text = await printed(
      process.execPath,
      ["--import", "tsx", "examples/bot.ts", program.url, "example-bot"],
      /^stage 8: /,
    );
    assert.match(text, /^stage 8: .*3:1:375.*, energy 114$/m);
  });
});
