import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "../src/index.js";
import { wechat } from "../src/wechat.js";
import type { Wx, WxSocketTask } from "../src/wechat.js";
import { FakeServer } from "./support/fake.js";
import { VirtualRuntime } from "./support/virtual.js";

type Listener = (value?: never) => void;

/** A mini game's `wx`, with its sockets on a fake server. */
class FakeWx implements Wx {
  readonly stored = new Map<string, string>();
  readonly shown = new Set<Listener>();
  readonly hidden = new Set<Listener>();
  readonly networkChanged = new Set<(status: { isConnected: boolean }) => void>();

  constructor(private readonly server: FakeServer) {}

  connectSocket({ url, protocols }: { url: string; protocols: string[] }): WxSocketTask {
    const socket = this.server.socket(url, protocols);
    return {
      onOpen: (listener) => (socket.onopen = listener),
      onMessage: (listener) => (socket.onmessage = listener as (event: never) => void),
      onClose: (listener) => (socket.onclose = listener as (event: never) => void),
      onError: (listener) => (socket.onerror = listener as (event: never) => void),
      send: ({ data }) => {
        socket.send(data);
      },
      close: ({ code, reason }) => {
        socket.close(code, reason);
      },
    };
  }

  getStorageSync(key: string): unknown {
    return this.stored.get(key) ?? "";
  }

  setStorageSync(key: string, value: string): void {
    this.stored.set(key, value);
  }

  removeStorageSync(key: string): void {
    this.stored.delete(key);
  }

  onShow(listener: Listener): void {
    this.shown.add(listener);
  }

  offShow(listener: Listener): void {
    this.shown.delete(listener);
  }

  onHide(listener: Listener): void {
    this.hidden.add(listener);
  }

  offHide(listener: Listener): void {
    this.hidden.delete(listener);
  }

  onNetworkStatusChange(listener: (status: { isConnected: boolean }) => void): void {
    this.networkChanged.add(listener);
  }

  offNetworkStatusChange(listener: (status: { isConnected: boolean }) => void): void {
    this.networkChanged.delete(listener);
  }
}

async function miniGame() {
  const runtime = new VirtualRuntime();
  const server = new FakeServer(runtime);
  const wx = new FakeWx(server);
  const { runtime: hooks, ...rest } = wechat(wx);
  const timed = {
    ...hooks,
    now: () => runtime.now(),
    after: (ms: number, action: () => void) => runtime.after(ms, action),
    random: () => 0.5,
  };
  const client = new Client({ url: "wss://fake", guest: "openid", ...rest, runtime: timed });
  void client.connect();
  await runtime.until(() => client.state.name === "open", "open");
  return { runtime, server, wx, client };
}

test("a mini game connects, calls and hears events over wx.connectSocket", async () => {
  const { runtime, server, client } = await miniGame();
  const heard: string[] = [];
  client.on("mail_received", ({ subj }) => heard.push(subj));
  server.handlers["enter_stage_general"] = () => ({
    data: { energy: { cooling: 360, remain: 114, reward: -6 }, at: {} },
  });
  let remain = 0;
  void client.call("enter_stage_general", { stage: 8 }).then(({ energy }) => (remain = energy.remain));
  server.last.push({ event: "mail_received", data: { subj: "hello", from: "系统" } });
  await runtime.until(() => remain === 114, "the reply");
  assert.deepEqual(heard, ["hello"]);
});

test("an attempt that fails with an error alone is followed by another", async () => {
  const { runtime, server, client } = await miniGame();
  server.isDown = true;
  server.last.cut();
  await runtime.pass(100);
  const { socket } = server.last;
  socket.onerror?.({ errMsg: "connectSocket:fail" } as never);
  server.isDown = false;
  await runtime.until(() => client.state.name === "open", "open");
});

test("the token is kept in the storage of the mini game", async () => {
  const { wx } = await miniGame();
  assert.ok([...wx.stored.values()].includes("token-1"));
});

test("a mini game that goes to the background leaves its series, and looks at its line when it is back", async () => {
  const { runtime, server, wx, client } = await miniGame();
  void client.call("send_mail", { gn_target: "x", subj: "", body: "" });
  await runtime.pass(100);
  for (const hide of wx.hidden) hide();
  assert.ok(wx.stored.has("raidkeep.series"));
  server.last.goDeaf();
  for (const show of wx.shown) show();
  await runtime.pass(6_000);
  assert.equal(server.connections.length, 2);
});

test("a network that is back is used at once", async () => {
  const { runtime, server, wx, client } = await miniGame();
  server.isDown = true;
  server.last.cut();
  await runtime.pass(60_000);
  server.isDown = false;
  for (const changed of wx.networkChanged) changed({ isConnected: true });
  await runtime.pass(200);
  assert.equal(client.state.name, "open");
});

test("a client that is closed hears nothing of the mini game any more", async () => {
  const { wx, client } = await miniGame();
  client.close();
  assert.deepEqual([wx.shown.size, wx.hidden.size, wx.networkChanged.size], [0, 0, 0]);
});
