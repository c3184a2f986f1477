import assert from "node:assert/strict";
import { test } from "node:test";
import { StoppedError } from "../src/index.js";
import { memory, Story } from "./support/story.js";

const account = { email: "a@b.c", password: "hash" };

/** The error with which `connect` rejects. */
async function refusal(story: Story): Promise<StoppedError> {
  const connected = story.watch(story.client.connect());
  await story.ended(connected);
  const error: unknown = connected.error;
  assert.ok(error instanceof StoppedError, "connect rejects with why the client has stopped");
  return error;
}

test("a guest logs in, and the log-in says which program it is", async () => {
  const story = await Story.open({ name: "bot", version: "1.2.3" });
  assert.deepEqual(story.server.asked("login_unique")[0]?.data, {
    unique_id: "device-1",
    client: { name: "bot", version: "1.2.3" },
  });
});

test("an account logs in with its e-mail address and hashed password", async () => {
  const story = new Story({ account });
  story.server.handlers["login"] = () => ({ data: { status_code: 200, username: "a", token: "t" } });
  await story.connect();
  assert.deepEqual(story.server.asked("login")[0]?.data, { ...account, ip: "" });
  assert.equal(story.client.token, "t");
});

test("a password for one log-in goes with the new password, once", async () => {
  const story = new Story({ account: { ...account, oncePassword: "ABCD-EFGH" } });
  story.server.handlers["login"] = (request) =>
    request.data["once_password"] === undefined
      ? { data: { status_code: 200, username: "a", token: "t" } }
      : { data: { status_code: 401, username: "" } };
  await story.connect();
  const asked = story.server.asked("login").map((request) => request.data["once_password"]);
  assert.deepEqual(
    asked,
    ["ABCD-EFGH", undefined],
    "used up by a log-in whose answer was lost, it has set the password",
  );
  assert.equal(story.client.token, "t");
});

test("an account that is not there is signed up if it has a name, and then logged in", async () => {
  const story = new Story({ account: { ...account, username: "玩家" } });
  let isThere = false;
  story.server.handlers["login"] = () =>
    isThere ? { data: { status_code: 200, token: "t" } } : { data: { status_code: 404, username: "", token: "" } };
  story.server.handlers["signup"] = () => {
    isThere = true;
    return { data: { status_code: 200 } };
  };
  await story.connect();
  assert.equal(story.server.asked("signup")[0]?.data["username"], "玩家");
  assert.equal(story.server.asked("login").length, 2);
});

for (const [called, code, more] of [
  ["login", 401, {}],
  ["login", 404, {}],
  ["signup", 409, { username: "taken" }],
] as const) {
  test(`${called} refused with ${code} ends connect with that code`, async () => {
    const story = new Story({ account: { ...account, ...more } });
    story.server.handlers["login"] = () => ({ data: { status_code: called === "login" ? code : 404, token: "" } });
    story.server.handlers["signup"] = () => ({ data: { status_code: code } });
    const error = await refusal(story);
    assert.deepEqual([error.why, error.details.statusCode], ["refused", code]);
  });
}

for (const status of [-1, -2]) {
  test(`a sign-up that ended with ${status} may have made the account, so the log-in is tried first`, async () => {
    const story = new Story({ account: { ...account, username: "玩家" } });
    let isThere = false;
    story.server.handlers["login"] = () =>
      isThere ? { data: { status_code: 200, token: "t" } } : { data: { status_code: 404, username: "", token: "" } };
    story.server.handlers["signup"] = () => {
      if (isThere) return { data: { status_code: 410 } };
      isThere = true;
      return { status };
    };
    await story.connect();
    assert.equal(story.server.asked("signup").length, 1);
  });
}

for (const answer of [
  { status: 15, data: { retry_after_ms: 5_000 } },
  { status: 0, data: { status_code: 429, retry_after_ms: 5_000, token: "" } },
]) {
  test(`a log-in that comes too early waits as told: ${JSON.stringify(answer)}`, async () => {
    const story = new Story(answer.status === 0 ? { account } : {});
    const began = story.runtime.now();
    const later = () => (story.runtime.now() < began + 5_000 ? answer : { data: { status_code: 200, token: "t" } });
    story.server.handlers["login"] = story.server.handlers["login_unique"] = later;
    await story.connect();
    assert.equal(story.server.requests.filter(({ function: called }) => called.startsWith("login")).length, 2);
  });
}

