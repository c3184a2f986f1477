import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRon } from "../build/ron.js";

test("what the assets use of RON is read", () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ["(a: 1, b: -2.5, c: 1_000,)", { a: 1, b: -2.5, c: 1000 }],
    [
      "[(1, 2), (3, 4)]",
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ['{"key": (name: "名")}', { key: { name: "名" } }],
    ["(mode: coin, yes: true, none: None, some: Some(3))", { mode: "coin", yes: true, none: null, some: 3 }],
    ['Weekly(weekdays: [monday], from: "12:00")', { kind: "Weekly", weekdays: ["monday"], from: "12:00" }],
    ['// a comment\n(text: "a \\"quoted\\" line" /* and */ )', { text: 'a "quoted" line' }],
  ];
  for (const [text, expected] of cases) assert.deepEqual(parseRon(text, "test.ron"), expected, text);
});

test("a mistake is told with file and line", () => {
  assert.throws(() => parseRon("(\n  a: 1\n  b: 2\n)", "items.ron"), /items\.ron:3: expected "," or "\)"/);
});
