/** Kills a real server under load, over and over, and counts what became of every call. */
import WebSocket from "ws";
import { Proxy } from "../../../conformance/src/proxy.js";
import type { Order } from "../../../conformance/src/proxy.js";
import { Client, ReplyLostError } from "../../src/index.js";
import type { Program } from "./program.js";
import { seeded } from "./virtual.js";

export interface KillsPlan {
  kills: number;
  clients: number;
  seed: number;
  /** Whether a hostile proxy between clients and server cuts, delays, splits and swallows meanwhile. */
  isNetworkBad?: boolean;
  /** Hears of each kill. */
  progress?: (kill: number, answered: number) => void;
}

export interface KillsReport {
  answered: number;
  /** Ended as carried out, with the reply lost. */
  repliesLost: number;
  /** What must not happen, each with the client and what it saw. */
  mistakes: string[];
  reconnects: number;
}

/** Calls of one client that are open together. */
const PIPELINE = 4;
/** Answers between two kills, for each client on average, at most. */
const ANSWERS_MOST = 30;

/** How long the network stays as bad as it is. */
const WEATHER_MS = 200;

/** A client that sweeps as long as it may. Each sweep that is carried out brings one coin. */
class Sweeper {
  readonly client: Client;
  readonly totals: number[] = [];
  repliesLost = 0;
  reconnects = 0;
  readonly mistakes: string[] = [];

  constructor(
    url: string,
    readonly name: string,
    private readonly answered: () => void,
  ) {
    this.client = new Client({
      url,
      guest: name,
      socket: (address, protocols) => new WebSocket(address, protocols),
      timeoutMs: Infinity,
      backoff: { firstMs: 50, mostMs: 500 },
      liveness: { quietMs: 2_000, patienceMs: 5_000 },
    });
    this.client.onGap(({ reason }) => {
      if (reason === "reconnected") this.reconnects += 1;
    });
  }

  async run(mayGoOn: () => boolean): Promise<void> {
    await this.client.connect();
    const line = async () => {
      while (mayGoOn()) await this.sweep();
    };
    await Promise.all(Array.from({ length: PIPELINE }, line));
    const { items } = await this.client.call("get_player_info");
    this.check(coins(items));
    this.client.close();
  }

  private async sweep(): Promise<void> {
    try {
      const { remain } = await this.client.call("mopping_up_stage", { stage: 3 });
      this.totals.push(coins(remain));
      this.answered();
    } catch (error) {
      if (error instanceof ReplyLostError) this.repliesLost += 1;
      else this.mistakes.push(`${this.name}: ${String(error)}`);
    }
  }

  private check(total: number): void {
    const made = this.totals.length + this.repliesLost;
    if (new Set(this.totals).size !== this.totals.length) this.mistakes.push(`${this.name}: two calls got one reply`);
    if (made > total) this.mistakes.push(`${this.name}: ${made - total} acknowledged calls were lost`);
    if (made < total) this.mistakes.push(`${this.name}: ${total - made} calls were carried out twice`);
  }
}

function coins(items: readonly string[]): number {
  const amount = items.find((item) => item.startsWith("3:1:"));
  return Number(amount?.split(":")[2] ?? 0);
}

/** What the network does next. Each order holds until another one; only `pass` undoes what swallows. */
function mischief(chance: () => number): Order {
  const direction = chance() < 0.5 ? "to_server" : "to_client";
  const orders: Order[] = [
    { do: "pass" },
    { do: "cut" },
    { do: "drop", direction },
    { do: "delay", milliseconds: Math.floor(chance() * 50) },
    { do: "split", bytes: 1 + Math.floor(chance() * 40) },
    { do: "cut_after", direction, bytes: Math.floor(chance() * 5_000) },
  ];
  return orders[Math.floor(chance() * orders.length)] ?? { do: "pass" };
}

export async function kills(program: Program, plan: KillsPlan): Promise<KillsReport> {
  const chance = seeded(plan.seed);
  const proxy = plan.isNetworkBad === true ? await Proxy.start(program.address) : undefined;
  const url = proxy === undefined ? program.url : `ws://${proxy.address}/ws`;
  let answered = 0;
  let isOver = false;
  let noticed: () => void = () => undefined;
  const count = () => {
    answered += 1;
    noticed();
  };
  const sweepers = Array.from(
    { length: plan.clients },
    (_, at) => new Sweeper(url, `client-${plan.seed}-${at}`, count),
  );
  const weather = setInterval(() => proxy?.obey(mischief(chance)), WEATHER_MS);
  const all = Promise.all(sweepers.map((sweeper) => sweeper.run(() => !isOver)));
  for (let kill = 1; kill <= plan.kills; kill++) {
    const target = answered + 1 + Math.floor(chance() * plan.clients * ANSWERS_MOST);
    await new Promise<void>((resolve) => {
      noticed = () => {
        if (answered >= target) resolve();
      };
    });
    await program.killAndRestart();
    plan.progress?.(kill, answered);
  }
  isOver = true;
  clearInterval(weather);
  proxy?.obey({ do: "pass" });
  await all;
  await proxy?.close();
  const sum = (of: (sweeper: Sweeper) => number) => sweepers.reduce((total, sweeper) => total + of(sweeper), 0);
  return {
    answered,
    repliesLost: sum((sweeper) => sweeper.repliesLost),
    mistakes: sweepers.flatMap((sweeper) => sweeper.mistakes),
    reconnects: sum((sweeper) => sweeper.reconnects),
  };
}
