import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { enterAsGuest, errorsOf, launch, nameOn, openPage } from "./browser.js";
import { Server } from "./server.js";

let server: Server;
let browser: Browser;

before(async () => {
  server = await Server.start();
  browser = await launch();
});

after(async () => {
  await browser.close();
  await server.end();
});

test("a guest enters, wins a stage by keyboard alone, and the next stage opens", async () => {
  const page = await openPage(browser, server);
  await enterAsGuest(page);
  await page.locator(".node-next").focus();
  await page.keyboard.press("Enter");
  await page.locator("dialog .button-main").waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".arena").waitFor();
  while (!(await page.locator(".arena-end").isVisible())) await page.keyboard.press("Space");
  await page.locator(".arena-end .button-main").press("Enter");
  await page.locator(".arena-end .amounts").waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".node-next b", { hasText: "9" }).waitFor();
  assert.deepEqual(errorsOf(page), [], "the page complains of nothing");
});

test("each tab is another guest, and a tab that is loaded anew is the same one", async () => {
  const one = await openPage(browser, server);
  const other = await openPage(browser, server);
  await enterAsGuest(one);
  await enterAsGuest(other);
  const name = await nameOn(one);
  assert.notEqual(name, await nameOn(other), "two tabs are two players");
  await one.reload();
  await one.locator(".node").first().waitFor();
  assert.equal(await nameOn(one), name, "the tab remembers its guest");
});

test("the page speaks the browser's language, and the other one at a press", async () => {
  const page = await openPage(browser, server, { locale: "en-GB" });
  await enterAsGuest(page);
  await page.getByRole("region", { name: "Old road" }).waitFor();
  await page.getByRole("button", { name: "中文" }).click();
  await page.getByRole("region", { name: "古道" }).waitFor();
});

test("a killed server is a pause: the page goes on by itself when it is back", async () => {
  const page = await openPage(browser, server);
  await enterAsGuest(page);
  await server.kill();
  await page.locator(".pause").waitFor();
  await page.locator(".node-next").click();
  await page.locator("dialog .button-main").click();
  await server.begin();
  await page.locator(".arena").waitFor();
  await page.locator(".pause").waitFor({ state: "detached" });
});
