/**
 * An adapter that spoils what a good client does, for the tests of the suite: `faulty.ts FAULT COMMAND [ARGUMENT..]` runs the
 * adapter COMMAND behind a server that changes its requests, and changes what it reports.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocket, WebSocketServer } from "ws";
import { readJsonLines, say } from "../src/lines.js";
import type { Fields } from "../src/scenario.js";

/** What a request becomes: nothing, itself, or several. */
type Spoil = (request: Fields) => Fields[];

let held: Fields | undefined;
const spoils: Record<string, Spoil> = {
  "sends no keys": (request) => [Object.fromEntries(Object.entries(request).filter(([name]) => name !== "once"))],
  "makes a key for each attempt": (request) =>
    typeof request["once"] === "string" ? [{ ...request, once: `${request["once"]}${Math.random()}` }] : [request],
  "asks twice": (request) => (request["once"] === undefined ? [request] : [request, { ...request, id: "again" }]),
  "asks in another order": (request) => {
    if (request["function"] !== "enter_stage_general") {
      return [request];
    }
    const before = held;
    held = before === undefined ? request : undefined;
    return before === undefined ? [] : [request, before];
  },
};

const [fault = "", program = "", ...args] = process.argv.slice(2);
const spoil: Spoil = spoils[fault] ?? ((request) => [request]);
const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });

async function behind(url: string): Promise<string> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, handleProtocols: () => "raidkeep.v1" });
  server.on("connection", (near) => {
    const far = new WebSocket(url, "raidkeep.v1");
    const opened = once(far, "open").catch(() => {
      near.terminate();
    });
    near.on("message", (data) => {
      void opened.then(() => {
        for (const request of spoil(JSON.parse((data as Buffer).toString("utf8")) as Fields)) {
          far.send(JSON.stringify(request));
        }
      });
    });
    far.on("message", (data) => {
      near.send((data as Buffer).toString("utf8"));
    });
    far.on("error", () => {
      near.terminate();
    });
    far.on("close", () => {
      near.terminate();
    });
    near.on("close", () => {
      far.terminate();
    });
  });
  await once(server, "listening");
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function pass(): Promise<void> {
  for await (const line of readJsonLines(child.stdout)) {
    const report = line as Fields;
    const isGap = report["gap"] === true;
    const times =
      fault === "tells of no gaps" && isGap ? 0 : fault === "ends calls twice" && report["ended"] === "reply" ? 2 : 1;
    for (let time = 0; time < times; time += 1) {
      say(report);
    }
  }
}

// What is sent to a client that has ended is of no interest.
child.stdin.on("error", () => undefined);
child.on("exit", (code) => process.exit(code ?? 1));
void pass();
for await (const line of readJsonLines(process.stdin)) {
  const order = line as Fields;
  const url = order["url"];
  child.stdin.write(`${JSON.stringify(typeof url === "string" ? { ...order, url: await behind(url) } : order)}\n`);
}
child.stdin.end();
