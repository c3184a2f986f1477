import assert from "node:assert/strict";
import { test } from "node:test";
import { Story } from "./support/story.js";

const liveness = { quietMs: 15_000, patienceMs: 20_000, openMs: 10_000 };

test("a half-open connection is found and left, and what is open goes on elsewhere", async () => {
  const story = await Story.open({ liveness });
  story.server.last.goDeaf();
  const call = story.watch(story.client.call("enter_stage_general", { stage: 8 }));
  const began = story.runtime.now();
  await story.ended(call);
  assert.equal(call.error, undefined);
  assert.equal(story.server.connections.length, 2);
  assert.ok(story.runtime.now() - began <= 25_000, "after the patience with one answer");
});

for (const hours of [-1, 1]) {
  test(`a local clock that is set by ${hours} h neither hides a half-open connection nor ends one that is alive`, async () => {
    const story = await Story.open({ liveness });
    const first = story.watch(story.client.call("get_shop"));
    story.runtime.setClock(hours * 3_600_000);
    await story.ended(first);
    await story.runtime.pass(5_000);
    assert.equal(story.server.connections.length, 1, "the line is alive");
    story.server.last.goDeaf();
    const call = story.watch(story.client.call("enter_stage_general", { stage: 8 }));
    story.runtime.setClock(hours * 3_600_000);
    const began = story.runtime.now();
    await story.ended(call);
    assert.ok(story.runtime.now() - began <= 25_000, "after the patience with one answer");
  });
}

test("a half-open connection is found when nobody calls anything", async () => {
  const story = await Story.open({ liveness });
  await story.runtime.pass(5_000);
  story.server.last.goDeaf();
  await story.runtime.pass(40_000);
  assert.equal(story.server.connections.length, 2);
  assert.equal(story.client.state.name, "open");
});

test("a silent connection that is alive is kept", async () => {
  const story = await Story.open({ liveness });
  await story.runtime.pass(3_600_000);
  assert.equal(story.server.connections.length, 1);
});

test("a handshake that hangs is given up", async () => {
  const story = new Story({ liveness });
  story.server.isSilent = true;
  void story.client.connect();
  await story.runtime.pass(9_000);
  story.server.isSilent = false;
  await story.runtime.until(() => story.client.state.name === "open", "open");
  assert.equal(story.server.connections.length, 2);
});

test("a battle may wait for its round: the line is not taken for dead", async () => {
  const story = await Story.open({ liveness });
  await story.runtime.pass(5_000);
  // Replies come in the order of requests, so what is asked behind it is not answered before it either.
  const held: (() => void)[] = [];
  const clock = story.server.handlers["server_time"];
  story.server.handlers["server_time"] = (request, connection) => {
    held.push(() => {
      connection.reply(request, clock?.(request, connection) ?? {});
    });
    return undefined;
  };
  story.server.handlers["battle"] = (request, connection) => {
    story.runtime.after(60_000, () => {
      connection.reply(request, { data: { role: "b", action: "x", result: "y", status: false } });
      for (const reply of held) reply();
    });
    return undefined;
  };
  story.runtime.after(20_000, () => {
    story.runtime.wake();
  });
  const call = story.watch(story.client.call("battle", { role: "a", id: "RK1", text: "hit" }));
  await story.ended(call);
  assert.equal(call.error, undefined);
  assert.equal(story.server.connections.length, 1, "not even when the page is shown again meanwhile");
});

test("a page that is shown again looks at once whether its line is alive", async () => {
  const story = await Story.open({ liveness });
  await story.runtime.pass(5_000);
  story.server.last.goDeaf();
  story.runtime.wake();
  await story.runtime.pass(6_000);
  assert.equal(story.server.connections.length, 2, "without the usual patience");
});

test("a page that is shown again keeps a line that is alive", async () => {
  const story = await Story.open({ liveness });
  for (let times = 0; times < 20; times++) {
    story.runtime.wake();
    await story.runtime.pass(500);
  }
  await story.runtime.pass(60_000);
  assert.equal(story.server.connections.length, 1);
});

test("when the network is back, the pause is cut short", async () => {
  const story = await Story.open({ liveness, backoff: { firstMs: 60_000, mostMs: 60_000 } });
  story.server.last.cut();
  await story.runtime.pass(100);
  story.runtime.wake();
  await story.runtime.pass(1_000);
  assert.equal(story.client.state.name, "open");
});

test("a wake-up during a log-in changes nothing", async () => {
  const story = new Story({ liveness });
  void story.client.connect();
  for (let times = 0; times < 30; times++) {
    story.runtime.wake();
    await story.runtime.pass(3);
  }
  await story.runtime.pass(1_000);
  assert.equal(story.client.state.name, "open");
  assert.equal(story.server.connections.length, 1);
});
