import assert from "node:assert/strict";
import { test } from "node:test";
import {
  canSend,
  EMPTY_DRAFT,
  holdsItems,
  isPlayers,
  isUnread,
  lengthOf,
  type Letter,
  withNew,
} from "../src/screens/mail/model.js";

function letter(key: string, fields: Partial<Letter> = {}): Letter {
  return { key, read: 0, subj: "s", body: "b", from: "f", time: "2026-11-28 16:26:02", type: "0", ...fields };
}

test("new letters stand before those that are known, and what was read here stays read", () => {
  const known = [letter("2", { read: 1 }), letter("1")];
  const merged = withNew(known, [letter("3"), letter("2"), letter("1")]);
  assert.deepEqual(
    merged.map(({ key }) => key),
    ["3", "2", "1"],
  );
  assert.deepEqual(merged.map(isUnread), [true, false, true]);
});

test("a letter holds items until they are claimed", () => {
  assert.equal(holdsItems(letter("1")), false, "an ordinary letter holds none");
  assert.equal(holdsItems(letter("1", { items: ["3:1:5"], claimed: 0 })), true);
  assert.equal(holdsItems(letter("1", { items: ["3:1:5"], claimed: 1 })), false);
  assert.equal(isPlayers(letter("1", { type: "1" })), false, "and nobody can answer it");
});

test("a draft is sent with a receiver, a subject and within the limits of the assets", () => {
  const draft = { to: "剑客", subject: "江湖", body: "" };
  assert.equal(canSend(draft), true, "the body may be empty");
  assert.equal(canSend(EMPTY_DRAFT), false);
  assert.equal(canSend({ ...draft, to: "  " }), false);
  assert.equal(canSend({ ...draft, subject: "长".repeat(40) }), true);
  assert.equal(canSend({ ...draft, subject: "长".repeat(41) }), false);
  assert.equal(canSend({ ...draft, body: "长".repeat(1001) }), false);
});

test("characters are counted as the server counts them, not in halves of UTF-16", () => {
  assert.equal(lengthOf("😀".repeat(40)), 40);
  assert.equal(lengthOf(" ab "), 2, "spaces around are not sent");
});
