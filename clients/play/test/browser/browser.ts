import { once } from "node:events";
import { mkdirSync, readFileSync } from "node:fs";
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, extname, join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { Server } from "./server.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const screenshots = join(root, "../../target/play");

export const SIZES = { phone: { width: 360, height: 740 }, desktop: { width: 1440, height: 900 } } as const;
export type SizeName = keyof typeof SIZES;

/** What a machine may need on which much else runs. */
const PATIENCE_MS = 120_000;

/** Without the networking flags Chromium looks for its maker's servers at every start. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A server, started with these arguments, and a browser, for the tests of a file; they end after them. */
export async function staged(...args: string[]): Promise<{ server: Server; browser: Browser }> {
  const server = await Server.start(...args);
  const browser = await chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: FLAGS,
  });
  after(async () => {
    await browser.close();
    await server.end();
  });
  return { server, browser };
}

export interface PageOptions {
  size?: SizeName;
  locale?: string;
}

/** A page of its own tab and player. What it complains of is in `errorsOf`. */
export async function openPage(
  browser: Browser,
  server: Server,
  { size = "desktop", locale = "zh-CN" }: PageOptions = {},
): Promise<Page> {
  const context = await browser.newContext({ viewport: SIZES[size], locale, hasTouch: size === "phone" });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const errors: string[] = [];
  complaints.set(page, errors);
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    const lineBroke = message.text().startsWith("WebSocket connection to");
    if (message.type() === "error" && !lineBroke) errors.push(message.text());
  });
  const fromFolder = process.env["PLAY_FROM"] === "folder";
  const host = fromFolder ? await serveFolder() : server.address;
  await page.goto(`http://${host}/play/${fromFolder ? `?ws=ws://${server.address}/ws` : ""}`);
  return page;
}

/** What a page has complained of: failed scripts and console errors, but not that a line broke. */
export function errorsOf(page: Page): string[] {
  return complaints.get(page) ?? [];
}

const complaints = new WeakMap<Page, string[]>();

/** Enters as a guest and waits for the map. */
export async function enterAsGuest(page: Page): Promise<void> {
  await page.getByRole("button", { name: /游客|guest/ }).click();
  await page.locator(".node").first().waitFor();
}

/** Enters as the guest with this `unique_id`. */
export async function enterAs(page: Page, uniqueId: string): Promise<void> {
  await page.evaluate((id) => {
    sessionStorage.setItem("raidkeep.account", JSON.stringify({ kind: "guest", uniqueId: id }));
  }, uniqueId);
  await page.reload();
  await page.locator(".node").first().waitFor();
}

/** Goes to a screen by the link to it. */
export async function visit(page: Page, screen: string): Promise<void> {
  await page
    .locator(`a[href="#/${screen}"]`)
    .first()
    .evaluate((link: HTMLAnchorElement) => {
      link.click();
    });
  await page.locator(`.main > .screen-${screen}`).waitFor();
}

/** The name of the player of a page. */
export function nameOn(page: Page): Promise<string> {
  return page.locator(".topbar-name").innerText();
}

/** Strikes with the keyboard until the fight that is shown is over. */
export async function strikeUntilOver(page: Page): Promise<void> {
  const arena = page.locator(".arena");
  while ((await page.locator(".arena-end").count()) === 0) await arena.press("Space");
}

/** A picture in the folder of what the build makes, to be looked at: taken when nothing moves any more. */
export async function picture(page: Page, name: string): Promise<void> {
  await page.waitForFunction(() =>
    document.getAnimations().every(({ playState, effect }) => {
      return playState !== "running" || effect?.getTiming().iterations === Infinity;
    }),
  );
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: join(screenshots, `${name}.png`) });
}

const TYPES: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };

/** For work on the page: shows `built/` as it is now, and not what the program has in it. */
async function serveFolder(): Promise<string> {
  folderServer ??= createServer((request, response) => {
    const name = new URL(request.url ?? "/", "http://localhost").pathname.replace(/^\/play\//, "") || "index.html";
    response.setHeader("content-type", `${TYPES[extname(name)] ?? "text/plain"}; charset=utf-8`);
    response.end(readFileSync(join(root, "built", name)));
  }).unref();
  if (!folderServer.listening) {
    folderServer.listen(0, "127.0.0.1");
    await once(folderServer, "listening");
  }
  return `127.0.0.1:${(folderServer.address() as AddressInfo).port}`;
}

let folderServer: HttpServer | undefined;
