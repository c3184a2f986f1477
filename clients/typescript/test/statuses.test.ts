import assert from "node:assert/strict";
import { test } from "node:test";
import { FailedError, isRefused, RefusedError, ReplyLostError, StoppedError } from "../src/index.js";
import type { Answer } from "./support/fake.js";
import { Story } from "./support/story.js";

/** A client whose `enter_stage_general` is answered so, one answer after the other, and then with success. */
async function answered(...answers: Answer[]): Promise<Story> {
  const story = await Story.open();
  story.server.handlers["enter_stage_general"] = () => answers.shift() ?? { data: {} };
  return story;
}

async function entered(story: Story) {
  const call = story.watch(story.client.call("enter_stage_general", { stage: 8 }));
  await story.ended(call);
  return call;
}

test("a function's own code rejects with it, and is known to have changed nothing", async () => {
  const story = await answered({ status: 97, message: "energy insufficient", data: { need: 6 } });
  const { error } = await entered(story);
  assert.ok(error instanceof RefusedError && isRefused(error, "enter_stage_general"));
  assert.deepEqual(
    [error.status, error.reason, error.made, error.data],
    [97, "energy insufficient", "no", { need: 6 }],
  );
  assert.ok(!isRefused(error, "mopping_up_stage"), "it is the refusal of one function");
});

test("where several statuses are answers, the answer says which", async () => {
  const story = await Story.open();
  story.server.handlers["start_hang_up"] = () => ({ status: 2, message: "same stage" });
  const call = story.watch(story.client.call("start_hang_up", { stage: 3 }));
  await story.ended(call);
  assert.deepEqual(call.answer, { status: 2, data: undefined });
});

test("a key that was used without its reply ends the call as made", async () => {
  const story = await answered({ status: 13, message: "once: used before", data: { reason: "used" } });
  const { error } = await entered(story);
  assert.ok(error instanceof ReplyLostError);
  assert.equal(error.made, "yes");
});

test("a malformed request is refused, and not taken for a lost reply", async () => {
  const story = await answered({ status: 13, message: "data.stage: expected an integer" });
  const { error } = await entered(story);
  assert.ok(error instanceof RefusedError && error.status === 13);
});

test("too many requests: everything waits as long as it is told, then goes on under the same key", async () => {
  const story = await answered({ status: 15, data: { retry_after_ms: 3_000 } });
  const began = story.runtime.now();
  const call = await entered(story);
  const [first, second] = story.server.asked("enter_stage_general");
  assert.ok(story.runtime.now() - began >= 3_000, "the server's pause is kept");
  assert.equal(first?.once, second?.once);
  assert.equal(call.error, undefined);
});

test("while one call waits, no other is sent", async () => {
  const story = await answered({ status: 15, data: { retry_after_ms: 3_000 } });
  const first = story.watch(story.client.call("enter_stage_general", { stage: 8 }));
  await story.runtime.pass(1_000);
  const mail = story.watch(story.client.call("get_shop"));
  await story.runtime.pass(1_000);
  assert.equal(story.server.asked("get_shop").length, 0, "it would be refused as well");
  await story.ended(first, mail);
});

test("a busy server is asked again after pauses that grow", async () => {
  const busy = { status: 16, message: "server busy" };
  const story = await answered(busy, busy, busy);
  const moments: number[] = [];
  const answer = story.server.handlers["enter_stage_general"];
  story.server.handlers["enter_stage_general"] = (request, connection) => {
    moments.push(story.runtime.now());
    return answer?.(request, connection);
  };
  const call = await entered(story);
  const pauses = moments.slice(1).map((moment, at) => moment - (moments[at] ?? 0));
  assert.equal(call.error, undefined);
  assert.deepEqual(
    pauses,
    [...pauses].sort((a, b) => a - b),
    "each pause is as long as the one before, or longer",
  );
  assert.ok((pauses[2] ?? 0) > (pauses[0] ?? Infinity) * 2);
});

test("maintenance is told with its end and message, and waited for", async () => {
  const story = await Story.open();
  const until = Math.floor(story.runtime.now() / 1000) + 20;
  let isOver = false;
  story.server.handlers["enter_stage_general"] = () =>
    isOver ? { data: {} } : { status: 18, data: { until, message: "back at noon" } };
  const call = story.watch(story.client.call("enter_stage_general", { stage: 8 }));
  await story.runtime.pass(1_000);
  const { state } = story.client;
  assert.ok(state.name === "waiting" && state.why === "maintenance" && state.message === "back at noon");
  isOver = true;
  await story.ended(call);
  assert.ok(story.runtime.now() >= until * 1000, "nothing is asked before its end");
  assert.equal(story.client.state.name, "open");
});

test("one maintenance that answers many calls is waited for once", async () => {
  const story = await Story.open({ backoff: { firstMs: 500, mostMs: 20_000 } });
  let isOver = false;
  story.server.handlers["get_shop"] = () => (isOver ? { data: {} } : { status: 18, data: { message: "moment" } });
  const calls = Array.from({ length: 12 }, () => story.watch(story.client.call("get_shop")));
  const began = story.runtime.now();
  story.runtime.after(100, () => {
    isOver = true;
  });
  await story.ended(...calls);
  assert.ok(story.runtime.now() - began < 1_000, "the first pause, not the twelfth");
});

