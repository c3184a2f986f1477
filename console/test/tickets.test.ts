// Ten complaints as docs/runbook.md has them, each from what the player sees to what support does in the console and back.
// The game's clock is moved by hand, so that a season ends and maintenance begins while a test looks on.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { act, asTyped, closeDone, fact, firstLogIn, logIn, openPage, settled, staged, visit } from "./browser.js";

const { server, browser } = await staged("--set", "clock=manual");

const DIAMONDS = "3:5";
const HOUR = 3600;
const DAY = 24 * HOUR;
const BANNED = 17;
const CLOSED = 18;

/** What a player sees of itself. */
interface Info {
  name: string;
  items: string[];
}

async function info(guest: string): Promise<Info> {
  return (await server.play(guest, "get_player_info")) as Info;
}

async function quantity(guest: string, item = DIAMONDS): Promise<number> {
  const amount = (await info(guest)).items.find((one) => one.startsWith(`${item}:`));
  return Number(amount?.split(":")[2] ?? 0);
}

async function advance(seconds: number): Promise<void> {
  await server.operate("clock_advance", { seconds });
}

/** A page of somebody with a role, or of the server's own token. */
async function desk(name: string, role: "support" | "admin"): Promise<Page> {
  const page = await openPage(browser, server);
  if (role === "admin") await logIn(page, server);
  else await firstLogIn(page, server, name, role);
  return page;
}

/** Finds a player as support does: by what the complaint says of it. */
async function find(page: Page, text: string): Promise<void> {
  await page.getByRole("navigation").getByRole("link", { name: "Players" }).click();
  await page.getByLabel("Find a player").fill(text);
  await page.locator("form[role=search] button[type=submit]").click();
  await page.locator("[data-found]").getByRole("link").first().click();
  await page.getByRole("tab", { name: "Movements" }).waitFor();
}

async function movements(page: Page): Promise<Locator> {
  await page.getByRole("tab", { name: "Movements" }).click();
  await settled(page);
  return page.locator("tbody tr");
}

test("my diamonds vanished: the movement says why, and can be undone", async () => {
  const { name } = await info("ann");
  await server.operate("player_grant", { player: 1, items: [`${DIAMONDS}:500`], reason: "a gift" });
  await server.play("ann", "buy_ticket", { mode: "coin", pay_with: "diamond" });
  const spent = 500 - (await quantity("ann"));
  assert.ok(spent > 0, "a ticket costs diamonds");

  const page = await desk("sophie", "support");
  await find(page, name);
  const rows = await movements(page);
  await page.locator("[name=item]").fill(DIAMONDS);
  await page.getByRole("button", { name: "Apply" }).click();
  const movement = rows.filter({ hasText: `-${spent}` });
  await movement.getByText("buy_ticket").waitFor();
  await closeDone(await act(page, movement, "movement_undo", { reason: "ticket 1: a slip of the finger" }));
  assert.equal(await quantity("ann"), 500, "the diamonds are back");
});

test("I paid and got nothing: the order in doubt is found, looked at and resolved, and the goods come", async () => {
  const { name } = await info("paul");
  await server.grantPoints(name, 500);
  await server.fault({ platform: "mcrmb", call: "Pay", fault: "lose_answer", times: 1 });
  const bought = (await server.play("paul", "buy_item", { offer: "diamonds_60" })) as { order: string };
  assert.equal(await quantity("paul"), 0, "nothing has come");

  const page = await desk("root", "admin");
  await visit(page, "/orders");
  const row = page.locator("tbody tr", { hasText: bought.order });
  await row.getByText("in doubt").waitFor();
  const steps = await act(page, row, "order_inspect", {});
  await steps.getByText("history", { exact: false }).first().waitFor();
  await closeDone(steps);
  const resolve = { paid: "true", reason: "ticket 2: the platform has the payment" };
  await closeDone(await act(page, row, "order_resolve", resolve));
  await row.getByText("granted").waitFor();
  assert.equal(await quantity("paul"), 60);
});

test("my account was stolen: tokens end, the owner gets a password for once, and the thief's device is out", async () => {
  const { name } = await info("device of both");
  const page = await desk("stella", "support");
  await find(page, name);
  const reason = "ticket 3: the owner named the first purchase";
  const given = await act(page, page, "password_once", { email: "owner@example.com", reason });
  const password = await fact(given, "Password").innerText();
  await closeDone(given);
  await closeDone(await act(page, page, "device_unbind", { reason }));
  await closeDone(await act(page, page, "tokens_end", { reason }));

  assert.notEqual((await info("device of both")).name, name, "the device is a stranger now");
  const login = { email: "owner@example.com", password: "a new one of mine", once_password: password, ip: "" };
  const back = (await server.play("another device", "login", login)) as { status_code: number; username: string };
  assert.deepEqual([back.status_code, back.username], [200, name]);
});

test("somebody cheats: who is banned reads why and until when, and may play again after the ban is taken back", async () => {
  const { name } = await info("mallory");
  const page = await desk("sam", "support");
  await find(page, name);
  const ban = {
    reason: "ticket 4: the same damage in no time",
    message: "You were banned for a day.",
    until: await at(DAY),
  };
  await closeDone(await act(page, page, "player_ban", ban));
  assert.equal(await server.statusOf("mallory", "get_player_info"), BANNED);
  await closeDone(await act(page, page, "player_unban", { reason: "it was lag" }));
  assert.equal(await server.statusOf("mallory", "get_player_info"), 0);
});

