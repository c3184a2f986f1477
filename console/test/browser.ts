import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { after } from "node:test";
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from "playwright-core";
import { Server } from "./server.js";

const built = join(import.meta.dirname, "../built");

export const SIZES = { phone: { width: 360, height: 740 }, desktop: { width: 1440, height: 900 } } as const;
export type SizeName = keyof typeof SIZES;

/** What a machine may need on which much else runs. */
const PATIENCE_MS = 60_000;

/** Without the networking flags Chromium looks for its maker's servers at every start, and asks before a page that a test serves itself talks to this machine. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-features=LocalNetworkAccessChecks",
];

/** A server, started with these arguments, and a browser, for the tests of a file; they end after them. */
export async function staged(...args: string[]): Promise<{ server: Server; browser: Browser }> {
  const server = await Server.start(...args);
  const browser = await openBrowser();
  after(async () => {
    await browser.close();
    await server.end();
  });
  return { server, browser };
}

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", args: FLAGS });
}

export interface PageOptions {
  size?: SizeName;
  locale?: "en-GB" | "zh-CN";
  scheme?: "light" | "dark";
}

/** A page of its own browser profile, at the log-in. What it complains of is in `errorsOf`. */
export async function openPage(
  browser: Browser,
  server: Server,
  { size = "desktop", locale = "en-GB", scheme = "light" }: PageOptions = {},
): Promise<Page> {
  const context = await browser.newContext({
    viewport: SIZES[size],
    locale,
    colorScheme: scheme,
    hasTouch: size === "phone",
    timezoneId: "Asia/Shanghai",
    reducedMotion: "reduce",
  });
  return openPageIn(context, server);
}

/** A further page of the same profile. */
export async function openPageIn(context: BrowserContext, server: Server): Promise<Page> {
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const errors: string[] = [];
  complaints.set(page, errors);
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    // The browser says so itself of every reply that is no success, and of every line that breaks.
    const isExpected = /^WebSocket connection to|^Failed to load resource/.test(message.text());
    if (message.type() === "error" && !isExpected) errors.push(message.text());
  });
  if (process.env["CONSOLE_FROM"] === "folder") await serveFolder(page, server);
  await page.goto(`http://${server.operators}/console/`);
  return page;
}

/** What a page has complained of: failed scripts, what the content security policy forbids, console errors. */
export function errorsOf(page: Page): string[] {
  return complaints.get(page) ?? [];
}

const complaints = new WeakMap<Page, string[]>();

/** Logs in with the operator token, and waits for the overview. */
export async function logIn(page: Page, server: Server): Promise<void> {
  await page.getByRole("button", { name: /operator token|运营令牌/ }).click();
  await page.getByLabel(/^Operator token|^运营令牌/).fill(server.token);
  await page.locator("button[type=submit]").click();
  await page.locator("[data-page=overview]").waitFor();
}

/** Fills and sends the log-in with a name. */
export async function logInAs(page: Page, name: string, password: string): Promise<void> {
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.locator("button[type=submit]").click();
}

/** The code that an authenticator shows for a secret in base32 (RFC 6238), now or so many half minutes later. */
export function authenticatorCode(secret: string, later = 0): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = Array.from(secret, (letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + later));
  const digest = createHmac("sha1", key).update(counter).digest();
  const at = (digest.at(-1) ?? 0) & 15;
  return String((digest.readUInt32BE(at) & 0x7fff_ffff) % 1_000_000).padStart(6, "0");
}

/** Makes an operator, and logs in for the first time: with a password of their own. */
export async function firstLogIn(page: Page, server: Server, name: string, role: string): Promise<void> {
  const [first, own] = ["for the first day", `a password of ${name}`];
  await server.operate("operator_add", { name, role, password: first });
  await logInAs(page, name, first);
  await choosePassword(page, first, own);
  await page.locator("[data-page=overview]").waitFor();
}

/** Fills and sends the form for a password of one's own. */
export async function choosePassword(page: Page, present: string, own: string): Promise<void> {
  await page.getByLabel("Present password", { exact: true }).fill(present);
  await page.getByLabel("New password", { exact: true }).fill(own);
  await page.getByLabel("New password once more", { exact: true }).fill(own);
  await page.locator("button[type=submit]").click();
}

