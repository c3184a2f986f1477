import assert from "node:assert/strict";
import { test } from "node:test";
import {
  act,
  authenticatorCode,
  choosePassword,
  closeDone,
  fact,
  firstLogIn,
  logIn,
  logInAs,
  openPage,
  staged,
  statusFromPage,
  visit,
} from "./browser.js";
import { PATHS } from "./paths.js";
import { deeds, veterans } from "./veterans.js";

const { server, browser } = await staged();
const player = await veterans(server);
await deeds(server, player);
const NO_RIGHT = 20;

/** What the server says of its functions, with the right that each needs. */
interface Told {
  functions: { function: string; right: string }[];
}

test("a viewer's pages have no button that the server would refuse", async () => {
  const page = await openPage(browser, server);
  await firstLogIn(page, server, "vera", "viewer");
  const told = (await Promise.all([server.operate("functions"), server.operate("functions", {}, "realm")])) as Told[];
  const rights = new Map(told.flatMap(({ functions }) => functions).map(({ function: name, right }) => [name, right]));
  const seen = new Set<string>();
  for (const path of PATHS) {
    await visit(page, path);
    const names = await page
      .locator("[data-action]")
      .evaluateAll((all) => all.map((one) => one.getAttribute("data-action")));
    for (const name of names) seen.add(name ?? "");
  }
  const refused = [...seen].filter((name) => rights.get(name) !== "view");
  assert.deepEqual(refused, []);
  assert.ok(seen.has("season_rewards_of"), "what a viewer may do is there");
  assert.equal(await page.getByRole("link", { name: "Gift codes" }).count(), 1, "a viewer may look at batches");
  await visit(page, "/functions/player_grant");
  assert.equal(await page.locator("form button[type=submit]").isDisabled(), true);
});

test("past the buttons the server refuses a viewer with status 20", async () => {
  const page = await openPage(browser, server);
  await firstLogIn(page, server, "victor", "viewer");
  const grant = { player, items: ["3:1:50"], reason: "for me" };
  assert.equal(await statusFromPage(page, "player_grant", grant), NO_RIGHT);
  const someone = { name: "mallory", role: "admin", password: "ten letters or more" };
  assert.equal(await statusFromPage(page, "operator_add", someone, "realm"), NO_RIGHT);
  assert.equal(await statusFromPage(page, "order_list", {}), 0, "looking is allowed");
});

test("a password that somebody else has set must be changed first", async () => {
  const page = await openPage(browser, server);
  const first = "for the first day";
  await server.operate("operator_add", { name: "nora", role: "viewer", password: first });
  await logInAs(page, "nora", first);
  await page.getByRole("heading", { name: "Choose a password" }).waitFor();
  assert.equal(await page.getByRole("navigation").count(), 0, "no page is shown before");
  assert.equal(await statusFromPage(page, "order_list", {}), NO_RIGHT);

  await choosePassword(page, first, "short");
  await page.getByRole("alert").getByText("At least 10 characters.").waitFor();
  await choosePassword(page, "not this one", "a password of mine");
  await page.getByText("The present password is wrong.").waitFor();
  await choosePassword(page, first, "a password of mine");
  await page.locator("[data-page=overview]").waitFor();

  await page.getByRole("button", { name: "Sign out" }).click();
  await logInAs(page, "nora", first);
  await page.getByText("The name, the password or the code is wrong.").waitFor();
  await logInAs(page, "nora", "a password of mine");
  await page.locator("[data-page=overview]").waitFor();
});

test("with a second factor a password alone lets nobody in", async () => {
  const page = await openPage(browser, server);
  await firstLogIn(page, server, "tess", "viewer");
  await visit(page, "/operators");
  await page.locator("[data-action=operator_totp]").click();
  const dialog = page.getByRole("dialog");
  const secret = await fact(dialog, "Secret").innerText();
  await dialog.locator("[name=code]").fill(authenticatorCode(secret));
  await dialog.locator("button[type=submit]").click();
  await closeDone(dialog);

  await page.getByRole("button", { name: "Sign out" }).click();
  await logInAs(page, "tess", "a password of tess");
  await page.getByText("The name, the password or the code is wrong.").waitFor();
  // Each code counts once, and the first has been used.
  await page.getByLabel("Code of your authenticator").fill(authenticatorCode(secret, 1));
  await page.locator("button[type=submit]").click();
  await fact(page.locator("[data-page=operators]"), "Second factor").getByText("Yes").waitFor();
});

test("two operators at once see what each other did", async () => {
  const [one, other] = [await openPage(browser, server), await openPage(browser, server)];
  await logIn(one, server);
  await firstLogIn(other, server, "otto", "support");
  await visit(other, `/players/${player}/notes`);
  await visit(one, `/players/${player}`);
  const dialog = await act(one, one, "note_add", { text: "Called back." });
  await dialog.getByText("Done").waitFor();
  await other.reload();
  await other.getByText("Called back.").waitFor();
});
