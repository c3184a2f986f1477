import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import type { Browser, Page } from "playwright-core";
import { logIn, openBrowser, openPage, visit } from "./browser.js";
import { program, Server } from "./server.js";

/**
 * What operators cost the players: how long searches take among many accounts, then runs of `raidkeep load` by turns without and with a
 * browser that has pages of the console open. docs/performance.md says how it is called and what it showed.
 *
 *   npm run cost -- FOLDER [RUNS [CLIENTS [RATE]]]
 *
 * FOLDER has a filled database (`cargo bench --bench world -- --fill FOLDER`) and is not the same afterwards.
 */
const [folder = "", runs = "10", clients = "10000", rate = "5000"] = process.argv.slice(2);
/** What an operator has open on a day on which something happens: pages that follow the world, and a search. */
const OPEN = ["/", "/players", "/figures", "/bosses"];

interface Report {
  requests: number;
  broken: { connections: number };
  unexpected: unknown[];
  latency_us: { p50: number; p99: number };
}

async function load(server: Server): Promise<Report> {
  const mix = ["--clients", clients, "--rate", rate, "--warm-up", "5", "--duration", "10", "--run", "cost"];
  const { stdout } = await promisify(execFile)(program(), ["load", ...server.urls, ...mix, "--format", "json"], {
    env: { ...process.env, RAIDKEEP_OPERATOR_TOKEN: server.token },
    maxBuffer: 1 << 26,
  });
  return JSON.parse(stdout) as Report;
}

async function openConsole(browser: Browser, server: Server): Promise<() => Promise<void>> {
  const pages: Page[] = [];
  for (const path of OPEN) {
    const page = await openPage(browser, server);
    await logIn(page, server);
    await visit(page, path);
    pages.push(page);
  }
  return async () => {
    for (const page of pages) await page.context().close();
  };
}

/** How long replies take over a line of its own, in ms: the middle one, and the 99th of 100. */
async function timed(page: Page, token: string, called: string, asked: readonly object[]): Promise<string> {
  const times = await page.evaluate(
    async ([name, secret, all]) => {
      const socket = new WebSocket(`ws://${location.host}/`);
      await new Promise((resolve) => {
        socket.addEventListener("open", resolve, { once: true });
      });
      const taken: number[] = [];
      for (const data of all) {
        const reply = new Promise<string>((resolve) => {
          socket.addEventListener(
            "message",
            (event) => {
              resolve(String(event.data));
            },
            { once: true },
          );
        });
        const began = performance.now();
        socket.send(JSON.stringify({ world: 0, function: name, data: { ...data, token: secret } }));
        const text = await reply;
        taken.push(performance.now() - began);
        if (!text.includes('"status":0')) throw new Error(text);
        // A connection may ask 200 times a second.
        await new Promise((resolve) => setTimeout(resolve, 8));
      }
      socket.close();
      return taken;
    },
    [called, token, asked] as const,
  );
  times.sort((a, b) => a - b);
  const at = (share: number) => (times[Math.floor(times.length * share)] ?? Number.NaN).toFixed(2);
  return `${called}: ${at(0.5)} ms, 99th of 100 ${at(0.99)} ms`;
}

async function timeSearches(browser: Browser, server: Server): Promise<void> {
  const page = await openPage(browser, server);
  const numbers = Array.from({ length: 1000 }, () => 1 + Math.floor(Math.random() * 1_000_000));
  for (const by of ["number", "name"]) {
    const asked = numbers.map((number) => ({ by, limit: 20, text: by === "name" ? `玩家#${number}` : `${number}` }));
    console.log(`by ${by}: ${await timed(page, server.token, "player_find", asked)}`);
  }
  console.log(await timed(page, server.token, "mail_all_preview", [{ audience: { level_min: 2 } }]));
  await page.context().close();
}

function spread(reports: readonly Report[]): string {
  const p99 = reports.map((report) => report.latency_us.p99).sort((a, b) => a - b);
  const p50 = reports.map((report) => report.latency_us.p50).sort((a, b) => a - b);
  const middle = (sorted: readonly number[]) => sorted[Math.floor(sorted.length / 2)];
  return `p50 ${middle(p50)} us; p99 ${p99[0]} to ${p99.at(-1)} us, median ${middle(p99)}`;
}

if (!existsSync(folder)) throw new Error("the first argument is a folder with a filled database");
const limits = [
  "limits.connections=15000",
  "limits.connections_per_address=0",
  "limits.requests_per_second_per_address=0",
  "identity.new_accounts.per_address=0",
];
// The clock stands still at the moment of the database: later its guests, who have never played, would be forgotten.
const server = await Server.startIn(folder, "--set", "clock=manual", ...limits.flatMap((limit) => ["--set", limit]));
const browser = await openBrowser();
try {
  await timeSearches(browser, server);
  // The first run makes the players of the load; the others find them.
  await load(server);
  const without: Report[] = [];
  const beside: Report[] = [];
  for (let run = 1; run <= Number(runs); run++) {
    without.push(await load(server));
    const close = await openConsole(browser, server);
    beside.push(await load(server));
    await close();
    const line = [without, beside].map((reports) => JSON.stringify(reports.at(-1)?.latency_us));
    console.log(`run ${run}: without ${line[0]}, with a console open ${line[1]}`);
  }
  console.log(`without: ${spread(without)}\nwith a console open: ${spread(beside)}`);
  const odd = [...without, ...beside].filter((report) => report.broken.connections > 0 || report.unexpected.length > 0);
  if (odd.length > 0) console.log(`runs with something unexpected: ${JSON.stringify(odd)}`);
} finally {
  await browser.close();
  await server.kill();
}
