/** This client as the conformance suite drives it: orders on standard input, reports on standard output. */
import { createInterface } from "node:readline";
import WebSocket from "ws";
import { Client, FailedError, RefusedError, ReplyLostError } from "../src/index.js";
import type { EventName, FunctionName, State } from "../src/index.js";
import { severalAnswers } from "../src/functions.js";

interface Order {
  do: "connect" | "call" | "close";
  url: string;
  guest?: string;
  token?: string;
  heartbeat_seconds?: number;
  ref: number;
  function: FunctionName;
  data?: object;
}

const EVENTS: EventName[] = ["mail_received", "challenge_info", "battle_verdict", "energy_full", "energy"];

const say = (report: object) => process.stdout.write(`${JSON.stringify(report)}\n`);
let client: Client | undefined;

// Nobody listens any more.
process.stdout.on("error", () => process.exit());

createInterface({ input: process.stdin }).on("line", (line) => {
  const order = JSON.parse(line) as Order;
  if (order.do === "connect") connect(order);
  else if (order.do === "call") call(order);
  else end();
});

function connect({ url, guest, token, heartbeat_seconds: heartbeat }: Order): void {
  client = new Client({
    url,
    ...(token === undefined ? { guest: guest ?? "" } : { token }),
    socket: (address, protocols) => new WebSocket(address, protocols),
    ...(heartbeat === undefined ? {} : { liveness: { quietMs: heartbeat * 1000, patienceMs: heartbeat * 1000 } }),
  });
  client.onState(tellState);
  client.onGap(() => say({ gap: true }));
  for (const event of EVENTS) client.on(event, (data) => say({ event, data }));
  client.connect().catch(() => undefined);
}

function tellState(state: State): void {
  if (state.name !== "idle") say({ state: state.name, ...(state.name === "stopped" ? { why: state.error.why } : {}) });
}

function call({ ref, function: called, data }: Order): void {
  client?.call(called as "get_shop", data as never).then(
    (answer) => {
      // Where there are several answers, the client gives the status beside the data.
      const whole = severalAnswers(called) === undefined ? { status: 0, data: answer } : (answer as object);
      say({ ended: "reply", ref, ...whole });
    },
    (error: unknown) => {
      if (error instanceof RefusedError) {
        const { status, data: added } = error as RefusedError;
        say({ ended: "refused", ref, status, data: added });
      } else if (error instanceof ReplyLostError) say({ ended: "lost", ref });
      else if (error instanceof FailedError) say({ ended: "failed", ref, made: error.made });
      else throw error;
    },
  );
}

function end(): void {
  client?.close();
  process.stdin.destroy();
}
