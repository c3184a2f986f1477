import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, FailedError, RefusedError, ReplyLostError } from "../src/index.js";
import { FakeServer } from "./support/fake.js";
import { HostileServer } from "./support/hostile.js";
import { memory } from "./support/story.js";
import { seeded, VirtualRuntime } from "./support/virtual.js";

const RUNS = Number(process.env["RAIDKEEP_RUNS"] ?? 300);
const FIRST_SEED = Number(process.env["RAIDKEEP_SEED"] ?? 1);
const CALLS = 25;

/** What became of a call, and what the client said about it. */
interface End {
  times: number;
  said: "sent" | "not sent" | "sent or not";
  error?: unknown;
}

function said(error: unknown): End["said"] {
  if (error instanceof ReplyLostError) return "sent";
  if (error instanceof RefusedError) return "not sent";
  assert.ok(error instanceof FailedError, `every call ends with one of three errors, this is ${String(error)}`);
  return error.made === "no" ? "not sent" : "sent or not";
}

async function run(seed: number): Promise<void> {
  const chance = seeded(seed);
  const runtime = new VirtualRuntime(chance);
  const server = new FakeServer(runtime);
  const model = new HostileServer(server, chance);
  const client = new Client({ url: "ws://fake", guest: "g", socket: server.socket, storage: memory(), runtime });
  const ends = new Map<string, End>();
  client.connect().catch(() => undefined);

  for (let at = 0; at < CALLS; at++) {
    const subject = `${chance() < 0.1 ? "refused" : "letter"} ${at}`;
    const abort = new AbortController();
    const options = { signal: abort.signal, timeoutMs: chance() < 0.1 ? 2_000 : 3_600_000 };
    const end: End = { times: 0, said: "sent or not" };
    ends.set(subject, end);
    client.call("send_mail", { gn_target: "x", subj: subject, body: "" }, options).then(
      () => {
        end.times += 1;
        end.said = "sent";
      },
      (error: unknown) => {
        end.times += 1;
        end.said = said(error);
        end.error = error;
      },
    );
    if (chance() < 0.05)
      runtime.after(chance() * 3_000, () => {
        abort.abort();
      });
    if (chance() < 0.1) runtime.wake();
    if (chance() < 0.1) runtime.leave();
    if (chance() < 0.7) await runtime.pass(chance() * 400);
  }
  await runtime.pass(chance() * 60_000);
  model.isHonest = true;
  if (chance() < 0.2) client.close();
  await runtime.until(() => [...ends.values()].every((end) => end.times > 0), "every call has ended");
  await runtime.pass(120_000);
  client.close();

  for (const [subject, end] of ends) {
    const times = model.sent.get(subject) ?? 0;
    assert.equal(end.times, 1, `${subject}: a call ends exactly once`);
    assert.ok(times <= 1, `${subject}: no call is doubled, whatever became of it; it was sent ${times} times`);
    if (end.said === "sent") assert.equal(times, 1, `${subject}: no acknowledged call is lost`);
    if (end.said === "not sent") assert.equal(times, 0, `${subject}: what is said not to be made is not made`);
  }
  const places = new Map<string, number>();
  for (const key of model.keys) {
    const [series = "", number = ""] = key.split("#");
    assert.ok(Number(number) > 0 && key.length <= 64, `the key ${key} is ordered and short`);
    places.set(series, Math.max(Number(number), places.get(series) ?? 0));
  }
}

test(`no acknowledged call is lost and none doubled, in ${RUNS} random stories with a hostile server`, async () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
    try {
      await run(seed);
    } catch (error) {
      throw new Error(`with RAIDKEEP_SEED=${seed} RAIDKEEP_RUNS=1: ${String(error)}`, { cause: error });
    }
  }
});
