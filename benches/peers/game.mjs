// What Raidkeep does for login_unique and enter_stage_general (docs/contract/stages.md#entering-a-stage), in
// memory only: nothing survives the process. The checks and their order, the numbers and the replies are those of
// Raidkeep.
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";

const rules = JSON.parse(readFileSync(new URL("rules.json", import.meta.url), "utf8"));

/** Points that have come back since the timer started. */
function regenerated(energy, now) {
  const room = Math.max(rules.energy.maximum - energy.points, 0);
  const elapsed = Math.max(now - energy.timerStartedAt, 0);
  return Math.min(Math.floor(elapsed / rules.energy.seconds_per_point), room);
}

/** Takes points. Elapsed time stays on the timer; falling below the maximum starts a fresh one. */
function spend(energy, cost, now) {
  const came = regenerated(energy, now);
  const before = energy.points + came;
  if (before < cost) return false;
  energy.timerStartedAt =
    before >= rules.energy.maximum
      ? Math.max(now, energy.timerStartedAt)
      : energy.timerStartedAt + came * rules.energy.seconds_per_point;
  energy.points = before - cost;
  return true;
}

/** Seconds to the next point, or -1. */
function cooling(energy, now) {
  const came = regenerated(energy, now);
  if (energy.points + came >= rules.energy.maximum) return -1;
  return energy.timerStartedAt + (came + 1) * rules.energy.seconds_per_point - now;
}

/** When the maximum is reached, if it is not. */
function fullAt(energy, now) {
  const missing = rules.energy.maximum - energy.points;
  if (missing <= regenerated(energy, now)) return undefined;
  return energy.timerStartedAt + missing * rules.energy.seconds_per_point;
}

/** A refusal; nothing has changed. */
const refused = (status, message) => ({ status, message });

/** All players of a world. */
export class Game {
  #byDevice = new Map();
  #byToken = new Map();

  /** The reply to a request `{world, function, data, id}`. */
  answer(request) {
    if (typeof request !== "object" || request === null) return refused(13, "expected an object");
    const reply = this.#answer(request);
    reply.id = request.id;
    return reply;
  }

  #answer({ world, function: name, data }) {
    if (world !== 0) return refused(14, "there is no such world");
    if (typeof data !== "object" || data === null) return refused(13, "data: expected an object");
    switch (name) {
      case "login_unique":
        return this.#login(data);
      case "enter_stage_general":
        return this.#enterStage(data);
      default:
        return refused(10, "function is not in function list");
    }
  }

  #login({ unique_id: device }) {
    if (typeof device !== "string" || device === "") return refused(13, "data.unique_id: expected a text");
    const isNew = !this.#byDevice.has(device);
    if (isNew) this.#byDevice.set(device, this.#newcomer());
    const token = randomBytes(32).toString("base64url");
    this.#byToken.set(token, this.#byDevice.get(device));
    return { status: isNew ? 1 : 0, message: "success", data: { token } };
  }

  #newcomer() {
    const now = Math.floor(Date.now() / 1000);
    return {
      energy: { points: rules.energy.newcomer, timerStartedAt: now },
      passed: rules.stages.newcomer_passed,
      session: null,
    };
  }

  #enterStage({ token, stage }) {
    const player = this.#byToken.get(token);
    if (player === undefined) return refused(11, "invalid token");
    if (!Number.isInteger(stage)) return refused(13, "data.stage: expected an integer");
    if (stage < rules.stages.first || stage > rules.stages.last) return refused(91, "stage error");
    if (stage > player.passed + 1) return refused(91, "stage error");
    const block = rules.blocks.find(({ from, to }) => from <= stage && stage <= to);
    if (block === undefined) return refused(98, "There is no configuration information for this stage");
    const now = Math.floor(Date.now() / 1000);
    const { energy } = player;
    if (!spend(energy, block.energy, now)) return refused(97, "energy insufficient");
    player.session = { stage, mode: "general", enteredAt: now };
    const change = {
      cooling: cooling(energy, now),
      remain: energy.points + regenerated(energy, now),
      reward: -block.energy,
    };
    return { status: 0, message: "success", data: { energy: change, at: { full_at: fullAt(energy, now) } } };
  }
}