/** Opens the form of a function by its button, fills it and confirms. Returns the dialog. */
export async function fill(
  page: Page,
  place: Page | Locator,
  called: string,
  given: Readonly<Record<string, string>>,
): Promise<Locator> {
  await place.locator(`[data-action=${called}]`).click();
  const dialog = page.getByRole("dialog");
  for (const [name, value] of Object.entries(given)) {
    const field = dialog.locator(`[name="${name}"]`);
    const [tag, type] = await field.evaluate((element) => [element.tagName, element.getAttribute("type")]);
    if (tag === "SELECT") await field.selectOption(value);
    else if (type === "checkbox") await field.setChecked(value === "true");
    else await field.fill(value);
  }
  const confirmation = dialog.getByLabel("I have checked the values.");
  if ((await confirmation.count()) > 0) await confirmation.check();
  return dialog;
}

/** The same, and sends it. Returns the dialog with what came of it. */
export async function act(
  page: Page,
  place: Page | Locator,
  called: string,
  given: Readonly<Record<string, string>>,
): Promise<Locator> {
  const dialog = await fill(page, place, called, given);
  await dialog.locator("button[type=submit]").click();
  return dialog;
}

/** Waits until the page says that the thing is done, and closes what it says it with. */
export async function closeDone(dialog: Locator): Promise<void> {
  const said = dialog.page().locator(".mantine-Notification-root", { hasText: "Done" });
  await said.waitFor();
  if (await dialog.isVisible()) await dialog.getByRole("button", { name: "Close", exact: true }).last().click();
  await dialog.waitFor({ state: "detached" });
  await said.getByRole("button").click();
  await said.waitFor({ state: "detached" });
}

/** The value of a fact that the page shows. */
export function fact(place: Locator, name: string): Locator {
  const facts = place.locator("dl > div").filter({ has: place.page().locator("dt", { hasText: name }) });
  return facts.locator("dd");
}

/** A moment as a field for dates and times takes it, so many seconds from now, on the pages' clock. */
export function inSeconds(seconds: number): string {
  return asTyped(Date.now() / 1000 + seconds);
}

/** A moment, in unix seconds, as such a field takes it. */
export function asTyped(moment: number): string {
  const PAGES_ZONE_SECONDS = 8 * 3600;
  return new Date((moment + PAGES_ZONE_SECONDS) * 1000).toISOString().slice(0, 19);
}

/** What the server answers to a call that the page itself makes, with its cookie, past every button. */
export async function statusFromPage(
  page: Page,
  called: string,
  data: object,
  world: number | "realm" = 0,
): Promise<number> {
  return page.evaluate(
    async ([text]) => {
      const url = new URL("../ws", location.href.replace(/#.*/, ""));
      url.protocol = "ws:";
      const socket = new WebSocket(url, "raidkeep.v1");
      const reply = new Promise<string>((resolve) => {
        socket.addEventListener("message", (event) => {
          resolve(String(event.data));
        });
      });
      await new Promise((resolve) => {
        socket.addEventListener("open", resolve);
      });
      socket.send(text ?? "");
      const { status } = JSON.parse(await reply) as { status: number };
      socket.close();
      return status;
    },
    [JSON.stringify({ world, function: called, data, id: 1 })],
  );
}

/** Goes to a page of the console by its address. */
export async function visit(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => {
    location.hash = `#${to}`;
  }, path);
  await settled(page);
}

/** Waits until nothing is awaited and nothing moves any more. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(
    () =>
      document.querySelector("[role=status] .mantine-Loader-root") === null &&
      document
        .getAnimations()
        .every((one) => one.playState !== "running" || one.effect?.getTiming().iterations === Infinity),
  );
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
};

/** For work on the console: shows `built/` as it is now, with the headers of what the program has in it. */
async function serveFolder(page: Page, server: Server): Promise<void> {
  const { headers } = await fetch(`http://${server.operators}/console/`);
  const policy = headers.get("content-security-policy") ?? "";
  await page.route(/\/console\/[\w.-]*$/, async (route) => {
    const name = new URL(route.request().url()).pathname.replace(/^\/console\//, "") || "index.html";
    if (extname(name) === "") return route.fallback();
    return route.fulfill({
      body: readFileSync(join(built, name)),
      headers: { "content-type": TYPES[extname(name)] ?? "text/plain", "content-security-policy": policy },
    });
  });
}
