import assert from "node:assert/strict";
import { test } from "node:test";
import { Keys } from "../src/keys.js";
import { memory, Story } from "./support/story.js";
import { VirtualRuntime } from "./support/virtual.js";

const runtime = new VirtualRuntime();
const series = (key: string) => key.split("#")[0];
const number = (key: string) => Number(key.split("#")[1]);

test("keys of a series rise, and fit into what the server takes", () => {
  const keys = new Keys(memory(), runtime);
  const [first, second] = [keys.next(), keys.next()];
  assert.match(first, /^[a-z2-8]{24}#\d+$/);
  assert.ok(first.length <= 64);
  assert.equal(series(first), series(second));
  assert.ok(number(first) < number(second));
});

test("two pages never share a series", () => {
  assert.notEqual(series(new Keys(memory(), runtime).next()), series(new Keys(memory(), runtime).next()));
});

test("a page that is reloaded goes on in the series of its tab, above all earlier numbers", () => {
  const storage = memory();
  const before = new Keys(storage, runtime);
  const last = [before.next(), before.next(), before.next()].at(-1) ?? "";
  before.putBack();
  const next = new Keys(storage, runtime).next();
  assert.equal(series(next), series(last));
  assert.ok(number(next) > number(last));
});

test("a duplicated tab, which has a copy of the storage, has a series of its own", () => {
  const storage = memory();
  const original = new Keys(storage, runtime);
  const first = original.next();
  const copy = new Keys(memory(new Map(storage.items)), runtime);
  assert.notEqual(series(copy.next()), series(first));
  assert.equal(series(original.next()), series(first), "the original goes on in its own");
});

test("of two clients in one page, the second has a series of its own", () => {
  const storage = memory();
  const [one, two] = [new Keys(storage, runtime), new Keys(storage, runtime)];
  assert.notEqual(series(one.next()), series(two.next()));
});

test("a page that comes back as it was takes its series again, unless another page has it now", () => {
  const storage = memory();
  const left = new Keys(storage, runtime);
  const first = left.next();
  left.putBack();
  const other = new Keys(storage, runtime);
  const taken = other.next();
  assert.equal(series(taken), series(first), "the next page of the tab has it");
  assert.notEqual(series(left.next()), series(first), "the page that comes back has not");
});

test("an old state of the storage, brought back by a browser that crashed, repeats no number", async () => {
  const storage = memory();
  const before = new Keys(storage, runtime);
  before.next();
  before.putBack();
  const old = new Map(storage.items);
  const after = new Keys(storage, runtime);
  const used = Array.from({ length: 50 }, () => after.next());
  await runtime.pass(1_000);
  const restored = new Keys(memory(old), runtime).next();
  assert.ok(!used.includes(restored));
  assert.ok(number(restored) > number(used.at(-1) ?? ""));
});

test("pages that share a series all the same never use one number, nor fall behind each other", async () => {
  const storage = memory();
  const left = new Keys(storage, runtime);
  left.next();
  left.putBack();
  const [one, two] = [new Keys(storage, runtime), new Keys(memory(new Map(storage.items)), runtime)];
  let last = 0;
  for (let times = 0; times < 20; times++) {
    await runtime.pass(1);
    const next = number((times % 2 === 0 ? one : two).next());
    assert.ok(next > last);
    last = next;
  }
  assert.equal(series(one.next()), series(two.next()));
});

test("a browser that forbids storage costs nothing but the series", () => {
  const forbidden = () => {
    throw new Error("forbidden");
  };
  const keys = new Keys({ getItem: forbidden, setItem: forbidden, removeItem: forbidden }, runtime);
  const first = keys.next();
  keys.putBack();
  assert.notEqual(keys.next(), first);
});

test("garbage in the storage is no series", () => {
  const storage = memory(new Map([["raidkeep.series", "x#y"]]));
  assert.match(new Keys(storage, runtime).next(), /^[a-z2-8]{24}#\d+$/);
});

test("a client leaves its series to the next page when its page is left, and when it is closed", async () => {
  for (const leave of [
    (story: Story) => {
      story.runtime.leave();
    },
    (story: Story) => {
      story.client.close();
    },
  ]) {
    const storage = memory();
    const story = await Story.open({ storage });
    await story.ended(story.watch(story.client.call("send_mail", { gn_target: "x", subj: "", body: "" })));
    assert.equal(storage.getItem("raidkeep.series"), null, "what can be copied is not in use");
    leave(story);
    assert.notEqual(storage.getItem("raidkeep.series"), null);
  }
});

test("a call that is stuck does not fall behind what the server remembers", async () => {
  const story = await Story.open({ maxOpenCalls: 2_000, timeoutMs: Infinity });
  let stuckFor = 400;
  story.server.handlers["send_mail"] = ({ data }) =>
    data["subj"] === "stuck" && --stuckFor > 0 ? { status: 16, message: "busy" } : {};
  const keys = () => new Set(story.server.asked("send_mail").map((request) => request.once));
  const call = (subj: string) => story.watch(story.client.call("send_mail", { gn_target: "x", subj, body: "" }));
  const calls = [call("stuck"), ...Array.from({ length: 800 }, (_, at) => call(`${at}`))];
  await story.runtime.pass(3_600_000);
  assert.ok(stuckFor > 0, "it is still stuck");
  assert.ok(keys().size <= 257, "the server remembers 1,088 keys, and refuses older ones as used");
  stuckFor = 0;
  await story.ended(...calls);
});
