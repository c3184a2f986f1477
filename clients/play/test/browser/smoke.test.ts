import assert from "node:assert/strict";
import { test } from "node:test";
import { enterAs, enterAsGuest, errorsOf, nameOn, openPage, strikeUntilOver, staged } from "./browser.js";
import { veteran } from "./veteran.js";

const { server, browser } = await staged();

test("a guest enters, wins a stage by keyboard alone, and the next stage opens", async () => {
  const page = await openPage(browser, server);
  await enterAsGuest(page);
  await page.locator(".node-next").focus();
  await page.keyboard.press("Enter");
  await page.locator("dialog .button-main").waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".arena").waitFor();
  await strikeUntilOver(page);
  await page.locator(".arena-end .button-main").press("Enter");
  await page.locator(".arena-end .amounts").waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".node-next b", { hasText: "9" }).waitFor();
  assert.deepEqual(errorsOf(page), [], "the page complains of nothing");
});

test("the energy that an entry took counts down to its next point, second by second", async () => {
  const page = await openPage(browser, server);
  await enterAsGuest(page);
  await page.locator(".node-next").click();
  await page.locator("dialog .button-main").click();
  await page.locator(".arena").waitFor();
  await page.keyboard.press("Escape");
  const timer = page.locator(".energy-next");
  await timer.filter({ hasText: /^\d:\d\d$/ }).waitFor();
  const before = await timer.innerText();
  await timer.filter({ hasNotText: before }).waitFor();
  assert.ok(secondsIn(await timer.innerText()) < secondsIn(before), "it counts down");
});

test("a blow against a world boss moves its life bar on the pages of all players", async () => {
  const page = await openPage(browser, server);
  await enterAsGuest(page);
  await page.locator('.sidebar-link[href="#/bosses"]').click();
  const life = page.locator(".foremost [role=progressbar]");
  await page.locator('.foremost [aria-valuenow="100"]').waitFor();
  await veteran(server, "striker", { damage: 5_000 });
  await page.locator('.foremost [aria-valuenow="50"]').waitFor();
  assert.equal(await life.count(), 1);
});

test("the tutorial ends when its six steps were really taken", async () => {
  const page = await openPage(browser, server);
  await veteran(server, "pupil", { damage: 1 });
  await enterAs(page, "pupil");
  await page.locator(".node", { hasText: /^8$/ }).click();
  await page.locator(".sweep .button").click();
  await page.locator(".toast-good").first().waitFor();
  await page.keyboard.press("Escape");
  await page.locator('.sidebar-link[href="#/tasks"]').click();
  await page.locator(".task .button").first().click();
  await page.locator(".tasks .notice").waitFor();
  await page.locator('.sidebar-link[href="#/arena"]').click();
  await page.locator(".lobby-fighters .role .button").first().click();
  await page.locator(".move .chip").first().click();
  await page.locator(".move button[type=submit]").click();
  await page.locator(".round").first().waitFor();
  await page.locator('.sidebar-link[href="#/guide"]').click();
  await page.locator(".guide-done").nth(5).waitFor();
  assert.equal(await page.locator(".guide-hint").count(), 0, "nothing is left to hint at");
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

test("a guest whose log-in has ended comes back as the same guest, in place and through the gate", async () => {
  const page = await openPage(browser, server);
  await enterAsGuest(page);
  const name = await nameOn(page);
  const id = await page.evaluate(() => sessionStorage.getItem("raidkeep.guest") ?? "");
  await server.call(id, "get_player_info", {});
  await page.locator('.sidebar-link[href="#/tasks"]').click();
  await page.locator(".pause-ended .button-main").click();
  await page.locator(".pause-ended").waitFor({ state: "detached" });
  await server.call(id, "get_player_info", {});
  await page.locator('.sidebar-link[href="#/mail"]').click();
  await page.locator(".pause-ended .button:not(.button-main)").click();
  await enterAsGuest(page);
  assert.equal(await nameOn(page), name, "the id is the only way back to a guest, so it is kept");
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

function secondsIn(timer: string): number {
  const [minutes = 0, seconds = 0] = timer.split(":").map(Number);
  return minutes * 60 + seconds;
}
