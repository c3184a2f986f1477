import assert from "node:assert/strict";
import { pbkdf2Sync } from "node:crypto";
import { test } from "node:test";
import { hashPassword } from "../src/game/password.js";
import { areFilled, refusalOf } from "../src/screens/account/model.js";
import { locale } from "../src/texts/texts.js";

test("a password leaves the page as PBKDF2 with the address as its salt, whatever the spelling of the address", async () => {
  const expected = pbkdf2Sync("correct horse", "raidkeep:li@example.org", 210_000, 32, "sha256").toString("hex");
  assert.equal(await hashPassword("correct horse", "li@example.org"), expected);
  assert.equal(await hashPassword("correct horse", " LI@Example.org "), expected);
});

test("one password typed with composed or with combined letters is one password", async () => {
  const email = "li@example.org";
  assert.equal(await hashPassword("caf\u00e9 12", email), await hashPassword("cafe\u0301 12", email));
});

test("a form is sent when its fields are filled; short passwords are for logging in only", () => {
  const filled = { email: "li@example.org", password: "secret", username: "李寻欢", oncePassword: undefined };
  assert.equal(areFilled(filled), true);
  assert.equal(areFilled({ ...filled, email: "li" }), false);
  assert.equal(areFilled({ ...filled, password: "short" }), false);
  assert.equal(areFilled({ ...filled, password: "short", username: undefined }), true);
  assert.equal(areFilled({ ...filled, username: " " }), false);
  const once = { ...filled, username: undefined, oncePassword: "ABCD-EFGH" };
  assert.equal(areFilled(once), true);
  assert.equal(areFilled({ ...once, oncePassword: " " }), false);
  assert.equal(areFilled({ ...once, password: "short" }), false, "it is a new password");
});

test("a refusal is said in words; a wrong password at signing up means that the address is taken", () => {
  locale.value = "en";
  const refused = (statusCode?: number): Parameters<typeof refusalOf>[0] => ({
    why: "refused",
    details: statusCode === undefined ? {} : { statusCode },
  });
  assert.equal(refusalOf(refused(401), false), "Wrong password");
  assert.equal(refusalOf(refused(401), true), "This address is signed up already, with another password");
  assert.equal(refusalOf(refused(409), true), "The name is taken, or looks like another one");
  assert.match(refusalOf(refused(), false), /No way in/);
  assert.match(refusalOf({ why: "banned", details: {} }, false), /banned/);
  assert.match(refusalOf("no_answer", false), /wait/);
});
