import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import {
  errorsOf,
  logIn,
  openBrowser,
  openPage,
  type PageOptions,
  settled,
  SIZES,
  type SizeName,
  visit,
} from "./browser.js";
import { PATHS, pathName } from "./paths.js";
import { Server } from "./server.js";
import { deeds, veterans } from "./veterans.js";

/**
 * Pictures of every page at every size, in light and English and in dark and Chinese, to be looked at: `target/console/`.
 * With paths only of these; with `--docs` those of docs/console.md instead, which show what fits the screen.
 */
const root = join(import.meta.dirname, "../..");
const isForDocs = process.argv.includes("--docs");
const folder = join(root, isForDocs ? "docs/pictures" : "target/console");
const only = process.argv.slice(2).filter((argument) => argument.startsWith("/"));

const ENGLISH: PageOptions = { size: "desktop", scheme: "light", locale: "en-GB" };
const CHINESE: PageOptions = { size: "phone", scheme: "dark", locale: "zh-CN" };
/** The pictures of the docs: the page, how it is looked at, and what is opened on it. */
const DOCS: readonly [path: string, view: PageOptions, opened?: string][] = [
  ["/", ENGLISH],
  ["/players/1", ENGLISH],
  ["/mail", ENGLISH, "mail_all"],
  ["/figures", ENGLISH],
  ["/maintenance", CHINESE],
];

async function opened(view: PageOptions): Promise<Page> {
  const page = await openPage(browser, server, view);
  await settled(page);
  return page;
}

async function everyPage(size: SizeName, scheme: "light" | "dark"): Promise<void> {
  const page = await opened({ size, scheme, locale: scheme === "dark" ? "zh-CN" : "en-GB" });
  await page.screenshot({ path: join(folder, `login-${size}-${scheme}.png`) });
  await logIn(page, server);
  for (const path of only.length > 0 ? only : PATHS) {
    await visit(page, path);
    await page.waitForTimeout(300);
    await page.screenshot({ path: join(folder, `${pathName(path)}-${size}-${scheme}.png`), fullPage: true });
  }
  for (const error of errorsOf(page)) console.log(`${size} ${scheme}: ${error}`);
  await page.context().close();
}

async function picturesOfDocs(): Promise<void> {
  for (const [path, view, action] of DOCS) {
    const page = await opened(view);
    await logIn(page, server);
    await visit(page, path);
    if (action !== undefined) await page.locator(`[data-action=${action}]`).first().click();
    await page.waitForTimeout(500);
    await page.screenshot({ path: join(folder, `console-${pathName(path)}.png`) });
    await page.context().close();
  }
}

mkdirSync(folder, { recursive: true });
const server = await Server.start();
const browser = await openBrowser();
try {
  await deeds(server, await veterans(server));
  if (isForDocs) await picturesOfDocs();
  else {
    for (const size of Object.keys(SIZES) as SizeName[])
      for (const scheme of ["light", "dark"] as const) await everyPage(size, scheme);
  }
} finally {
  await browser.close();
  await server.end();
}
