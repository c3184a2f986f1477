import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { Assets } from "./assets.js";
import { enterAsGuest, errorsOf, nameOn, openPage, picture, type SizeName, staged } from "./browser.js";

const assets = new Assets();
// Any boss dies of one blow and its gift comes at once, and a month's card ends while one looks on.
assets.change("world_boss.ron", /life_value: \d+/, "life_value: 1000");
assets.change("world_boss.ron", /delay_hours: \d+/, "delay_hours: 0");
assets.change("items.ron", /expires_after: "30d"/, 'expires_after: "5s"');
const { server, browser } = await staged("--assets", assets.folder);
after(() => {
  assets.remove();
});

interface Look {
  size: SizeName;
  locale: "zh-CN" | "en-GB";
}

/** Both languages and both sizes, in two pages instead of four. */
const LOOKS: readonly Look[] = [
  { size: "phone", locale: "zh-CN" },
  { size: "desktop", locale: "en-GB" },
  ...(process.env["PLAY_LOOKS"] === "all"
    ? ([
        { size: "phone", locale: "en-GB" },
        { size: "desktop", locale: "zh-CN" },
      ] as const)
    : []),
];

for (const look of LOOKS) {
  const { size, locale } = look;
  const named = (name: string): string => `${name}-${size}-${locale}`;

  test(`mail goes from one page to another, is answered, and deleted (${named("mail")})`, async () => {
    const one = await openPage(browser, server, look);
    const other = await openPage(browser, server, look);
    await enterAsGuest(one);
    await enterAsGuest(other);
    const name = await nameOn(other);

    await visit(one, "mail");
    await one.getByRole("tab").nth(2).click();
    const form = one.locator("form");
    await form.getByRole("button", { name, exact: true }).click();
    const [, subject, body] = await fields(form);
    await subject?.fill("x".repeat(41));
    await body?.fill("山高水长，后会有期。\n — 江湖人");
    assert.ok(await submitOf(form).isDisabled(), "a subject that is too long is not sent");
    await subject?.fill("江湖路远 Long is the road");
    await picture(one, named("mail-write"));
    await submitOf(form).click();
    await one.locator(".toast-good").waitFor();

    await other.locator(".toast-info", { hasText: "江湖路远" }).waitFor();
    await other.locator('[href="#/mail"] .badge:visible, .tabbar-link .badge:visible').first().waitFor();
    await visit(other, "mail");
    await other.locator(".letter-new").click();
    await other.locator(".letter-body").waitFor();
    await other.locator(".badge").first().waitFor({ state: "detached" });
    await picture(other, named("mail-read"));
    await other.locator(".letter-body .button").nth(0).click();
    const answer = other.locator("form");
    assert.equal(await (await fields(answer))[0]?.inputValue(), await nameOn(one), "an answer goes to the sender");
    await submitOf(answer).click();
    await one.locator(".toast-info", { hasText: "江湖路远" }).waitFor();

    await other.getByRole("tab").nth(0).click();
    await other.locator(".panel-head .button").click();
    await picture(other, named("mail-clear"));
    await other.locator("dialog .button-danger").click();
    await other.locator(".empty").waitFor();
    assertQuiet(one, other);
  });

  test(`a letter to nobody is refused, and stays on the desk (${named("mail-refused")})`, async () => {
    const page = await openPage(browser, server, look);
    await enterAsGuest(page);
    await visit(page, "mail");
    await page.getByRole("tab").nth(2).click();
    const form = page.locator("form");
    const [to, subject] = await fields(form);
    await to?.fill("nobody-at-all");
    await subject?.fill("?");
    await submitOf(form).click();
    await page.locator(".toast-bad").waitFor();
    await picture(page, named("mail-refused"));
    assert.equal(await to?.inputValue(), "nobody-at-all", "a refused letter is not lost");
    assertQuiet(page);
  });

  test(`the gift for a dead boss comes by mail and is claimed (${named("gift")})`, async () => {
    const page = await openPage(browser, server, look);
    await enterAsGuest(page);
    await killBoss(named("hunter"));
    await page.locator(".toast-info", { hasText: "讨伐成功" }).waitFor();
    await visit(page, "mail");
    const gift = page.locator(".letter-new", { hasText: "讨伐成功" }).first();
    await gift.locator(".letter-head").click();
    await page.locator(".letter-body .button-main").click();
    await page.locator(".letter-taken").waitFor();
    await picture(page, named("mail-claimed"));
    await visit(page, "bag");
    await page.locator(".item").first().waitFor();
    assertQuiet(page);
  });

  test(`points are granted at the sandbox, spent in the shop, and drunk from the bag (${named("shop")})`, async () => {
    const page = await openPage(browser, server, look);
    await enterAsGuest(page);
    const name = await nameOn(page);
    await visit(page, "shop");
    await page.locator(".how[open] code", { hasText: name }).waitFor();
    await picture(page, named("shop-poor"));

    const refused = page.locator(".offer").nth(5);
    await refused.locator(".button").click();
    await picture(page, named("shop-short"));
    await page.locator("dialog .button-main").click();
    await page.locator(".toast-bad").waitFor();
    await page.locator("dialog").waitFor({ state: "detached" });

    await server.grant(name, 100);
    await page.locator(".panel-head .button").first().click();
    await page.locator(".shop-points", { hasText: "100" }).waitFor();
    await page.locator(".offer").nth(5).locator(".button-main").click();
    await page.locator("dialog .button-main").click();
    await page.locator(".toast-good .amounts").waitFor();
    await page.locator(".shop-points", { hasText: "99" }).waitFor();
    await page.locator("summary").first().click();
    await picture(page, named("shop-rich"));
    assert.equal(await page.locator(".shop-table tbody tr").count(), 2, "both movements are shown");

    await visit(page, "bag");
    await page.locator(".item-potion").click();
    await page.locator(".stepper button").last().click();
    await picture(page, named("bag-potion"));
    const before = await energyOn(page);
    await page.locator("dialog .button-main").click();
    await page.locator("dialog").waitFor({ state: "detached" });
    assert.equal(await energyOn(page), before + 10, "two small potions give five points each");
    await picture(page, named("bag"));
    assertQuiet(page);
  });

  test(`an order that the platform does not answer waits, and is settled later (${named("order")})`, async () => {
    const page = await openPage(browser, server, look);
    await enterAsGuest(page);
    await server.grant(await nameOn(page), 100);
    await visit(page, "shop");
    await page.locator(".shop-points", { hasText: "100" }).waitFor();
    await server.tellSandbox("faults", [{ platform: "mcrmb", call: "Pay", fault: "lose_answer", times: 1 }]);
    await page.locator(".offer").first().locator(".button-main").click();
    await page.locator("dialog .button-main").click();
    await page.locator(".shop-orders").waitFor();
    await picture(page, named("shop-order"));
    await page.locator(".toast-good .amounts").waitFor({ timeout: 60_000 });
    await page.locator(".shop-orders").waitFor({ state: "detached" });
    assertQuiet(page);
  });

  test(`a prepaid card is charged (${named("card")})`, async () => {
    const page = await openPage(browser, server, look);
    await enterAsGuest(page);
    const cnum = `${size}${locale}`.replace(/\W/g, "").padEnd(12, "7");
    await server.tellSandbox("cards", { ctype: 5, cnum, cpwd: "12345678", yuan: 10 });
    await visit(page, "shop");
    const form = page.locator("form");
    await form.locator("select").selectOption("5");
    const [number, password] = await fields(form);
    await number?.fill("wrong");
    await password?.fill("wrong");
    await submitOf(form).click();
    await page.locator(".toast-bad").waitFor();
    await number?.fill(cnum);
    await password?.fill("12345678");
    await submitOf(form).click();
    await page.locator(".toast-good").waitFor();
    await page.locator(".shop-points", { hasText: "8" }).waitFor();
    await page.locator("summary").last().click();
    await page.locator(".shop-table").last().scrollIntoViewIfNeeded();
    await picture(page, named("shop-cards"));
    assertQuiet(page);
  });

  test(`what lasts for a limited time is gone from the bag when its time is over (${named("limited")})`, async () => {
    const page = await openPage(browser, server, look);
    await enterAsGuest(page);
    await server.grant(await nameOn(page), 30);
    await visit(page, "shop");
    await page.locator(".shop-points", { hasText: "30" }).waitFor();
    await page.locator(".offer").nth(6).locator(".button-main").click();
    await page.locator("dialog .button-main").click();
    await page.locator(".toast-good .amounts").waitFor();
    await visit(page, "bag");
    await page.locator(".item-ending").waitFor();
    await picture(page, named("bag-limited"));
    await page.locator(".empty").waitFor();
    assertQuiet(page);
  });

  test(`a family is founded, joined from another page, and handed over (${named("family")})`, async () => {
    const one = await openPage(browser, server, look);
    const other = await openPage(browser, server, look);
    await enterAsGuest(one);
    await enterAsGuest(other);
    const family = `家族${size}${locale.slice(0, 2)}`;

    await visit(one, "family");
    await picture(one, named("family-none"));
    await fillAndSend(one.locator("form").first(), family);
    await one.locator(".member").waitFor();
    await visit(other, "family");
    await fillAndSend(other.locator("form").nth(0), family);
    await other.locator(".toast-bad").waitFor();
    await fillAndSend(other.locator("form").nth(2), family);
    await other.locator(".family-other .member").waitFor();
    await picture(other, named("family-look"));
    await other.locator(".family-other .button").click();
    await other.locator(".member").nth(1).waitFor();

    await one.locator(".member").nth(1).waitFor({ timeout: 30_000 });
    await picture(one, named("family"));
    await one.locator(".panel .button-quiet").click();
    await one.locator("dialog", { hasText: await nameOn(other) }).waitFor();
    await picture(one, named("family-leave"));
    await one.locator("dialog .button-danger").click();
    await one.locator(".empty").waitFor();
    assertQuiet(one, other);
  });

  test(`who signs up plays on elsewhere, and the guest waits at the gate (${named("account")})`, async () => {
    const page = await openPage(browser, server, look);
    await enterAsGuest(page);
    const guest = await nameOn(page);
    const email = `${size}.${locale}@example.org`;
    const hero = `${size}${locale.slice(0, 2)}侠`;
    await visit(page, "account");
    await picture(page, named("account"));
    const form = page.locator("form").first();
    const signUp = { email, password: "correct horse", name: hero };

    await enterWith(form, { ...signUp, name: "管理员" });
    await form.locator("button[type=submit]:disabled").waitFor();
    await enterWith(form, signUp);
    await page.locator(".topbar-name", { hasText: hero }).waitFor();
    assert.ok(!(await storageOf(page)).includes("correct horse"), "nothing of the password is kept");

    const elsewhere = await openPage(browser, server, look);
    await elsewhere.locator("summary").click();
    const gate = elsewhere.locator("form");
    await gate.getByRole("tab").nth(1).click();
    await enterWith(gate, { email, password: "wrong horse" });
    await elsewhere.locator(".toast-bad").waitFor();
    await picture(elsewhere, named("gate-refused"));
    await enterWith(gate, { email: email.toUpperCase(), password: "correct horse" });
    await elsewhere.locator(".topbar-name", { hasText: hero }).waitFor();

    // A page learns that it was replaced when it next asks for something.
    await visit(page, "shop");
    await page.locator(".pause-ended .button").last().click();
    await enterAsGuest(page);
    assert.equal(await nameOn(page), guest, "the guest of the tab has waited");
    assertQuiet(page, elsewhere);
  });

  test(`a guest is forgotten after a question, and SUD's id is bound before (${named("forget")})`, async () => {
    const page = await openPage(browser, server, look);
    await enterAsGuest(page);
    const guest = await nameOn(page);
    await visit(page, "account");
    const [uid, session] = await fields(page.locator("form").last());
    await uid?.fill(named("sud"));
    await session?.fill(`${named("sud")}:session`);
    await submitOf(page.locator("form").last()).click();
    await page.locator(".toast-good").waitFor();
    await page.locator(".account-who .button").click();
    await picture(page, named("account-forget"));
    await page.locator("dialog .button-danger").click();
    await picture(page, named("gate"));
    await enterAsGuest(page);
    assert.notEqual(await nameOn(page), guest, "a forgotten guest does not come back");
    assertQuiet(page);
  });
}

