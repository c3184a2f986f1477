import assert from "node:assert/strict";
import { test } from "node:test";
import { Backoff } from "../src/backoff.js";
import { Story } from "./support/story.js";

const letters = (story: Story) =>
  ["a", "b", "c"].map((subj) => story.watch(story.client.call("send_mail", { gn_target: "x", subj, body: "" })));

test("a call whose line breaks is sent again under its key and ends once", async () => {
  const story = await Story.open();
  story.server.handlers["enter_stage_general"] = () => undefined;
  const call = story.watch(story.client.call("enter_stage_general", { stage: 8 }));
  await story.runtime.pass(100);
  story.server.last.cut();
  story.server.handlers["enter_stage_general"] = () => ({
    data: { energy: { cooling: 360, remain: 114, reward: -6 }, at: {} },
  });
  await story.ended(call);

  const sent = story.server.asked("enter_stage_general");
  assert.equal(sent.length, 2, "it was sent once on each line");
  assert.ok(
    sent[0]?.once !== undefined && sent[0].once === sent[1]?.once,
    "a repeated call has the key of its first time",
  );
  assert.equal(call.answer?.energy.remain, 114);
  assert.equal(call.times, 1);
});

test("what is open is sent again in the order it was called", async () => {
  const story = await Story.open();
  story.server.handlers["send_mail"] = () => undefined;
  const calls = letters(story);
  await story.runtime.pass(100);
  story.server.last.cut();
  calls.push(story.watch(story.client.call("send_mail", { gn_target: "x", subj: "d", body: "" })));
  story.server.handlers["send_mail"] = () => ({});
  await story.ended(...calls);

  const onSecond = story.server.last.requests.filter((request) => request.function === "send_mail");
  assert.deepEqual(
    onSecond.map((request) => request.data["subj"]),
    ["a", "b", "c", "d"],
  );
  const numbers = onSecond.map((request) => Number(request.once?.split("#")[1]));
  assert.deepEqual(
    numbers,
    [...numbers].sort((a, b) => a - b),
    "numbers of a series rise",
  );
});

test("a call that can change nothing has no key, and is sent again all the same", async () => {
  const story = await Story.open();
  story.server.handlers["get_shop"] = () => undefined;
  const call = story.watch(story.client.call("get_shop"));
  await story.runtime.pass(100);
  story.server.last.cut();
  story.server.handlers["get_shop"] = () => ({ data: { offers: [] } });
  await story.ended(call);
  assert.deepEqual(
    story.server.asked("get_shop").map((request) => request.once),
    [undefined, undefined],
  );
});

test("a broken line is opened again with the token, and nobody logs in anew", async () => {
  const story = await Story.open();
  story.server.last.cut();
  await story.runtime.until(() => story.client.state.name === "open", "open again");
  assert.equal(story.server.asked("login_unique").length, 1);
  assert.equal(story.server.last.requests[0]?.function, "get_player_info");
  assert.equal(story.server.last.requests[0].data["token"], "token-1");
});

test("pauses between attempts double up to the longest, half of each by chance", async () => {
  const story = new Story({ backoff: { firstMs: 500, mostMs: 4_000 } });
  story.server.isDown = true;
  void story.client.connect();
  await story.runtime.pass(20_000);
  const pauses: number[] = [];
  story.client.onState((state) => {
    if (state.name === "waiting") pauses.push(state.until - story.runtime.now());
  });
  await story.runtime.pass(10_000);
  assert.deepEqual(new Set(pauses), new Set([3_000]), "with chance in the middle, 4,000 ms become 3,000");
});

test("half of a pause is chance, so that two clients do not come back at the same moment", () => {
  const [soon, late] = [0, 0.99].map((chance) => new Backoff({ firstMs: 1_000, mostMs: 8_000 }, () => chance));
  assert.deepEqual([soon?.next(), soon?.next()], [500, 1_000]);
  assert.deepEqual([late?.next(), late?.next()], [995, 1_990]);
});

test("the first server of before, which knows no protocols, is served without a pause", async () => {
  const story = new Story();
  story.server.isOld = true;
  await story.connect();
  assert.deepEqual(
    story.server.connections.map((connection) => connection.protocols),
    [["raidkeep.v1"], []],
  );
  assert.ok(!story.stateNames.includes("waiting"), "the second attempt follows at once");
});

test("a line closed for size by somebody on the way fails no call that fits into a frame", async () => {
  const story = await Story.open();
  let cuts = 0;
  story.server.handlers["send_mail"] = (_, connection) => {
    if (cuts === 1) return {};
    cuts += 1;
    connection.cut(1009);
    return undefined;
  };
  const call = story.watch(story.client.call("send_mail", { gn_target: "x", subj: "s", body: "x".repeat(2_000) }));
  await story.ended(call);
  assert.equal(call.error, undefined, "it is sent again under its key");
  const [first, second] = story.server.asked("send_mail");
  assert.equal(first?.once, second?.once);
});

test("a frame that is too large fails the largest call, and the others go on", async () => {
  const story = await Story.open();
  story.server.handlers["send_mail"] = (request, connection) => {
    if (String(request.data["body"]).length < 1_000) return {};
    connection.cut(1009);
    return undefined;
  };
  const body = "\u5927".repeat(25_000);
  const large = story.watch(story.client.call("send_mail", { gn_target: "x", subj: "large in bytes", body }));
  const small = story.watch(story.client.call("send_mail", { gn_target: "x", subj: "small", body: "" }));
  await story.ended(large, small);
  assert.equal(large.error?.made, "no", "the server reads no frame that is too large");
  assert.equal(small.times === 1 && small.error === undefined, true);
});
