/** In a real browser, if there is one: tabs that are duplicated, reloaded and left, and the WebSocket of the browser. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import type { Browser, BrowserContext, Page } from "playwright-core";
import type { Client } from "../src/index.js";
import { Program, skip as skipServer } from "./support/program.js";

const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const skip = existsSync(CHROMIUM) ? skipServer : `no browser at ${CHROMIUM}`;

/** The page: it connects, and notes the keys of what it sends. */
const SCRIPT = `
import { Client } from "./src/index.js";
const keys = [];
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (text) {
  const { once } = JSON.parse(text);
  if (once) keys.push(once);
  send.call(this, text);
};
const client = new Client({ url: new URLSearchParams(location.search).get("server"), guest: "browser" });
Object.assign(globalThis, { client, keys, ready: client.connect() });
`;

declare const ready: Promise<void>;
declare const client: Client;
declare const keys: string[];

/** Makes a change in the page, and says under which key. */
async function sweep(page: Page): Promise<{ series: string; number: number; coins: string }> {
  // A page that another one has opened is there before its script has run.
  await page.waitForFunction(() => "ready" in globalThis);
  const [key, coins] = await page.evaluate(async () => {
    await ready;
    const { remain } = await client.call("mopping_up_stage", { stage: 3 });
    return [keys.at(-1) ?? "", remain[0] ?? ""] as const;
  });
  const [series = "", number] = key.split("#");
  return { series, number: Number(number), coins };
}

describe("in a browser", { skip }, () => {
  let program: Program;
  let site: Server;
  let browser: Browser;
  let context: BrowserContext;
  let address: string;

  before(async () => {
    program = await Program.start();
    const bundle = await build({
      stdin: { contents: SCRIPT, resolveDir: fileURLToPath(new URL("..", import.meta.url)) },
      bundle: true,
      format: "esm",
      write: false,
    });
    const script = bundle.outputFiles[0]?.text ?? "";
    site = createServer((request, response) => {
      const isScript = request.url === "/page.js";
      response.setHeader("content-type", isScript ? "text/javascript" : "text/html; charset=utf-8");
      response.end(
        isScript ? script : `<!doctype html><title>page</title><script type="module" src="/page.js"></script>`,
      );
    });
    await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
    const origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
    address = `${origin}/?server=${encodeURIComponent(program.url)}`;
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"],
    });
    context = await browser.newContext();
  });
  after(async () => {
    await browser.close();
    site.close();
    site.closeAllConnections();
    await program.stop();
  });

  test("a reload goes on in the series and with the token of its tab", async () => {
    const page = await context.newPage();
    await page.goto(address);
    const first = await sweep(page);
    const token = await page.evaluate(() => client.token);
    await page.reload();
    const second = await sweep(page);
    assert.equal(second.series, first.series);
    assert.ok(second.number > first.number);
    assert.equal(await page.evaluate(() => client.token), token, "nobody has logged in anew");
    await page.close();
  });

  test("a tab that is opened from another has a copy of its storage, and a series of its own", async () => {
    const original = await context.newPage();
    await original.goto(address);
    const first = await sweep(original);
    const [copy] = await Promise.all([context.waitForEvent("page"), original.evaluate(() => void open(location.href))]);
    const second = await sweep(copy);
    const third = await sweep(original);
    assert.notEqual(second.series, first.series);
    assert.equal(third.series, first.series);
    assert.equal(new Set([first, second, third].map(({ coins }) => coins)).size, 3, "each call is carried out");
    await copy.close();
    await original.close();
  });

  test("a page that is left and comes back goes on", async () => {
    const page = await context.newPage();
    await page.goto(address);
    const first = await sweep(page);
    await page.goto("about:blank");
    await page.goBack();
    const second = await sweep(page);
    assert.ok(second.series !== first.series || second.number > first.number);
    await page.close();
  });

  test("the browser goes offline and comes back", async () => {
    const page = await context.newPage();
    await page.goto(address);
    await sweep(page);
    const before = await page.evaluate(() => keys.length);
    await program.kill();
    const calls = page.evaluate(() => Promise.all([1, 2, 3].map(() => client.call("mopping_up_stage", { stage: 3 }))));
    await page.waitForFunction(() => client.state.name === "waiting");
    await program.killAndRestart();
    await page.evaluate(() => dispatchEvent(new Event("online")));
    assert.equal(new Set((await calls).map(({ remain }) => remain[0])).size, 3);
    assert.ok((await page.evaluate(() => keys.length)) >= before + 3);
    await page.close();
  });
});
