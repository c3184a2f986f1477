import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { act, closeDone, errorsOf, firstLogIn, logIn, openPage, staged, visit } from "./browser.js";

const assets = mkdtempSync(join(tmpdir(), "raidkeep-assets-"));
cpSync(join(import.meta.dirname, "../../assets"), assets, { recursive: true });
after(() => {
  rmSync(assets, { recursive: true, force: true });
});
const { server, browser } = await staged("--assets", assets, "--set", "assets_watch=false");

interface Status {
  fingerprint: string;
  pinned: { fingerprint: string; reason: string } | null;
}

test("a designer sees what the folder changes, goes back to the set before with a reason, and removes the pin", async () => {
  const page = await openPage(browser, server);
  await logIn(page, server);
  await visit(page, "/rules");
  await page.getByText("No differences.").waitFor();
  const { fingerprint: first } = (await server.operate("rules_status")) as Status;

  const energy = join(assets, "energy.ron");
  writeFileSync(energy, readFileSync(energy, "utf8").replace("maximum: 120", "maximum: 130"));
  await page.reload();
  const changed = page.locator("tbody tr", { hasText: "energy.ron" }).filter({ hasText: "maximum" });
  await changed.getByText("130").waitFor();
  await closeDone(await act(page, page, "rules_reload", {}));
  await page.getByText("No differences.").waitFor();

  const before = page.locator("tbody tr", { hasText: first }).first();
  await before.getByRole("button", { name: "Compare" }).click();
  await changed.getByText("120").waitFor();
  await closeDone(await act(page, before, "rules_back", { reason: "too much energy" }));
  const pinned = page.getByRole("status").filter({ hasText: "The rules are pinned" });
  await pinned.getByText("too much energy").waitFor();
  const kept = (await server.operate("rules_status")) as Status;
  assert.equal(kept.fingerprint, first);
  assert.equal(kept.pinned?.reason, "too much energy");

  await closeDone(await act(page, page, "rules_unpin", { reason: "mended" }));
  await pinned.waitFor({ state: "detached" });
  const free = (await server.operate("rules_status")) as Status;
  assert.equal(free.pinned, null);
  assert.notEqual(free.fingerprint, first, "what the folder has is in force again");
  assert.deepEqual(errorsOf(page), []);
});

test("a designer has the change studied, one study at a time, and reads what it would do; a viewer sees none of it", async () => {
  const energy = join(assets, "energy.ron");
  writeFileSync(energy, readFileSync(energy, "utf8").replace(/maximum: \d+/, "maximum: 60"));
  const page = await openPage(browser, server);
  await logIn(page, server);
  await visit(page, "/rules");
  const card = page.locator("section", { hasText: "What will this change do?" });
  const newest = card.locator("tbody tr").first();
  const begin = (players: string, days: string, seeds: string) =>
    act(page, card, "rules_study", { players, days, seeds });

  await closeDone(await begin("2000", "90", "16"));
  await newest.getByText("running").first().waitFor();
  const second = await begin("2", "1", "1");
  await second.getByRole("alert").filter({ hasText: "study 1 is under way" }).waitFor();
  await second.getByRole("button", { name: "Cancel" }).click();
  await closeDone(await act(page, newest, "rules_study_stop", {}));
  await newest.getByText("stopped").waitFor();

  await closeDone(await begin("4", "1", "1"));
  // A study gets the time that nobody else wants, which is little while other tests run.
  await newest.getByRole("button", { name: "Report" }).click({ timeout: 400_000 });
  const report = card.locator("[data-report='2']");
  await report.getByRole("heading", { name: "What was edited" }).waitFor();
  await report.locator("tbody tr", { hasText: "to 60" }).waitFor();
  const arrives = page.waitForEvent("download");
  await report.getByRole("button", { name: "Download study-2.html" }).click();
  const file = await (await arrives).path();
  assert.match(readFileSync(file, "utf8"), /^<!DOCTYPE html>[^]*what was edited/);
  assert.deepEqual(errorsOf(page), []);

  const other = await openPage(browser, server);
  await firstLogIn(other, server, "vera", "viewer");
  await visit(other, "/rules");
  await other.getByRole("heading", { name: "Differences" }).waitFor();
  assert.equal(await other.getByText("What will this change do?").count(), 0);
  assert.equal(await other.locator("[data-action=rules_study]").count(), 0);
});