test("maintenance that ends early is noticed, because the server is asked now and then", async () => {
  const story = await Story.open();
  const began = story.runtime.now();
  let isOver = false;
  story.server.handlers["enter_stage_general"] = () =>
    isOver ? { data: {} } : { status: 18, data: { until: Math.floor(began / 1000) + 86_400 } };
  const call = story.watch(story.client.call("enter_stage_general", { stage: 8 }));
  await story.runtime.pass(1_000);
  isOver = true;
  await story.ended(call);
  assert.equal(call.error, undefined, "the call was made");
  assert.ok(story.runtime.now() - began <= 40_000);
});

test("an answer in doubt is asked for again under the same key", async () => {
  const story = await answered({ status: -2, message: "timed out" });
  const call = await entered(story);
  const keys = story.server.asked("enter_stage_general").map((request) => request.once);
  assert.equal(call.error, undefined);
  assert.ok(keys.length === 2 && keys[0] === keys[1]);
});

test("a server that never knows is not asked for ever", async () => {
  const story = await Story.open();
  story.server.handlers["enter_stage_general"] = () => ({ status: -2, message: "timed out" });
  const { error } = await entered(story);
  assert.ok(error instanceof FailedError);
  assert.deepEqual([error.reason, error.made], ["server_failed", "unknown"]);
});

test("an internal error leaves open whether the change was made", async () => {
  const story = await answered({ status: -1, message: "internal error" });
  const { error } = await entered(story);
  assert.ok(error instanceof FailedError && error.made === "unknown");
});

for (const reason of ["expired", "unknown"]) {
  test(`a token that is ${reason} is replaced by a new log-in, and the call goes on under its key`, async () => {
    const story = await answered({ status: 11, message: "invalid token", data: { reason } });
    const call = await entered(story);
    const keys = story.server.asked("enter_stage_general").map((request) => request.once);
    assert.equal(call.error, undefined);
    assert.equal(story.server.asked("login_unique").length, 2);
    assert.ok(keys.length === 2 && keys[0] === keys[1], "a refused token used up no key");
    assert.equal(story.client.token, "token-2");
  });
}

test("calls that were sent together log in once together", async () => {
  const story = await Story.open();
  const invalid = new Set<string>();
  story.server.handlers["send_mail"] = ({ once = "" }) => {
    if (invalid.has(once)) return {};
    invalid.add(once);
    return { status: 11, data: { reason: "expired" } };
  };
  const calls = ["a", "b", "c"].map((subj) =>
    story.watch(story.client.call("send_mail", { gn_target: "x", subj, body: "" })),
  );
  await story.ended(...calls);
  assert.ok(calls.every((call) => call.error === undefined));
  assert.equal(story.server.asked("login_unique").length, 2);
});

test("a token that has ended twice in a row ends the client, so that nobody logs in for ever", async () => {
  const story = await Story.open();
  story.server.handlers["enter_stage_general"] = () => ({ status: 11, data: { reason: "unknown" } });
  const { error } = await entered(story);
  assert.ok(error instanceof FailedError && error.made === "no" && error.reason === "stopped");
  assert.equal(story.client.state.name, "stopped");
  assert.equal(story.server.asked("login_unique").length, 2);
});

for (const [answer, why, details] of [
  [{ status: 11, data: { reason: "replaced" } }, "replaced", { status: 11 }],
  [{ status: 11, data: { reason: "revoked" } }, "revoked", { status: 11 }],
  [{ status: 11 }, "revoked", { status: 11 }],
  [{ status: 17, data: { until: 1_900_000_000, message: "cheating" } }, "banned", { status: 17, until: 1_900_000_000 }],
  [
    { status: 19, data: { minimum: "2.0.0", url: "https://x" } },
    "too_old",
    { status: 19, minimum: "2.0.0", url: "https://x" },
  ],
] as const) {
  test(`${JSON.stringify(answer)} stops the client: ${why}`, async () => {
    const story = await answered(answer);
    const { error } = await entered(story);
    const { state } = story.client;
    assert.ok(error instanceof FailedError && error.made === "no", "nothing was changed");
    assert.ok(state.name === "stopped" && state.error instanceof StoppedError);
    assert.equal(error.cause, state.error, "the call says why it ended");
    assert.deepEqual([state.error.why, state.error.details], [why, details]);

    const before = story.server.connections.length;
    await story.runtime.pass(600_000);
    assert.equal(story.server.connections.length, before, "a client that has stopped does not come back by itself");
    const later = story.watch(story.client.call("get_shop"));
    await story.ended(later);
    assert.ok(later.error instanceof FailedError && later.error.reason === "stopped");
  });
}

test("two tabs of one account do not throw each other out for ever", async () => {
  const first = await Story.open();
  const second = new Story({}, first);
  let owner = "token-1";
  first.server.handlers["login_unique"] = () => ({
    data: { token: (owner = `token-${first.server.requests.length}`) },
  });
  const whole = first.server.handlers["get_player_info"];
  const isIn = new Map<unknown, string>();
  first.server.handlers["get_player_info"] = (request, connection) => {
    isIn.set(connection, (request.data["token"] as string | undefined) ?? isIn.get(connection) ?? "");
    return isIn.get(connection) === owner ? whole?.(request, connection) : { status: 11, data: { reason: "replaced" } };
  };
  await second.connect();
  const call = first.watch(first.client.call("get_player_info"));
  await first.ended(call);
  await first.runtime.pass(3_600_000);
  assert.equal(first.client.state.name, "stopped");
  assert.equal(second.client.state.name, "open");
  assert.equal(first.server.asked("login_unique").length, 2);
});

test("connect starts a stopped client anew, with a new log-in", async () => {
  const story = await answered({ status: 11, data: { reason: "replaced" } });
  await entered(story);
  await story.connect();
  assert.equal(story.client.token, "token-2");
  assert.equal((await entered(story)).error, undefined);
});
