import assert from "node:assert/strict";
import { test } from "node:test";
import { act, closeDone, errorsOf, fill, firstLogIn, openPage, settled, staged } from "./browser.js";
import { veterans } from "./veterans.js";

const { server, browser } = await staged();
const player = await veterans(server);

test("a support operator finds a player, gives something, and sees the movement and who did it", async () => {
  const page = await openPage(browser, server);
  await firstLogIn(page, server, "ann", "support");

  await page.getByRole("link", { name: "Players" }).click();
  await page.getByLabel("Find a player").fill(String(player));
  await page.locator("form[role=search] button[type=submit]").click();
  await page.locator("[data-found]").getByRole("link").first().click();
  await page.getByRole("heading", { level: 1 }).getByText(`#${player}`, { exact: true }).waitFor();

  const reason = "ticket 4711: the fight was cut off";
  await closeDone(await act(page, page, "player_grant", { items: "3:1:50", reason }));

  await page.getByRole("tab", { name: "Movements" }).click();
  const movement = page.locator("tbody tr").first();
  await movement.getByText("operator").waitFor();
  assert.match(await movement.innerText(), /3:1.*50/s, "the movement says what was given");

  await page.getByRole("tab", { name: "Audit" }).click();
  const entry = page.locator("tbody tr").first();
  await entry.getByText(reason, { exact: true }).waitFor();
  const text = await entry.innerText();
  for (const part of ["ann", "player_grant", "support"])
    assert.ok(text.includes(part), `the entry says ${part}: ${text}`);
  assert.deepEqual(errorsOf(page), []);
});

test("what the server refuses is said in the form, which stays as it was filled", async () => {
  const page = await openPage(browser, server);
  await firstLogIn(page, server, "ben", "support");
  await page.goto(`http://${server.operators}/console/#/players/${player}`);
  await settled(page);
  const dialog = await act(page, page, "player_grant", { items: "3:1:1001", reason: "more than the role allows" });
  await dialog.getByText("Refused (20)").waitFor();
  assert.equal(await dialog.locator("[name=items]").inputValue(), "3:1:1001");
});

test("what a grant would do is shown first, changes nothing, and is then done", async () => {
  const page = await openPage(browser, server);
  await firstLogIn(page, server, "tess", "support");
  await page.goto(`http://${server.operators}/console/#/players/${player}`);
  await settled(page);
  const entries = async () => {
    const told = (await server.operate("player_view", { player, part: "movements" })) as {
      parts: { movements: { entries: unknown[] } };
    };
    return told.parts.movements.entries.length;
  };
  const before = await entries();

  const dialog = await fill(page, page, "player_grant", { items: "3:5:3", reason: "ticket 4712" });
  await dialog.getByRole("button", { name: "Try first" }).click();
  const trial = dialog.locator("[data-trial]");
  await trial.getByText("This would happen. Nothing has been changed.").waitFor();
  const row = trial.locator("tbody tr", { hasText: "items[3:5]" });
  assert.match(await row.innerText(), /Overview.*items\[3:5\].*3/s, "the items before and after");
  assert.equal(await entries(), before, "nothing has been changed");

  await dialog.locator("button[type=submit]").click();
  await closeDone(dialog);
  assert.equal(await entries(), before + 1, "then it is done");

  const refused = await fill(page, page, "player_take", { items: "3:5:1000", reason: "ticket 4712" });
  await refused.getByRole("button", { name: "Try first" }).click();
  await refused.getByText("Refused (97)").waitFor();
  await refused.getByRole("button", { name: "Cancel" }).click();
  await refused.waitFor({ state: "detached" });
  const kick = await fill(page, page, "player_kick", {});
  assert.equal(await kick.getByRole("button", { name: "Try first" }).count(), 0, "a kick cannot be tried");
  assert.deepEqual(errorsOf(page), []);
});

test("a change without a reason is not sent", async () => {
  const page = await openPage(browser, server);
  await firstLogIn(page, server, "cleo", "support");
  await page.goto(`http://${server.operators}/console/#/players/${player}`);
  await settled(page);
  const dialog = await act(page, page, "player_kick", {});
  await dialog.getByText("This is needed.").waitFor();
  assert.equal(await dialog.getByText("Done").count(), 0);
});

test("a line that breaks is said, and comes back by itself", async () => {
  const page = await openPage(browser, server);
  await firstLogIn(page, server, "dora", "viewer");
  await page.getByRole("link", { name: "Orders and points" }).click();
  await server.kill();
  await page.getByText("The line to the server is broken.", { exact: false }).waitFor();
  await server.begin();
  await page.getByText("The line to the server is broken.", { exact: false }).waitFor({ state: "detached" });
  await page.locator("tbody tr").first().waitFor();
});
