import assert from "node:assert/strict";
import { test } from "node:test";
import { Story } from "./support/story.js";

const mail = (subj: string, n?: number) => ({ event: "mail_received", data: { subj, from: "系统" }, n });

/** A client that notes the subjects of its mails, and a server whose first replies tell the count. */
async function listening(count: number) {
  const story = new Story();
  const whole = story.server.handlers["get_player_info"];
  story.server.handlers["get_player_info"] = (request, connection) => ({ ...whole?.(request, connection), n: count });
  await story.connect();
  const heard: string[] = [];
  const stop = story.client.on("mail_received", ({ subj }) => heard.push(subj));
  return { story, heard, stop };
}

test("events reach their listeners, until these leave", async () => {
  const { story, heard, stop } = await listening(6);
  story.server.last.push(mail("a", 7));
  await story.runtime.pass(100);
  stop();
  story.server.last.push(mail("b", 8));
  await story.runtime.pass(100);
  assert.deepEqual(heard, ["a"]);
  assert.deepEqual(story.gaps, []);
});

test("a number that is missing is a gap, and the event still arrives", async () => {
  const { story, heard } = await listening(6);
  story.server.last.push(mail("a", 7));
  story.server.last.push(mail("c", 9));
  story.server.last.push(mail("d", 10));
  await story.runtime.pass(100);
  assert.deepEqual(heard, ["a", "c", "d"]);
  assert.deepEqual(story.gaps, [{ reason: "events_missing" }]);
});

test("the first event after the log-in may be missing too", async () => {
  const { story } = await listening(6);
  story.server.last.push(mail("b", 8));
  await story.runtime.pass(100);
  assert.deepEqual(story.gaps, [{ reason: "events_missing" }]);
});

test("events that were asked for carry no number and are no gap", async () => {
  const { story } = await listening(6);
  story.server.last.push(mail("a", 7));
  story.server.last.push({ event: "energy", data: { energy: { cooling: 360, remain: 5, reward: 1 } } });
  story.server.last.push(mail("b", 8));
  await story.runtime.pass(100);
  assert.deepEqual(story.gaps, []);
});

test("after a reconnect everything is asked for again, whatever the count: it may have started anew", async () => {
  const { story } = await listening(6);
  story.server.last.cut();
  await story.runtime.until(() => story.client.state.name === "open", "open");
  assert.deepEqual(story.gaps, [{ reason: "reconnected" }]);
});

test("a server that counts no events makes no gaps", async () => {
  const story = await Story.open();
  story.server.last.push(mail("a"));
  story.server.last.push(mail("b"));
  await story.runtime.pass(100);
  assert.deepEqual(story.gaps, []);
});

test("a listener that throws stops neither the others nor the connection", async () => {
  const { story, heard } = await listening(6);
  const thrown: unknown[] = [];
  process.setUncaughtExceptionCaptureCallback((error) => thrown.push(error));
  story.client.on("mail_received", () => {
    throw new Error("of the game");
  });
  const later: string[] = [];
  story.client.on("mail_received", ({ subj }) => later.push(subj));
  story.server.last.push(mail("a", 7));
  await story.runtime.pass(100);
  process.setUncaughtExceptionCaptureCallback(null);
  assert.deepEqual([heard, later], [["a"], ["a"]]);
  assert.equal(story.client.state.name, "open");
  assert.match(String(thrown[0]), /of the game/, "it is reported like any other error");
});

test("what was listened to is listened to again on a new line", async () => {
  const story = await Story.open();
  await story.ended(story.watch(story.client.call("listen", { events: ["energy"] })));
  story.server.last.cut();
  await story.runtime.until(() => story.client.state.name === "open", "open");
  await story.runtime.pass(100);
  assert.deepEqual(
    story.server.asked("listen").map(({ data }) => data["events"]),
    [["energy"], ["energy"]],
  );
});
