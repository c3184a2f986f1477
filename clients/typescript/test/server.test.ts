/** Against the real program, which the environment variable RAIDKEEP_PROGRAM names. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
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
});
