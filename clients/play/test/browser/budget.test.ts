import assert from "node:assert/strict";
import { test } from "node:test";
import { enterAsGuest, openPage, staged } from "./browser.js";

const BYTES_MAX = 300 * 1024;

const { server, browser } = await staged();

test("the whole page is light, and its first paint and its frames are told", async (context) => {
  const page = await openPage(browser, server, { size: "phone" });
  await enterAsGuest(page);
  const { paintMs, bytes } = await page.evaluate(() => {
    const files = performance.getEntries().filter((entry) => entry instanceof PerformanceResourceTiming);
    const paint = performance.getEntriesByName("first-contentful-paint")[0];
    return {
      paintMs: paint?.startTime ?? Number.NaN,
      bytes: files.reduce((sum, file) => sum + file.decodedBodySize, 0),
    };
  });
  assert.ok(paintMs > 0, "the first paint was seen");
  assert.ok(bytes > 0 && bytes < BYTES_MAX, `${bytes} bytes are within ${BYTES_MAX}`);
  const frames = await page.evaluate(async () => {
    const main = document.querySelector(".main");
    const began = performance.now();
    let last = began;
    let longestMs = 0;
    for (let count = 0; count < 90; count++) {
      const now = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
      longestMs = Math.max(longestMs, now - last);
      last = now;
      main?.scrollBy(0, 12);
    }
    return { perSecond: (90 * 1000) / (last - began), longestMs };
  });
  context.diagnostic(`first contentful paint after ${paintMs.toFixed(0)} ms`);
  context.diagnostic(`${bytes} bytes in all`);
  context.diagnostic(
    `${frames.perSecond.toFixed(0)} frames a second while the map scrolls, the longest ${frames.longestMs.toFixed(0)} ms`,
  );
});
