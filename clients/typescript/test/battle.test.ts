import assert from "node:assert/strict";
import { test } from "node:test";
import { FailedError, ReplyLostError } from "../src/index.js";
import { Story } from "./support/story.js";

const blow = { role: "甲", id: "RK1-E1-1", text: "挥剑" };
const waiting = { role: "乙", action: "", result: "等待", status: false };
const verdict = { role: "乙", action: "格挡", result: "平手", status: false };

async function acted() {
  const story = await Story.open();
  story.server.handlers["battle"] = () => ({ data: waiting });
  const round = story.watch(story.client.battle(blow));
  await story.runtime.pass(100);
  return { story, round };
}

test("the verdict of a round comes by its event, and the line stays free meanwhile", async () => {
  const { story, round } = await acted();
  await story.ended(story.watch(story.client.call("get_shop")));
  assert.equal(round.times, 0);
  story.server.last.push({ event: "battle_verdict", data: { id: "another", round: 1, ...verdict }, n: 1 });
  story.server.last.push({ event: "battle_verdict", data: { id: blow.id, round: 1, ...verdict }, n: 2 });
  await story.ended(round);
  assert.equal(round.answer?.action, "格挡");
  assert.equal(story.server.asked("battle")[0]?.data["wait"], false);
});

test("who acts last has the verdict with the reply", async () => {
  const story = await Story.open();
  story.server.handlers["battle"] = () => ({ data: verdict });
  const round = story.watch(story.client.battle(blow));
  await story.ended(round);
  assert.deepEqual(round.answer, verdict);
});

test("a verdict that comes in the same breath as the reply is not missed", async () => {
  const story = await Story.open();
  story.server.handlers["battle"] = (request, connection) => {
    const event = { event: "battle_verdict", data: { id: blow.id, ...verdict }, n: 1 };
    connection.reply(request, { data: waiting }, event);
    return undefined;
  };
  const round = story.watch(story.client.battle(blow));
  await story.ended(round);
  assert.equal(round.answer?.action, "格挡", "both frames were in one piece of the stream");
});

test("a verdict that was missed ends the call as made", async () => {
  const { story, round } = await acted();
  story.server.last.cut();
  await story.ended(round);
  assert.ok(round.error instanceof ReplyLostError);
});

test("closing ends a call that waits for its verdict", async () => {
  const { story, round } = await acted();
  story.client.close();
  await story.ended(round);
  assert.ok(round.error instanceof FailedError && round.error.made === "unknown");
});
