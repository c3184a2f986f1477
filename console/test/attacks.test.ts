import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { errorsOf, firstLogIn, logIn, openPage, staged, visit } from "./browser.js";
import { veterans } from "./veterans.js";

/** Rules that allow what no server should: names with markup in them. */
const assets = mkdtempSync(join(tmpdir(), "raidkeep-console-assets-"));
cpSync(join(import.meta.dirname, "../../assets"), assets, { recursive: true });
const names = join(assets, "names.ron");
writeFileSync(names, readFileSync(names, "utf8").replace('also_allowed: "', 'also_allowed: "<>/'));
const { server, browser } = await staged("--assets", assets);
after(() => {
  rmSync(assets, { recursive: true });
});
const player = await veterans(server);
const MARKUP = '<img src=x onerror="document.title=1"><script>document.title=2</script>';

test("markup in texts of players and operators is shown as text", async () => {
  const name = "<b>x</b>";
  await server.operate("player_rename", { player, name, reason: MARKUP });
  await server.operate("note_add", { player, text: MARKUP });
  await server.operate("announce", { text: MARKUP });
  const page = await openPage(browser, server);
  await logIn(page, server);
  const title = await page.title();
  for (const [path, text] of [
    [`/players/${player}`, name],
    [`/players/${player}/notes`, MARKUP],
    [`/players/${player}/audit`, MARKUP],
    ["/players", name],
    ["/audit", MARKUP],
    ["/mail", MARKUP],
  ] as const) {
    await visit(page, path);
    await page.locator("main").getByText(text).first().waitFor();
    assert.equal(
      await page.locator("main").locator("b, script, img[src=x]").count(),
      0,
      `${path} shows no element of it`,
    );
  }
  assert.equal(await page.title(), title, "none of it ran");
  assert.deepEqual(errorsOf(page), []);
});

test("the policy of the page runs no script, style or handler that is written into it", async () => {
  const page = await openPage(browser, server);
  const reply = await fetch(`http://${server.operators}/console/`);
  const policy = reply.headers.get("content-security-policy") ?? "";
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe/);
  const title = await page.title();
  await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "document.title = 'script'";
    document.body.append(script);
    const holder = document.createElement("div");
    holder.innerHTML = "<button onclick=\"document.title='handler'\">x</button>";
    document.body.append(holder);
    holder.querySelector("button")?.click();
  });
  assert.equal(await page.title(), title);
  assert.equal(errorsOf(page).length, 2, "the browser has refused both");
});

test("the session's token is in a cookie that no script reads and other sites cannot send, and nowhere else", async () => {
  const page = await openPage(browser, server);
  const addresses: string[] = [];
  page.on("request", (request) => addresses.push(request.url()));
  page.on("websocket", (socket) => addresses.push(socket.url()));
  await firstLogIn(page, server, "ann", "support");
  await visit(page, "/players");
  const [cookie, ...others] = await page.context().cookies();
  assert.deepEqual(others, []);
  assert.ok(cookie !== undefined);
  assert.equal(cookie.httpOnly, true);
  assert.equal(cookie.sameSite, "Strict");
  const kept = await page.evaluate(() =>
    [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie].join(" "),
  );
  assert.ok(!kept.includes(cookie.value), "scripts find it nowhere");
  assert.ok(addresses.length > 0);
  for (const address of addresses) assert.ok(!address.includes(cookie.value), `no address has it: ${address}`);
  assert.ok(!page.url().includes(cookie.value));

  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Name", { exact: true }).waitFor();
  assert.deepEqual(await page.context().cookies(), [], "it is gone after signing out");
});

test("requests of other sites are refused, and guesses of passwords are limited", async () => {
  const login = `http://${server.operators}/console/login`;
  const body = JSON.stringify({ name: "ann", password: "a wrong guess" });
  const foreign = await fetch(login, { method: "POST", body, headers: { origin: "https://evil.example" } });
  assert.equal(foreign.status, 403);
  const statuses: number[] = [];
  for (let guess = 0; guess < 30 && !statuses.includes(429); guess += 1) {
    statuses.push((await fetch(login, { method: "POST", body })).status);
  }
  assert.equal(statuses[0], 401);
  assert.equal(statuses.at(-1), 429, `after some guesses there are no more: ${statuses.join(" ")}`);
});
