// What Raidkeep does for login_unique and enter_stage_general (docs/contract/stages.md#entering-a-stage), and for the
// account_transfer of examples/transfers, in memory only: nothing survives the process. The checks and their order, the numbers and the replies are those of
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

/** The accounts of examples/transfers, which Raidkeep opens one by one. */
const ACCOUNTS = 100_000;
const OPENING_BALANCE = 1_000;

/** All players of a world, and its bank. */
export class Game {
  #byDevice = new Map();
  #byToken = new Map();
  #balances = new Array(ACCOUNTS).fill(OPENING_BALANCE);

  /** The reply to a request `{world, function, data, id}`. `session` is the connection's, and begins empty. */
  answer(request, session) {
    if (typeof request !== "object" || request === null) return refused(13, "expected an object");
    const reply = this.#answer(request, session);
    reply.id = request.id;
    return reply;
  }

  #answer({ world, function: name, data }, session) {
    if (world !== 0) return refused(14, "there is no such world");
    if (typeof data !== "object" || data === null) return refused(13, "data: expected an object");
    switch (name) {
      case "login_unique":
        return this.#login(data, session);
      case "enter_stage_general":
        return this.#enterStage(data);
      case "account_transfer":
        return this.#transfer(data, session);
      default:
        return refused(10, "function is not in function list");
    }
  }

  #login({ unique_id: device }, session) {
    if (typeof device !== "string" || device === "") return refused(13, "data.unique_id: expected a text");
    const isNew = !this.#byDevice.has(device);
    if (isNew) this.#byDevice.set(device, this.#newcomer());
    const token = randomBytes(32).toString("base64url");
    session.player = this.#byDevice.get(device);
    this.#byToken.set(token, session.player);
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

  #transfer({ from, to, amount }, session) {
    if (session.player === undefined) return refused(12, "token not present");
    if (![from, to, amount].every((number) => Number.isSafeInteger(number) && number >= 0)) {
      return refused(13, "data: expected whole numbers");
    }
    if (from === to) return refused(96, "from and to are one account");
    if (from >= ACCOUNTS || to >= ACCOUNTS) return refused(98, "no such account");
    if (this.#balances[from] < amount) return refused(97, "the balance does not cover the amount");
    this.#balances[from] -= amount;
    this.#balances[to] += amount;
    return { status: 0, message: "success" };
  }
}
