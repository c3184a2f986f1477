import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { enterAs, errorsOf, openPage, picture, type SizeName, SIZES, staged, visit } from "./browser.js";
import { veteran } from "./veteran.js";

const SCREENS = [
  ...["map", "tower", "trials", "bosses", "chest", "tasks", "events", "arena", "family"],
  ...["character", "bag", "craft", "shop", "calendar", "odds", "mail", "account", "guide"],
];

const { server, browser } = await staged();
await veteran(server, "veteran");

for (const size of Object.keys(SIZES) as SizeName[]) {
  for (const locale of ["zh-CN", "en-GB"]) {
    test(`every screen fits ${size} in ${locale}, and everything on it has a name`, async () => {
      const page = await openPage(browser, server, { size, locale });
      await picture(page, `gate-${size}-${locale}`);
      await enterAs(page, "veteran");
      for (const screen of SCREENS) {
        await visit(page, screen);
        await settled(page);
        await picture(page, `${screen}-${size}-${locale}`);
        assert.deepEqual(await tooWide(page), [], `${screen}: nothing is wider than the window`);
        assert.deepEqual(await nameless(page), [], `${screen}: every control has a name for screen readers`);
      }
      assert.deepEqual(errorsOf(page), [], "the page complains of nothing");
    });
  }
}

test("the sheets of a stage and of an item fit the phone", async () => {
  const page = await openPage(browser, server, { size: "phone" });
  await enterAs(page, "veteran");
  await page.locator(".node", { hasText: /^9$/ }).click();
  await page.locator("dialog .sweep").waitFor();
  await settled(page);
  await picture(page, "sheet-stage-phone");
  assert.deepEqual(await tooWide(page), []);
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "detached" });
});

/** Waits until what was asked for is shown: nothing moves and nothing is awaited any more. */
async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    document
      .getAnimations()
      .every((one) => one.playState !== "running" || one.effect?.getTiming().iterations === Infinity),
  );
}

function tooWide(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const most = document.documentElement.clientWidth;
    return [document.body, ...document.querySelectorAll<HTMLElement>(".main, .main > *, dialog, dialog > *")]
      .filter(
        (one) => one.scrollWidth > Math.max(one.clientWidth, 1) + 1 && one.clientWidth > 0 && one.scrollWidth > most,
      )
      .map((one) => `${one.tagName}.${one.className}: ${one.scrollWidth} > ${most}`);
  });
}

function nameless(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("button, a, input, select, textarea, [role=progressbar], img")]
      .filter((one) => one.checkVisibility())
      .filter((one) => {
        const label = one.closest("label")?.textContent ?? "";
        const own = [one.textContent, one.ariaLabel, one.title, one.getAttribute("alt"), label];
        return own.every((text) => (text ?? "").trim() === "") && !one.hasAttribute("alt");
      })
      .map((one) => one.outerHTML.slice(0, 120)),
  );
}
