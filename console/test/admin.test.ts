import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { act, closeDone, errorsOf, inSeconds, logIn, logInAs, openPage, staged, visit } from "./browser.js";

const { server, browser } = await staged();
const CLOSED = 18;
const TOO_OLD = 19;
const HOUR = 3600;

test("an admin adds an operator, who can log in, and removes one, who cannot any more", async () => {
  const page = await openPage(browser, server);
  await logIn(page, server);
  await visit(page, "/operators");
  const password = "for the first day";
  await closeDone(await act(page, page, "operator_add", { name: "ann", role: "support", password }));
  const row = page.locator("tbody tr", { hasText: "ann" });
  await row.getByText("support").waitFor();

  const hers = await openPage(browser, server);
  await logInAs(hers, "ann", password);
  await hers.getByRole("heading", { name: "Choose a password" }).waitFor();

  await closeDone(await act(page, row, "operator_remove", {}));
  await row.waitFor({ state: "detached" });
  await hers.reload();
  await logInAs(hers, "ann", password);
  await hers.getByText("The name, the password or the code is wrong.").waitFor();
});

test("an admin makes a code, a player redeems it once, and nobody can after it was withdrawn", async () => {
  const page = await openPage(browser, server);
  await logIn(page, server);
  await visit(page, "/codes");
  const batch = { count: "2", items: "3:1:50\n3:5:2", until: inSeconds(HOUR), reason: "the fair in March" };
  const made = await act(page, page, "code_make", batch);
  await made
    .getByText(/^\w{4}(-\w{4})+$/)
    .first()
    .waitFor();
  const codes = await made.getByText(/^\w{4}(-\w{4})+$/).allInnerTexts();
  assert.equal(codes.length, 2, "the reply shows both codes");
  const download = page.waitForEvent("download");
  await made.getByRole("button", { name: "Download codes.txt" }).click();
  assert.equal(readFileSync(await (await download).path(), "utf8"), `${codes.join("\n")}\n`);
  await closeDone(made);

  assert.equal(await server.statusOf("ann", "redeem_code", { code: codes[0] }), 0);
  assert.equal(await server.statusOf("ann", "redeem_code", { code: codes[0] }), 97, "she has had it");
  assert.equal(await server.statusOf("bob", "redeem_code", { code: codes[0] }), 98, "each code is good for one use");
  await page.reload();
  const row = page.locator("tbody tr").first();
  await row.getByText("valid").waitFor();
  await closeDone(await act(page, row, "code_withdraw", { reason: "printed with a mistake" }));
  await row.getByText("withdrawn").waitFor();
  assert.equal(
    await server.statusOf("bob", "redeem_code", { code: codes[1] }),
    96,
    "a withdrawn code is worth nothing",
  );
});

test("maintenance closes the game to players until it is cancelled", async () => {
  const page = await openPage(browser, server);
  await logIn(page, server);
  await visit(page, "/maintenance");
  await page.getByText("The game is open.").waitFor();
  assert.equal(await server.statusOf("ann", "get_player_info"), 0);

  const message = "Back at four.";
  await closeDone(await act(page, page, "maintenance", { until: inSeconds(HOUR), message }));
  await page.locator("[data-closed=true]").getByText(message).waitFor();
  assert.equal(await server.statusOf("ann", "get_player_info"), CLOSED);

  await closeDone(await act(page, page.locator("tbody"), "maintenance_cancel", {}));
  await page.getByText("The game is open.").waitFor();
  assert.equal(await server.statusOf("ann", "get_player_info"), 0);
});

test("planned maintenance keeps what a change of it leaves alone", async () => {
  const page = await openPage(browser, server);
  await logIn(page, server);
  await visit(page, "/maintenance");
  const planned = { from: inSeconds(HOUR), until: inSeconds(2 * HOUR), message: "A new season." };
  await closeDone(await act(page, page, "maintenance", planned));
  await closeDone(
    await act(page, page.locator("tbody"), "maintenance_change", { message: "A new season, and prizes." }),
  );
  const { maintenance } = (await server.operate("maintenance_list")) as {
    maintenance: { from: number; until: number; message: string }[];
  };
  const [only, ...others] = maintenance;
  assert.ok(only !== undefined && others.length === 0);
  assert.equal(only.message, "A new season, and prizes.");
  assert.equal(only.until - only.from, HOUR);
});

test("an announcement is listed until it is withdrawn, and an old client is told to update", async () => {
  const page = await openPage(browser, server);
  await logIn(page, server);
  await visit(page, "/mail");
  const text = "The boss has come!";
  const repeated = { text, repeat_minutes: "30", until: inSeconds(HOUR) };
  await closeDone(await act(page, page, "announce", repeated));
  const row = page.locator("tbody tr", { hasText: text });
  await row.waitFor();
  await closeDone(await act(page, row, "announce_withdraw", {}));
  await row.waitFor({ state: "detached" });

  await visit(page, "/maintenance");
  const minimum = { name: "android", version: "1.4.2", url: "https://example.com/get" };
  await closeDone(await act(page, page, "client_minimum", minimum));
  const old = { client: { name: "android", version: "1.4.1" } };
  assert.equal(await server.statusOf("ann", "get_player_info", old), TOO_OLD);
  assert.deepEqual(errorsOf(page), []);
});

test("the figures of today are drawn, and can be downloaded", async () => {
  const page = await openPage(browser, server);
  await logIn(page, server);
  await visit(page, "/figures");
  await page.getByRole("figure", { name: "Players", exact: true }).locator("canvas").waitFor();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download as CSV" }).click();
  assert.equal((await download).suggestedFilename(), "figures.csv");
  await page.getByText("7 d", { exact: true }).click();
  await page.getByText("7 rows").or(page.getByText("8 rows")).waitFor();
  assert.deepEqual(errorsOf(page), []);
});
