import assert from "node:assert/strict";
import { test } from "node:test";
import { Fight, HEARTS, strikePower } from "../src/screens/fight/engine.js";
import { catalog, stagesOf } from "../src/state/catalog.js";

const MONSTERS = { wolf: { life: 100, speed: 10 }, leader: { life: 950, speed: 5 } };

test("a fight is won when the last foe of the last wave has fallen", () => {
  const fight = new Fight(
    [
      { time: 0, cool_down: 1, enemies: [{ monster: "wolf", count: 2, spawn: [90, 50] }] },
      { time: 60, cool_down: 0, enemies: [{ monster: "leader", count: 1, spawn: [90, 50] }] },
    ],
    MONSTERS,
    100,
  );
  for (let frame = 0; fight.outcome === "running" && frame < 2_000; frame++) {
    fight.advance(16);
    fight.strike();
  }
  assert.equal(fight.outcome, "won");
  assert.equal(fight.slain, 3, "all three were slain");
  assert.equal(fight.hearts, HEARTS, "nobody reached the hero");
});

test("a strong foe takes as many strikes as its life needs", () => {
  const fight = new Fight(
    [{ time: 0, cool_down: 0, enemies: [{ monster: "leader", count: 1, spawn: [90, 50] }] }],
    MONSTERS,
    100,
  );
  fight.advance(16);
  for (let strikes = 1; strikes < 10; strikes++) fight.strike();
  assert.equal(fight.outcome, "running", "nine strikes are not enough for 950 of life");
  fight.strike();
  assert.equal(fight.outcome, "won");
});

test("foes that reach the hero take hearts, and without hearts the fight is lost", () => {
  const many = [
    { time: 0, cool_down: 0, enemies: [{ monster: "leader", count: 20, spawn: [20, 50] as [number, number] }] },
  ];
  const fight = new Fight(many, MONSTERS, 1);
  for (let frame = 0; fight.outcome === "running" && frame < 2_000; frame++) fight.advance(16);
  assert.equal(fight.outcome, "lost");
  assert.equal(fight.strike(), false, "a lost fight goes on no more");
});

test("who only strikes steadily wins the first stages of every mode", () => {
  for (const mode of ["general", "endless", "coin", "exp"] as const) {
    const [first] = stagesOf(mode).filter(({ stage }) => stage > 7);
    const fight = new Fight(
      catalog.layouts[first?.layout ?? ""] ?? [],
      catalog.monsters,
      strikePower(first?.level ?? 2),
    );
    for (let frame = 0; fight.outcome === "running" && frame < 10_000; frame++) {
      fight.advance(16);
      if (frame % 12 === 0) fight.strike();
    }
    assert.equal(fight.outcome, "won", `the first stage of ${mode}`);
  }
});