test("100 diamonds for all: the audience is counted, the mail is sent once, and each player claims it once", async () => {
  await info("bob");
  const page = await desk("root", "admin");
  await visit(page, "/mail");
  await page.locator("[data-action=mail_all]").click();
  const dialog = page.getByRole("dialog");
  await dialog.locator('[name="audience.names"]').fill((await info("bob")).name);
  await dialog.locator("[data-count]").click();
  await dialog.getByText("1 player would get it now.").waitFor();
  await dialog.locator('[name="audience.names"]').fill("");
  await dialog.locator("[data-count]").click();
  const counted = dialog.getByText(/^\d+ players would get it now\.$/);
  await counted.waitFor();
  const players = Number.parseInt(await counted.innerText(), 10);
  await dialog.getByRole("button", { name: "Cancel" }).click();

  const mail = { title: "Thank you", text: "For your patience.", items: `${DIAMONDS}:100`, until: await at(DAY) };
  await closeDone(await act(page, page, "mail_all", { ...mail, reason: "the outage of Friday" }));
  await page.locator("tbody tr", { hasText: "Thank you" }).getByText("running").waitFor();

  const before = await quantity("bob");
  const box = (await server.play("bob", "get_all_mail")) as { mail: { key: string; subj: string }[] };
  const [{ key } = { key: "" }] = box.mail.filter(({ subj }) => subj === "Thank you");
  await server.play("bob", "claim_mail", { key });
  assert.equal(await quantity("bob"), before + 100);
  assert.equal(await server.statusOf("bob", "claim_mail", { key }), 97, "once");
  const { players: all } = (await server.operate("mail_all_preview")) as { players: number };
  assert.equal(players, all, "what was counted is everybody");
});

test("maintenance at 3:00: the game closes and opens at its moments, and the page says how far it is", async () => {
  const page = await desk("root", "admin");
  await visit(page, "/maintenance");
  const message = "凌晨三点例行维护。";
  await closeDone(await act(page, page, "maintenance", { from: await at(HOUR), until: await at(2 * HOUR), message }));
  await page.locator("tbody tr", { hasText: message }).waitFor();
  assert.equal(await server.statusOf("bob", "get_player_info"), 0, "it is planned, and people play");
  await advance(HOUR);
  assert.equal(await server.statusOf("bob", "get_player_info"), CLOSED);
  await page.locator("[data-closed=true]").getByText(message).waitFor();
  await advance(HOUR);
  assert.equal(await server.statusOf("bob", "get_player_info"), 0);
  await page.locator("[data-closed=false]").waitFor();
});

test("my name must change: support gives another one, and the audit says who and why", async () => {
  const { name } = await info("rude");
  const page = await desk("sarah", "support");
  await find(page, name);
  await closeDone(await act(page, page, "player_rename", { name: "Robin", reason: "ticket 7: the name is an insult" }));
  await page.locator("h1", { hasText: "Robin" }).waitFor();
  assert.equal((await info("rude")).name, "Robin");
  await page.getByRole("tab", { name: "Audit" }).click();
  await page.locator("tbody tr", { hasText: "player_rename" }).getByText("sarah").waitFor();
});

test("how many players a day: the figures count everybody who played today", async () => {
  const page = await desk("root", "admin");
  await visit(page, "/figures");
  await page.getByRole("figure", { name: "Players", exact: true }).locator("canvas").waitFor();
  const [today] = await downloaded(page, "figures");
  const { players } = (await server.operate("mail_all_preview")) as { players: number };
  assert.equal(Number(today?.["active_day"]), players, "everybody who has an account has played today");
});

test("the economy of last week: each item's sources and sinks, by cause", async () => {
  const page = await desk("root", "admin");
  await visit(page, "/figures");
  await page.getByText("7 d", { exact: true }).click();
  const flows = await downloaded(page, "economy");
  const of = (why: string) => flows.find((flow) => flow["item"] === DIAMONDS && flow["why"] === why);
  assert.equal(Number(of("bought with points")?.["gained"]), 60, `what Paul bought: ${JSON.stringify(flows)}`);
  assert.ok(Number(of("buy_ticket")?.["spent"]) > 0, "what Ann's ticket cost");
});

test("no mail at the end of the season: support reads why one player got none and which bracket another was in", async () => {
  for (const guest of ["ann", "bob"]) await info(guest);
  await server.play("ann", "enter_stage_boss", { stage: 3001 });
  await server.play("ann", "victory_stage_boss", { stage: 3001, damage: 123_456 });
  await advance(32 * DAY);
  const page = await desk("root", "admin");
  await find(page, (await info("bob")).name);
  const none = await act(page, page, "season_rewards_of", {});
  await fact(none, "Outcome").getByText("not ranked").waitFor();
  await closeDone(none);
  await find(page, (await info("ann")).name);
  const first = await act(page, page, "season_rewards_of", {});
  await fact(first, "Rank").getByText("1", { exact: true }).waitFor();
  const box = (await server.play("ann", "get_all_mail")) as { mail: { subj: string }[] };
  assert.ok(
    box.mail.some(({ subj }) => subj === "世界首领赛季奖励"),
    "and the mail is there",
  );
});

/** A moment on the game's clock as a field takes it, so many seconds from now. */
async function at(seconds: number): Promise<string> {
  const { now } = (await server.play("ann", "server_time")) as { now: number };
  return asTyped(now + seconds);
}

/** The rows of a table that is downloaded, by the names of the columns. */
async function downloaded(page: Page, file: string): Promise<Record<string, string>[]> {
  const card = page.locator(`[data-file=${file}]`);
  await card.waitFor();
  const download = page.waitForEvent("download");
  await card.getByRole("button", { name: "Download as CSV" }).click();
  const [names = "", ...lines] = readFileSync(await (await download).path(), "utf8")
    .trim()
    .split(/\r?\n/);
  const columns = names.replace(/^\uFEFF/, "").split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((cell, at) => [columns[at] ?? "", cell])));
}