async function visit(page: Page, screen: string): Promise<void> {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, `#/${screen}`);
  await page.locator(".panel").first().waitFor();
}

function fields(form: Locator): Promise<Locator[]> {
  return form.locator("input, textarea").all();
}

function submitOf(form: Locator): Locator {
  return form.locator("button[type=submit]");
}

async function fillAndSend(form: Locator, name: string): Promise<void> {
  await form.locator("input").fill(name);
  await submitOf(form).click();
}

interface Entry {
  email: string;
  password: string;
  name?: string;
}

/** With a name on the tab of signing up, else on that of logging in. */
async function enterWith(form: Locator, { email, password, name }: Entry): Promise<void> {
  await form.locator("[type=email]").fill(email);
  await form.locator("[type=password]").fill(password);
  if (name !== undefined) await form.locator("[autocomplete=username]").fill(name);
  if (name !== "管理员") await submitOf(form).click();
}

function storageOf(page: Page): Promise<string> {
  return page.evaluate(() => JSON.stringify([Object.entries(sessionStorage), Object.entries(localStorage)]));
}

async function energyOn(page: Page): Promise<number> {
  return Number(await page.locator(".energy-count b").innerText());
}

/** A guest strikes the foremost boss with more than it has left. */
async function killBoss(guest: string): Promise<void> {
  await server.call(guest, "enter_stage_boss", { stage: 3001 });
  await server.call(guest, "victory_stage_boss", { stage: 3001, damage: 199_999 });
}

function assertQuiet(...pages: readonly Page[]): void {
  for (const page of pages) assert.deepEqual(errorsOf(page), [], "the page complains of nothing");
}
