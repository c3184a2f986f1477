import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Page } from "playwright-core";
import { Assets } from "./assets.js";
import { enterAs, errorsOf, openPage, picture, type SizeName, staged, visit } from "./browser.js";
import { veteran } from "./veteran.js";

const DAY_MS = 86_400_000;
const date = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);

const assets = new Assets();
const write = (id: string, text: string): void => {
  writeFileSync(join(assets.folder, `events/${id}.ron`), text);
};
// One runs for everybody, one in each player's first week, one comes; the others of the year may run or not.
write(
  "harvest",
  `(name: (zh: "丰收节", en: "Harvest festival"), about: (zh: "稀有卷轴更易得，周末猎场全天开放。", en: "Rare scrolls come more often, and the hunting ground is open all day."),
    windows: [Dates(name: "once", from: "${date(-2)}", to: "${date(3)}")], opens: [2004],
    changes: [(of: drop_weights(table: "weekend_spoils", item: "3:12"), set: 100)])`,
);
write(
  "newcomers",
  `(name: (zh: "新侠之周", en: "Newcomers' week"), about: (zh: "头七天体力减半。", en: "Half the energy for your first seven days."),
    player_days: (from: 1, to: 7), changes: [(of: sweep_energy(), multiply: 0.5)])`,
);
write(
  "lanterns",
  `(name: (zh: "元宵灯会", en: "Lantern night"), windows: [Dates(name: "once", from: "${date(4)}", to: "${date(6)}")],
    changes: [(of: stage_exp(from: 8, to: 9), multiply: 2)])`,
);
assets.change(
  "stages/general.ron",
  /from: 8,\n {12}to: 9,/,
  'from: 8,\n            to: 9,\n            drops: ["weekend_spoils"],',
);
assets.change(
  "hang_up.ron",
  /numerator: 100, denominator: 1000\)\]/,
  'numerator: 100, denominator: 1000)], drops: [(drops: ["weekend_supplies"], numerator: 1, denominator: 60)]',
);
// A chest that every newcomer has, with a table of its own.
writeFileSync(
  join(assets.folder, "drops/chests.ron"),
  `(tables: [(id: "lucky", name: "福袋", draws: 2, entries: [(weight: 3, items: ["3:1:10"]), (weight: 1)])],
    chests: [(item: "3:16", drops: ["lucky"])])`,
);
assets.change("items.ron", /newcomer: \["3:1:0"/, 'newcomer: ["3:16:5", "3:1:0"');
const { server, browser } = await staged("--assets", assets.folder);
after(() => {
  assets.remove();
});
await veteran(server, "veteran");

const LOOKS: readonly { size: SizeName; locale: "zh-CN" | "en-GB"; name: string; own: RegExp; rare: string }[] = [
  { size: "phone", locale: "zh-CN", name: "丰收节", own: /专属于你/, rare: "高级召唤卷轴" },
  { size: "desktop", locale: "en-GB", name: "Harvest festival", own: /just for you/, rare: "Fine summoning scroll" },
];

for (const { size, locale, name, own, rare } of LOOKS) {
  test(`the calendar shows what runs, what comes and when (${size}, ${locale})`, async () => {
    const page = await openPage(browser, server, { size, locale });
    await enterAs(page, "veteran");
    await visit(page, "calendar");
    const running = page.locator(".happening-now");
    await running.first().waitFor();
    assert.ok(
      (await running.allInnerTexts()).some((text) => text.includes(name)),
      "what runs for everybody",
    );
    assert.ok(
      (await running.allInnerTexts()).some((text) => own.test(text)),
      "and in the player's own week",
    );
    const coming = page.locator(".happening:not(.happening-now)");
    assert.ok((await coming.count()) >= 1, "what comes within a week is announced");
    assert.match(await running.locator("[role=timer]").first().innerText(), /\d:\d\d/, "a countdown to its end");
    await picture(page, `calendar-events-${size}-${locale}`);
    assert.deepEqual(errorsOf(page), []);
  });

  test(`chances in force are shown where a player decides, and all on one screen (${size}, ${locale})`, async () => {
    const page = await openPage(browser, server, { size, locale });
    await enterAs(page, "veteran");
    await page.locator(".node", { hasText: /^9$/ }).click();
    await oddsButton(page.locator("dialog")).click();
    const row = page.locator("dialog .odds tr", { hasText: rare }).first();
    await row.waitFor();
    // Weights 60, 30, 100 and 2 while the festival runs, which was 8 of 100 before it.
    assert.match(await row.innerText(), /52\.0833%/, "the event's chances, not those of the files");
    assert.equal(await page.locator("dialog .odds").count(), 2, "with the table that it leads to");
    await picture(page, `odds-stage-${size}-${locale}`);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await page.locator("dialog").first().waitFor({ state: "detached" });

    await visit(page, "chest");
    await oddsButton(page.locator(".chest-screen")).waitFor();
    await visit(page, "trials");
    await oddsButton(page.locator(".activities")).waitFor();
    await picture(page, `odds-trials-${size}-${locale}`);
    await visit(page, "odds");
    await page.locator(".odds").nth(1).waitFor();
    const told = await page.locator(".odds-places").allInnerTexts();
    assert.ok(
      told.some((text) => text.includes("8–9")) && told.some((text) => text.includes("1.6667%")),
      told.join(" | "),
    );
    await picture(page, `odds-all-${size}-${locale}`);
    assert.deepEqual(errorsOf(page), []);
  });
}

test("a chest is opened in the bag, and its chances are read before", async () => {
  const page = await openPage(browser, server, { size: "phone" });
  await enterAs(page, "veteran");
  await visit(page, "bag");

  await page
    .locator(".items")
    .getByRole("button", { name: /好友礼物/ })
    .click();
  await oddsButton(page.locator("dialog")).click();
  await page.locator("dialog .odds", { hasText: "福袋" }).waitFor();
  assert.match(await page.locator("dialog .odds tbody").innerText(), /平均 1\.5 次/, "two draws of three in four");
  await picture(page, "odds-chest-phone-zh-CN");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /开启/ }).click();
  await page.locator(".item-sheet", { hasText: "拥有 4" }).waitFor();
  assert.deepEqual(errorsOf(page), []);
});

function oddsButton(place: ReturnType<Page["locator"]>): ReturnType<Page["locator"]> {
  return place.getByRole("button", { name: /掉落概率|Drop rates/ });
}
