import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { errorsOf, logIn, openBrowser, openPage, settled, SIZES, type SizeName, visit } from "./browser.js";
import { PATHS, pathName } from "./paths.js";
import { Server } from "./server.js";
import { deeds, veterans } from "./veterans.js";

/** Pictures of every page at every size, in light and English and in dark and Chinese, to be looked at: `target/console/`. */
const folder = join(import.meta.dirname, "../../target/console");
const only = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const server = await Server.start();
const browser = await openBrowser();
try {
  await deeds(server, await veterans(server));
  const paths = only.length > 0 ? only : PATHS;
  for (const size of Object.keys(SIZES) as SizeName[]) {
    for (const scheme of ["light", "dark"] as const) {
      const page = await openPage(browser, server, { size, scheme, locale: scheme === "dark" ? "zh-CN" : "en-GB" });
      await settled(page);
      await page.screenshot({ path: join(folder, `login-${size}-${scheme}.png`) });
      await logIn(page, server);
      for (const path of paths) {
        await visit(page, path);
        await page.waitForTimeout(300);
        await page.screenshot({ path: join(folder, `${pathName(path)}-${size}-${scheme}.png`), fullPage: true });
      }
      for (const error of errorsOf(page)) console.log(`${size} ${scheme}: ${error}`);
      await page.context().close();
    }
  }
} finally {
  await browser.close();
  await server.end();
}
