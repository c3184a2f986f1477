import assert from "node:assert/strict";
import { test } from "node:test";
import { EnergyMeter } from "../src/energy.js";
import { ServerClock } from "../src/time.js";
import { Story } from "./support/story.js";
import { seeded } from "./support/virtual.js";

/** Energy as the server keeps it (`Energy` of the game), in its whole seconds. */
class ServerEnergy {
  constructor(
    private points: number,
    private startedAt: number,
    private readonly maximum: number,
    private readonly pace: number,
  ) {}

  private regenerated(now: number): number {
    const room = Math.max(0, this.maximum - this.points);
    return Math.min(room, Math.floor(Math.max(0, now - this.startedAt) / this.pace));
  }

  told(now: number) {
    const regenerated = this.regenerated(now);
    const remain = this.points + regenerated;
    if (remain >= this.maximum) return { energy: { remain, cooling: -1 }, at: {} };
    const cooling = this.startedAt + (regenerated + 1) * this.pace - now;
    return { energy: { remain, cooling }, at: { full_at: this.startedAt + (this.maximum - this.points) * this.pace } };
  }

  change(by: number, now: number): void {
    const regenerated = this.regenerated(now);
    const before = this.points + regenerated;
    this.startedAt = before >= this.maximum ? Math.max(now, this.startedAt) : this.startedAt + regenerated * this.pace;
    this.points = before + by;
  }
}

test("between replies, energy is to the second what the server would say", () => {
  const chance = seeded(7);
  for (let round = 0; round < 300; round++) {
    const [maximum, pace] = round % 2 === 0 ? [120, 360] : [40, 60];
    let now = 1_800_000_000 + Math.floor(chance() * 1_000);
    const server = new ServerEnergy(
      Math.floor(chance() * (maximum + 20)),
      now - Math.floor(chance() * 10_000),
      maximum,
      pace,
    );
    const meter = new EnergyMeter({ maximum: 120, secondsPerPoint: pace });
    for (let reply = 0; reply < 4; reply++) {
      server.change(-Math.floor(chance() * Math.min(6, server.told(now).energy.remain + 1)), now);
      const told = server.told(now);
      // The client's idea of the server's clock may be wrong by most of a second when the reply comes.
      meter.observe(told, now * 1000 + 900 * (chance() - 0.5) + 500);
      const isRegenerating = told.energy.cooling >= 0;
      for (let look = 0; look < 20; look++) {
        const later = now + (isRegenerating ? Math.floor(chance() * maximum * pace * 1.2) : look);
        const { energy, at } = server.told(later);
        const full = "full_at" in at ? { fullAt: (at.full_at ?? 0) * 1000 } : {};
        assert.deepEqual(
          meter.at(later * 1000 + 999),
          { ...energy, ...full },
          `round ${round}, ${later - now} s later`,
        );
      }
      now += Math.floor(chance() * 20_000);
    }
  }
});

test("older functions tell the energy under other names", () => {
  const meter = new EnergyMeter({ maximum: 120, secondsPerPoint: 360 });
  meter.observe({ energy: { time: 100, remaining: 50, reward: 0 } }, 5_000_000);
  assert.equal(meter.at(5_000_000)?.remain, 50);
  assert.equal(meter.at(5_100_000)?.remain, 51);
  meter.observe({ energy: 30, cooling_time: 360, consume: 10 }, 5_200_000);
  assert.equal(meter.at(5_200_000)?.remain, 30);
});

test("what tells no energy changes nothing, and nobody knows it before the first reply", () => {
  const meter = new EnergyMeter({ maximum: 120, secondsPerPoint: 360 });
  assert.equal(meter.at(0), undefined);
  for (const data of [undefined, null, 5, "x", [], {}, { energy: null }, { energy: "full" }, { energy: {} }]) {
    meter.observe(data, 0);
  }
  assert.equal(meter.at(0), undefined);
});

test("the server's clock is known to less than a quarter of a second, however wrong the local one is", async () => {
  for (const clockOffset of [-86_400_000, -1_234, 0, 567, 3_600_000]) {
    const story = new Story();
    story.server.clockOffset = clockOffset;
    await story.connect();
    await story.runtime.pass(3_000);
    const wrong = story.client.now() - (story.runtime.now() + clockOffset);
    assert.ok(Math.abs(wrong) <= 250, `off by ${wrong} ms with a difference of ${clockOffset} ms`);
    assert.ok(Math.abs(wrong) <= story.client.nowUncertainty(), "it knows how wrong it may be");
  }
});

test("when the player sets the local clock, the difference is learnt anew", async () => {
  const story = await Story.open();
  await story.runtime.pass(60_000);
  story.runtime.setClock(7_200_000);
  story.server.clockOffset -= 7_200_000;
  story.runtime.wake();
  await story.runtime.pass(2_000);
  const wrong = story.client.now() - (story.runtime.now() + story.server.clockOffset);
  assert.ok(Math.abs(wrong) <= 700, `off by ${wrong} ms`);
});

test("a slow answer does not spoil what quick ones have told", () => {
  const clock = new ServerClock(() => 0);
  clock.note(100, 100_400, 100_420);
  clock.note(101, 101_050, 101_070);
  const before = clock.uncertainty();
  clock.note(105, 101_500, 131_500);
  assert.ok(clock.uncertainty() <= before);
});

test("a repeated reply, which tells of an earlier moment, is not taken for the present", async () => {
  const story = await Story.open();
  const stored = { data: { energy: { cooling: 360, remain: 114, reward: -6 }, at: {} } };
  story.server.handlers["enter_stage_general"] = () => undefined;
  const call = story.watch(story.client.call("enter_stage_general", { stage: 8 }));
  await story.runtime.pass(100);
  story.server.handlers["enter_stage_general"] = () => stored;
  story.server.handlers["get_player_info"] = () => ({ data: { energy: { cooling: 10, remain: 70 }, at: {} } });
  story.server.last.cut();
  await story.ended(call);
  await story.runtime.pass(100);
  assert.equal(call.answer?.energy.remain, 114, "the caller gets its reply");
  assert.equal(story.client.energyAt()?.remain, 70, "the meter follows what the server says now");
});
