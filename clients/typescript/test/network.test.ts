/** A real server behind a network that breaks: no call is lost, none doubled. */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import WebSocket from "ws";
import { Proxy } from "../../conformance/src/proxy.js";
import type { Order } from "../../conformance/src/proxy.js";
import { Client } from "../src/index.js";
import { Program, skip } from "./support/program.js";

describe("a real server behind a bad network", { skip }, () => {
  let program: Program;
  let proxy: Proxy;
  let client: Client;
  let guests = 0;

  before(async () => {
    program = await Program.start();
  });
  after(() => program.stop());
  afterEach(async () => {
    client.close();
    await proxy.close();
  });

  /** A client whose connections go through the proxy. */
  async function connect(): Promise<void> {
    proxy = await Proxy.start(program.address);
    client = new Client({
      url: `ws://${proxy.address}/ws`,
      guest: `guest-${++guests}`,
      socket: (url, protocols) => new WebSocket(url, protocols),
      timeoutMs: Infinity,
      backoff: { firstMs: 20, mostMs: 200 },
      liveness: { quietMs: 300, patienceMs: 500, openMs: 2_000 },
    });
    await client.connect();
  }

  /** Sweeps so often, with the network as the orders make it one after the other, and checks what was carried out. */
  async function sweep(times: number, order: (at: number) => Order | undefined): Promise<void> {
    const totals: number[] = [];
    const sweeps = Array.from({ length: times }, async () => {
      const { remain } = await client.call("mopping_up_stage", { stage: 3 });
      totals.push(coins(remain));
      const next = order(totals.length);
      if (next !== undefined) proxy.obey(next);
    });
    await Promise.all(sweeps);
    assert.deepEqual(
      totals.sort((a, b) => a - b),
      Array.from({ length: times }, (_, at) => at + 1),
      "each call is carried out once, and has its own reply",
    );
    assert.equal(coins((await client.call("get_player_info")).items), times);
  }

  test("connections that are cut again and again", async () => {
    await connect();
    await sweep(120, (at) => (at % 20 === 0 ? { do: "cut" } : undefined));
    assert.ok(proxy.connections > 1, "connections were cut");
  });

  test("connections that end in the middle of a frame", async () => {
    await connect();
    proxy.obey({ do: "cut_after", direction: "to_server", bytes: 777 });
    await sweep(60, (at) => {
      if (at % 15 === 0) return { do: "cut_after", direction: "to_client", bytes: at * 7 };
      return at % 10 === 0 ? { do: "cut_after", direction: "to_server", bytes: 333 } : undefined;
    });
    assert.ok(proxy.connections > 1, "connections were cut");
  });

  test("frames that arrive byte by byte, and late", async () => {
    await connect();
    proxy.obey({ do: "split", bytes: 1 });
    proxy.obey({ do: "delay", milliseconds: 20 });
    await sweep(20, () => undefined);
  });

  for (const direction of ["to_server", "to_client"] as const) {
    test(`a connection that is half open: nothing arrives ${direction}`, async () => {
      await connect();
      const gone = new Promise<void>((resolve) => {
        client.onState(({ name }) => {
          if (name !== "waiting") return;
          proxy.obey({ do: "pass" });
          resolve();
        });
      });
      proxy.obey({ do: "drop", direction });
      const sweeps = sweep(10, () => undefined);
      await gone;
      await sweeps;
    });
  }

  test("a server that cannot be reached for a while", async () => {
    await connect();
    let attempts = 0;
    client.onState(({ name }) => {
      if (name === "waiting" && ++attempts === 4) proxy.obey({ do: "pass" });
    });
    proxy.obey({ do: "refuse" });
    await sweep(10, () => undefined);
    assert.ok(attempts >= 4);
  });

  test("clocks that differ: the server's is known, and energy counts by it", async () => {
    await connect();
    client.close();
    const wrong = 3 * 86_400_000;
    client = new Client({
      url: program.url,
      guest: "skewed",
      socket: (url, protocols) => new WebSocket(url, protocols),
      runtime: { now: () => Date.now() + wrong },
    });
    await client.connect();
    const { at } = await client.call("enter_stage_general", { stage: 8 });
    while (client.nowUncertainty() > 400) await setTimeout(20);
    assert.ok(Math.abs(client.now() - Date.now()) <= 1_000, "the server runs on this machine's clock");
    assert.equal(client.energyAt()?.remain, 114);
    assert.equal(client.energyAt((at.full_at ?? 0) * 1000)?.remain, 120);
    assert.equal(client.energyAt((at.full_at ?? 0) * 1000 - 1_000)?.remain, 119);
  });
});

function coins(items: readonly string[]): number {
  return Number(items.find((item) => item.startsWith("3:1:"))?.split(":")[2] ?? 0);
}
