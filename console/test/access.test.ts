import axe from "axe-core";
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { errorsOf, logIn, openPage, type PageOptions, settled, staged, visit } from "./browser.js";
import { PATHS } from "./paths.js";
import { deeds, veterans } from "./veterans.js";
import { LANGUAGES } from "../src/texts/index.js";

declare global {
  interface Window {
    axe: typeof axe;
  }
}

const { server, browser } = await staged();
await deeds(server, await veterans(server));

/** What axe finds that keeps people from using the page. */
async function faults(page: Page, where: string): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${where}: ${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
}

const VIEWS: readonly PageOptions[] = [
  { size: "desktop", scheme: "light", locale: "en-GB" },
  { size: "phone", scheme: "dark", locale: "zh-CN" },
];

for (const view of VIEWS) {
  const { size = "", scheme = "", locale = "" } = view;
  test(`every page can be used by everybody and fits its screen: ${size}, ${scheme}, ${locale}`, async () => {
    const page = await openPage(browser, server, view);
    await settled(page);
    const found = await faults(page, "log-in");
    await logIn(page, server);
    for (const path of PATHS) {
      await visit(page, path);
      found.push(...(await faults(page, path)));
      const excess = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      if (excess > 0) found.push(`${path}: ${excess} pixels wider than the screen`);
    }
    await visit(page, "/players/1");
    await page.locator("[data-action=player_grant]").click();
    await page.getByRole("dialog").waitFor();
    await settled(page);
    found.push(...(await faults(page, "dialog")));
    assert.deepEqual(found, []);
    assert.deepEqual(errorsOf(page), []);
  });
}

test("every function of operators and each of its fields has a name in Chinese, every function one in English", async () => {
  const missing: string[] = [];
  for (const world of ["0", "realm"]) {
    const told = (await server.operate("functions", {}, world)) as {
      functions: { function: string; right: string }[];
      definitions: { arguments: unknown };
    };
    const called = told.functions.filter(({ right }) => right !== "worlds");
    for (const { function: name } of called) {
      for (const [language, { verbs }] of Object.entries(LANGUAGES)) {
        if (!Object.hasOwn(verbs, name)) missing.push(`${language}: verbs.${name}`);
      }
    }
    for (const name of propertiesOf(told.definitions.arguments)) {
      if (!Object.hasOwn(LANGUAGES.zh.fields, name)) missing.push(`zh: fields.${name}`);
    }
  }
  assert.deepEqual([...new Set(missing)].sort(), []);
});

/** The names of all properties that are written in schemas. */
function propertiesOf(schema: unknown): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  const { properties = {} } = schema as { properties?: object };
  return [...Object.keys(properties), ...Object.values(schema).flatMap(propertiesOf)];
}

test("the keyboard alone leads to a page and to a player", async () => {
  const page = await openPage(browser, server);
  await logIn(page, server);
  await page.keyboard.press("Control+K");
  const search = page.getByRole("dialog").getByPlaceholder("Go to a page, a player or a function");
  await search.pressSequentially("Gift codes");
  await page.getByText("Codes that players redeem for items.").waitFor();
  await page.keyboard.press("Enter");
  await page.locator("[data-page=codes]").waitFor();
  await search.waitFor({ state: "detached" });
  await page.keyboard.press("Control+K");
  await search.pressSequentially("1");
  await page.getByText("Find the player “1”").waitFor();
  await page.keyboard.press("Enter");
  await page.locator("[data-found]").waitFor();
});
