import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { BOSSES, FIGHTERS, ITEMS, MONSTERS } from "../src/texts/names.en.js";
import { catalog } from "../src/state/catalog.js";

const screens = join(import.meta.dirname, "../src/screens");

test("everything that the assets name has an English name too", () => {
  const missing = [
    ...Object.keys(catalog.items).filter((id) => !(id in ITEMS)),
    ...Object.keys(catalog.monsters).filter((id) => !(id in MONSTERS) && !id.startsWith("boss_")),
    ...catalog.fighters.filter((name) => !(name in FIGHTERS)),
    ...catalog.bosses.slice(BOSSES.length),
  ];
  assert.deepEqual(missing, [], "name these in names.en.ts");
});

test("each screen has the same parts", () => {
  for (const screen of readdirSync(screens)) {
    const files = readdirSync(join(screens, screen));
    for (const part of ["screen.tsx", "model.ts", "texts.ts", "style.css"]) {
      assert.ok(files.includes(part), `screens/${screen} has its ${part}`);
    }
  }
});

test("no words stand in the screens themselves: all are in texts.ts, in both languages", () => {
  for (const screen of readdirSync(screens)) {
    const source = readFileSync(join(screens, screen, "screen.tsx"), "utf8");
    const words = source.split("\n").filter((line) => /[\u4e00-\u9fff]/.test(line) && !line.includes("MATERIAL_ITEMS"));
    assert.deepEqual(words, [], `screens/${screen}/screen.tsx`);
  }
});
