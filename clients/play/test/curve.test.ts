import assert from "node:assert/strict";
import { test } from "node:test";
import { amountAt, evaluate, numberAt, textAt } from "../build/curve.js";
import { stagesOf } from "../src/state/catalog.js";

test("formulas of the assets are computed as the server computes them", () => {
  assert.equal(evaluate("500 + 20 * (n - 8)", 10), 540);
  assert.equal(evaluate("2 ^ 3 ^ 2 - -n", 1), 513);
  assert.equal(evaluate("7 / 2", 1), 3);
  assert.equal(numberAt(6, 12), 6);
  assert.equal(amountAt("3:2:210 + 25 * (n - 1004) + 5 * (n - 1004) ^ 2", 1006), "3:2:280");
  assert.equal(textAt("tower_{n - 1000}", 1008), "tower_8");
  for (const wrong of ["2 +", "(n", "m", "1 2"]) assert.throws(() => evaluate(wrong, 1), wrong);
});

test("no formula reaches the page", () => {
  const tower = stagesOf("endless");
  assert.deepEqual([tower[0]?.layout, tower[7]?.layout], ["tower_1", "tower_8"]);
  assert.ok(tower.every(({ rewards }) => rewards.every((reward) => /^\d+:\d+:\d+$/.test(reward))));
});
