import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { play } from "../src/runner.js";
import { scenarios } from "../src/run.js";
import { difference } from "../src/scenario.js";

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const tsx = ["--import", "tsx"];
const client = [process.execPath, ...tsx, path("../../typescript/test/conformance-adapter.ts")];

/** What the suite says of a client with a fault, in the scenario of this name. */
async function judged(fault: string, name: string): Promise<string | undefined> {
  const scenario = (await scenarios()).find((scenario) => scenario.name === name);
  assert.ok(scenario !== undefined, `a scenario "${name}" should be there`);
  return play(scenario, [process.execPath, ...tsx, path("faulty.ts"), fault, ...client]);
}

const first = "a change whose reply is lost is asked again under its key";

test("a client without a fault passes behind the server that makes faults", async () => {
  assert.equal(await judged("none", first), undefined);
});

for (const [fault, name, expected] of [
  ["sends no keys", first, /once: expected a text, found nothing/],
  ["makes a key for each attempt", first, /once: expected .* again/],
  ["asks twice", "every change has a key, and the keys of a client are one rising series", /another request came/],
  ["asks in another order", "open changes are asked again in their order", /another request came/],
  ["ends calls twice", first, /ended more than once/],
  ["tells of no gaps", "a missing number is a gap", /waited .* for the client to say \{"gap":true\}/],
] as const) {
  test(`the suite objects to a client that ${fault}`, async () => {
    assert.match((await judged(fault, name)) ?? "nothing", expected);
  });
}

test("a client that says nothing is objected to, and not waited for without end", async () => {
  const [scenario] = await scenarios();
  assert.ok(scenario !== undefined);
  const wrong = await play(scenario, [process.execPath, "-e", "process.exit(3)"]);
  assert.match(wrong ?? "nothing", /the adapter ended with 3/);
});

test("every scenario has a name of its own, and its rule is where it says", async () => {
  const all = await scenarios();
  assert.equal(new Set(all.map(({ name }) => name)).size, all.length);
  for (const rule of new Set(all.map(({ rule }) => rule))) {
    const [file = "", anchor] = rule.split("#");
    const text = await readFile(new URL(`../../../${file}`, import.meta.url), "utf8");
    const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
      title.toLowerCase().replaceAll(" ", "-"),
    );
    assert.ok(anchor !== undefined && headings.includes(anchor), `${rule}: ${file} has no such heading`);
  }
});

test("what was expected is compared field by field", () => {
  const names = new Map<string, string>();
  assert.equal(
    difference({ a: 1, once: "$key" }, { a: 1, b: 2, once: "s#1" }, names),
    undefined,
    "other fields may be there",
  );
  assert.match(difference({ once: "$key" }, { once: "s#2" }, names) ?? "", /expected s#1 again/);
  assert.match(
    difference({ data: { a: [1] } }, { data: { a: [2] } }, names) ?? "",
    /data\.a: expected \[1\], found \[2\]/,
  );
  assert.match(difference({ once: null }, { once: "s#2" }, names) ?? "", /expected nothing/);
});
