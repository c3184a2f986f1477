import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { amountAt, evaluate, numberAt, textAt } from "../build/curve.js";
import { stagesOf } from "../src/state/catalog.js";

const TABLE = new URL("../../../crates/engine/src/rules/curve/cases.json", import.meta.url);

interface Case {
  formula: string;
  n: number;
  value: string | null;
}

test("formulas of the assets are computed as the server computes them", () => {
  const cases = JSON.parse(readFileSync(TABLE, "utf8")) as Case[];
  assert.ok(cases.length > 40);
  for (const { formula, n, value } of cases) {
    const told = `${formula} at ${n}`;
    if (value === null) assert.throws(() => evaluate(formula, n), told);
    else assert.equal(String(evaluate(formula, n)), value, told);
  }
  for (const endless of ["(".repeat(100), "-".repeat(190), "n".repeat(300)]) assert.throws(() => evaluate(endless, 1));
});

test("numbers, amounts and texts hold formulas", () => {
  assert.equal(numberAt(6, 12), 6);
  assert.equal(numberAt("n / 5", 12), 2);
  assert.equal(amountAt("3:2:210 + 25 * (n - 1004) + 5 * (n - 1004) ^ 2", 1006), "3:2:280");
  assert.equal(textAt("tower_{n - 1000}", 1008), "tower_8");
});

test("no formula reaches the page", () => {
  const tower = stagesOf("endless");
  assert.deepEqual([tower[0]?.layout, tower[7]?.layout], ["tower_1", "tower_8"]);
  assert.ok(tower.every(({ rewards }) => rewards.every((reward) => /^\d+:\d+:\d+$/.test(reward))));
});