test("a reload goes on with the token of its tab", async () => {
  const storage = memory();
  const before = await Story.open({ storage });
  before.client.close();
  const after = new Story({ storage }, before);
  await after.connect();
  assert.equal(after.server.asked("login_unique").length, 1, "nobody logs in twice");
});

test("a stored token that has expired is replaced by a new log-in", async () => {
  const storage = memory();
  const before = await Story.open({ storage });
  before.client.close();
  const whole = before.server.handlers["get_player_info"];
  before.server.handlers["get_player_info"] = (request, connection) =>
    request.data["token"] === "token-1" ? { status: 11, data: { reason: "expired" } } : whole?.(request, connection);
  const after = new Story({ storage }, before);
  await after.connect();
  assert.equal(after.client.token, "token-2");
});

test("the token of one player is never used for another", async () => {
  const storage = memory();
  const before = await Story.open({ storage, guest: "one" });
  before.client.close();
  const after = new Story({ storage, guest: "two" }, before);
  await after.connect();
  assert.deepEqual(
    after.server.asked("login_unique").map(({ data }) => data["unique_id"]),
    ["one", "two"],
  );
});

test("a token alone cannot be renewed: the client stops when it has ended", async () => {
  const story = new Story({ token: "old" });
  story.server.handlers["get_player_info"] = () => ({ status: 11, data: { reason: "expired" } });
  const error = await refusal(story);
  assert.equal(error.why, "signed_out");
  assert.equal((await refusal(story)).why, "signed_out", "nor by connecting again");
  assert.equal(story.server.asked("login_unique").length, 0);
});

test("after a ban the same token is used again", async () => {
  const story = new Story({ token: "known" });
  const whole = story.server.handlers["get_player_info"];
  story.server.handlers["get_player_info"] = () => ({ status: 17, data: { until: 5, message: "cheating" } });
  assert.equal((await refusal(story)).why, "banned");
  story.server.handlers["get_player_info"] = whole ?? (() => ({}));
  await story.connect();
  assert.equal(story.client.token, "known");
});

test("a listener may connect again as soon as it hears that the client has stopped", async () => {
  const story = await Story.open();
  story.server.handlers["enter_stage_general"] = () => ({ status: 11, data: { reason: "replaced" } });
  const leave = story.client.onState(({ name }) => {
    if (name !== "stopped") return;
    leave();
    void story.client.connect();
  });
  await story.ended(story.watch(story.client.call("enter_stage_general", { stage: 8 })));
  await story.runtime.until(() => story.client.state.name === "open", "open");
  assert.equal(story.client.token, "token-2");
});

test("a log-in that is cut short is tried again", async () => {
  const story = new Story();
  const whole = story.server.handlers["login_unique"];
  let times = 0;
  story.server.handlers["login_unique"] = (request, connection) => {
    if (++times > 2) return whole?.(request, connection);
    connection.cut();
    return undefined;
  };
  await story.connect();
  assert.equal(times, 3);
});

test("a world that is not there stops the client", async () => {
  const story = new Story({ world: 7 });
  story.server.handlers["login_unique"] = ({ world }) => ({ status: world === 7 ? 14 : 0, message: "world not found" });
  const error = await refusal(story);
  assert.deepEqual([error.why, error.details.status], ["refused", 14]);
});

test("closing ends connect and the client's connection", async () => {
  const story = new Story();
  story.server.isDown = true;
  const connected = story.watch(story.client.connect());
  await story.runtime.pass(5_000);
  story.client.close();
  await story.ended(connected);
  assert.ok(connected.error instanceof Error);
  const before = story.server.connections.length;
  await story.runtime.pass(600_000);
  assert.equal(story.server.connections.length, before);
});

test("an address that is none is told to the caller", async () => {
  const story = new Story({
    socket: () => {
      throw new SyntaxError("not an address");
    },
  });
  await assert.rejects(story.client.connect(), /not an address/);
});
