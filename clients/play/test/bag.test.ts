import assert from "node:assert/strict";
import { test } from "node:test";
import { type Ending, hasEnded, ownedItems } from "../src/screens/bag/model.js";

function ending(item: string, at: number): Ending {
  return { item, quantity: 1, cd: 60, expires_at: at, last_expires_at: at };
}

test("potions come first, then what ends soonest, then the rest by number", () => {
  const items = new Map([
    ["3:1", 5],
    ["3:27", 1],
    ["3:2", 0],
    ["3:26", 1],
    ["0:9", 1],
    ["3:10", 2],
  ]);
  const owned = ownedItems({ items, expiring: [ending("3:26", 200), ending("3:27", 100)] });
  assert.deepEqual(
    owned.map(({ item }) => item),
    ["3:10", "3:27", "3:26", "0:9", "3:1"],
  );
  assert.equal(owned[0]?.energy, 5, "the small potion gives what its asset says");
});

test("an item has ended at the second at which its time is over", () => {
  assert.equal(hasEnded([ending("3:26", 100)], 99), false);
  assert.equal(hasEnded([ending("3:26", 100)], 100), true);
});
