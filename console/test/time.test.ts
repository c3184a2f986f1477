// What a support operator finds out about the past: archive and journal are read by a process beside the server.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { errorsOf, firstLogIn, openPage, settled, staged, visit } from "./browser.js";

const folder = mkdtempSync(join(tmpdir(), "raidkeep-past-"));
const kept = ["--archive", join(folder, "archive"), "--journal", join(folder, "journal")];
const { server, browser } = await staged("--set", "clock=manual", ...kept);
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

const DIAMONDS = "3:5";
const GIVEN = 500;

/** Asks again until archive and journal, which are written a moment after the reply, have something. */
async function until(has: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await has().catch(() => false)) return;
    await pause(100);
  }
  assert.fail("archive and journal should have it by now");
}

test("my diamonds vanished: three clicks lead to the player before and after, and to the request that did it", async () => {
  await server.play("ann", "get_player_info");
  await server.operate("player_grant", { player: 1, items: [`${DIAMONDS}:${GIVEN}`], reason: "a gift" });
  const { now } = (await server.operate("clock_advance", { seconds: 1000 })) as { now: number };
  await until(async () => (await server.operate("player_as_of", { player: 1, at: now - 1 })) !== undefined);
  await server.play("ann", "buy_ticket", { mode: "coin", pay_with: "diamond" });
  const { items } = (await server.play("ann", "get_player_info")) as { items: string[] };
  const left = Number(items.find((item) => item.startsWith(`${DIAMONDS}:`))?.split(":")[2]);
  await server.operate("clock_advance", { seconds: 10 });
  await until(async () => {
    const window = { player: 1, from: now, to: now + 1 };
    const { requests } = (await server.operate("player_requests", window)) as { requests: { function: string }[] };
    return requests.some((request) => request.function === "buy_ticket");
  });

  const page = await openPage(browser, server);
  await firstLogIn(page, server, "sophie", "support");
  await visit(page, "/players/1");
  await page.getByRole("tab", { name: "Movements" }).click();
  await page.locator("tbody tr", { hasText: "buy_ticket" }).locator("[data-action=time]").click();

  const changed = page.locator("[data-comparison] tr[data-changed=true]", { hasText: DIAMONDS }).first();
  await changed.waitFor();
  const cells = await changed.locator("td").allInnerTexts();
  assert.deepEqual(cells, [String(GIVEN), String(left), String(left)], "before, after and now");
  const request = page.locator("tbody tr", { hasText: "buy_ticket" }).filter({ hasText: "diamond" }).first();
  await request.getByText("player", { exact: true }).waitFor();

  await settled(page);
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.locator("[data-action=player_scenario]").click(),
  ]);
  const text = readFileSync(await file.path(), "utf8");
  assert.match(file.suggestedFilename(), /^player-1-\d+\.ron$/);
  assert.ok(text.includes(`function: "buy_ticket"`) && text.includes(`${DIAMONDS}:${GIVEN}`), text);
  assert.deepEqual(errorsOf(page), []);
});

test("of a moment before the world began the page says that there was no such player", async () => {
  const page = await openPage(browser, server);
  await firstLogIn(page, server, "tom", "viewer");
  await visit(page, "/players/1/time/1000");
  await page.getByText("Refused (99)").first().waitFor();
});
