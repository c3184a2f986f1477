import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { act, closeDone, errorsOf, logIn, openPage, staged, visit } from "./browser.js";

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
