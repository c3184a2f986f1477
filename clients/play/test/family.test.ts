import assert from "node:assert/strict";
import { test } from "node:test";
import { leavingOf } from "../src/screens/family/model.js";

test("who leaves is told what that does: the last ends the family, a leader hands it over", () => {
  const family = { family: "青云", leader: "ann", max: 50 };
  assert.equal(leavingOf({ ...family, members: ["ann"] }, "ann"), "ends");
  assert.equal(leavingOf({ ...family, members: ["ann", "bob"] }, "ann"), "hands_over");
  assert.equal(leavingOf({ ...family, leader: "bob", members: ["bob", "ann"] }, "ann"), "goes");
});
