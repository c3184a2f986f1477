import assert from "node:assert/strict";
import { test } from "node:test";
import { cardsOf, cardTypesOf, fits, movementsOf, purseOf } from "../src/screens/shop/model.js";

test("a player whom the platform does not know has no points", () => {
  assert.deepEqual(purseOf(""), { money: 0, charged: undefined, paid: undefined });
});

test("points may come as numbers or as texts", () => {
  const purse = { money: 99, charged: 100, paid: 1 };
  assert.deepEqual(purseOf([{ money: "99", allcharge: "100", allpay: "1" }]), purse);
  assert.deepEqual(purseOf([{ money: 99, allcharge: 100, allpay: 1 }]), purse);
});

test("movements are read in the platform's order", () => {
  const record = [
    { date: "1795854363", text: "新手礼包 RK1-2", money: "-1" },
    { date: "1795854300", text: "API加款", money: "100" },
  ];
  assert.deepEqual(movementsOf(record), [
    { at: 1795854363, text: "新手礼包 RK1-2", money: -1 },
    { at: 1795854300, text: "API加款", money: 100 },
  ]);
  assert.deepEqual(movementsOf(""), [], "an empty text is no movement");
  assert.deepEqual(movementsOf(undefined), []);
});

test("cards show what became of them", () => {
  const [card] = cardsOf([{ date: "1795854376", money: "10", num: "123", status: "200" }]);
  assert.deepEqual(card, { at: 1795854376, text: "123", money: 10, status: "200" });
});

test("card types are sorted by number, whatever letters name them", () => {
  const told = [
    {
      sd: { id: 5, name: "盛大一卡通", num: 0, pwd: 0, rate: 80 },
      yd: { id: 1, name: "移动神州行", num: 17, pwd: 18, rate: 100 },
    },
  ];
  const types = cardTypesOf(told);
  assert.deepEqual(
    types.map(({ id }) => id),
    [1, 5],
  );
  assert.deepEqual(cardTypesOf(""), [], "102: no cards are accepted");
});

test("number and password must have the lengths of the type, and 0 is any length", () => {
  const exact = { id: 1, name: "", numberLength: 3, passwordLength: 2, rate: 100 };
  assert.equal(fits(exact, "123", "12"), true);
  assert.equal(fits(exact, "1234", "12"), false);
  const any = { ...exact, numberLength: 0, passwordLength: 0 };
  assert.equal(fits(any, "1", "2"), true);
  assert.equal(fits(any, "", "2"), false, "any length is not none");
});
