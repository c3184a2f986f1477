import assert from "node:assert/strict";
import { test } from "node:test";
import { FailedError } from "../src/index.js";
import type { FailureReason, Made } from "../src/index.js";
import { Story } from "./support/story.js";
import type { Watched } from "./support/story.js";

function failed(call: Watched<unknown>, reason: FailureReason, made: Made): void {
  assert.equal(call.times, 1);
  assert.ok(call.error instanceof FailedError);
  assert.deepEqual([call.error.reason, call.error.made], [reason, made]);
}

/** A client whose server keeps silent about `enter_stage_general`. */
async function unanswered() {
  const story = await Story.open();
  story.server.handlers["enter_stage_general"] = () => undefined;
  return story;
}

test("an option that is undefined counts as left out", async () => {
  const options = { timeoutMs: undefined } as unknown as { timeoutMs: number };
  const story = await Story.open({ backoff: { firstMs: undefined } as unknown as { firstMs: number } });
  story.server.handlers["get_shop"] = () => undefined;
  const call = story.watch(story.client.call("get_shop", {}, options));
  await story.ended(call);
  assert.equal((call.error as FailedError).reason, "timed_out", "a call ends after two minutes, whoever says nothing");
});

test("replies find their calls, whatever was asked in between", async () => {
  const story = await Story.open();
  story.server.handlers["mopping_up_stage"] = ({ data }) => ({ data: { stage: data["stage"] } });
  const calls = [8, 9, 10].map((stage) => story.watch(story.client.call("mopping_up_stage", { stage })));
  await story.ended(...calls);
  assert.deepEqual(
    calls.map((call) => (call.answer as unknown as { stage: number }).stage),
    [8, 9, 10],
  );
});

test("a call before connect waits for it", async () => {
  const story = new Story();
  const call = story.watch(story.client.call("get_shop"));
  await story.runtime.pass(1_000);
  assert.equal(call.times, 0);
  await story.connect();
  await story.ended(call);
  assert.equal(call.error, undefined);
});

test("a call that was never sent times out as not made", async () => {
  const story = new Story();
  story.server.isDown = true;
  void story.client.connect().catch(() => undefined);
  const call = story.watch(story.client.call("enter_stage_general", { stage: 8 }, { timeoutMs: 5_000 }));
  await story.ended(call);
  failed(call, "timed_out", "no");
});

test("a call that was sent times out in doubt, and is not sent again", async () => {
  const story = await unanswered();
  const call = story.watch(story.client.call("enter_stage_general", { stage: 8 }, { timeoutMs: 5_000 }));
  await story.ended(call);
  failed(call, "timed_out", "unknown");
  story.server.last.cut();
  await story.runtime.pass(60_000);
  assert.equal(story.server.asked("enter_stage_general").length, 1);
});

test("the answer to a call that has timed out does no harm", async () => {
  const story = await Story.open();
  story.server.handlers["enter_stage_general"] = (request, connection) => {
    story.runtime.after(10_000, () => {
      connection.reply(request, { data: {} });
    });
    return undefined;
  };
  const call = story.watch(story.client.call("enter_stage_general", { stage: 8 }, { timeoutMs: 5_000 }));
  await story.runtime.pass(15_000);
  failed(call, "timed_out", "unknown");
  assert.equal(story.client.state.name, "open");
});

test("a call that can change nothing fails as not made, however far it came", async () => {
  const story = await Story.open();
  story.server.handlers["get_shop"] = () => undefined;
  const call = story.watch(story.client.call("get_shop", {}, { timeoutMs: 5_000 }));
  await story.ended(call);
  failed(call, "timed_out", "no");
});

test("a signal ends a call", async () => {
  const story = await unanswered();
  const abort = new AbortController();
  const call = story.watch(story.client.call("enter_stage_general", { stage: 8 }, { signal: abort.signal }));
  await story.runtime.pass(100);
  abort.abort("gone");
  await story.ended(call);
  failed(call, "aborted", "unknown");
  assert.equal(call.error?.cause, "gone");
});

test("a signal that was aborted before ends the call before it is sent", async () => {
  const story = await unanswered();
  const call = story.watch(story.client.call("enter_stage_general", { stage: 8 }, { signal: AbortSignal.abort() }));
  await story.ended(call);
  failed(call, "aborted", "no");
  await story.runtime.pass(1_000);
  assert.equal(story.server.asked("enter_stage_general").length, 0);
});

test("closing ends what is open, and calls after it", async () => {
  const story = await unanswered();
  const sent = story.watch(story.client.call("enter_stage_general", { stage: 8 }));
  await story.runtime.pass(100);
  story.client.close();
  const later = story.watch(story.client.call("enter_stage_general", { stage: 8 }));
  await story.ended(sent, later);
  failed(sent, "closed", "unknown");
  failed(later, "closed", "no");
});

test("more calls than a client keeps fail at once", async () => {
  const story = new Story({ maxOpenCalls: 2 });
  const calls = [1, 2, 3].map(() => story.watch(story.client.call("get_shop")));
  await story.ended(...calls.slice(2));
  assert.deepEqual(
    calls.map((call) => call.times),
    [0, 0, 1],
  );
  failed(calls[2] ?? { times: 0 }, "too_many", "no");
});

test("no more calls are on the line than the server reads ahead", async () => {
  const story = await Story.open({ maxInFlight: 4 });
  story.server.handlers["get_shop"] = () => undefined;
  Array.from({ length: 10 }, () => story.watch(story.client.call("get_shop")));
  await story.runtime.pass(1_000);
  assert.equal(story.server.asked("get_shop").length, 4);
});
