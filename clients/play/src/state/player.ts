import { computed, signal } from "@preact/signals";
import type { AnswerOf } from "../client/client.js";
import { nowSeconds } from "./clock.js";

/** Points of energy come back one at a time. Both are the assets' numbers (energy.ron). */
export const ENERGY_MAX = 120;
const ENERGY_PERIOD_SECONDS = 360;

export const ITEM = { coin: "3:1", iron: "3:2", diamond: "3:5", dragonEye: "3:51", phoenixFeather: "3:52" } as const;

/** What the player is and has, as the last replies and events told it. */
export interface Player {
  name: string;
  exp: number;
  level: number;
  /** Experience to the next level. */
  need: number;
  energy: { remain: number; cooling: number; toldAt: number };
  /** Tickets by kind, `"18"` to `"22"`. */
  limits: Readonly<Record<string, number>>;
  /** Quantities by `group:id`. */
  items: ReadonlyMap<string, number>;
  expiring: AnswerOf<"get_player_info">["expiring"];
  /** The highest stage passed, by mode. */
  stages: AnswerOf<"get_player_info">["stages"];
  hangUpStage: number;
  session: AnswerOf<"get_player_info">["session"];
  /** Unix seconds. */
  nextResetAt: number;
}

export const player = signal<Player | undefined>(undefined);

/** Takes the whole of `get_player_info`. */
export function playerTold(reply: AnswerOf<"get_player_info">): void {
  player.value = {
    name: reply.name,
    exp: reply.exp,
    level: reply.level,
    need: reply.need,
    energy: { ...reply.energy, toldAt: nowSeconds.peek() },
    limits: reply.limits,
    items: new Map(reply.items.map(parseAmount).map(({ item, quantity }) => [item, quantity])),
    expiring: reply.expiring,
    stages: reply.stages,
    hangUpStage: reply.hang_up.hang_stage,
    session: reply.session,
    nextResetAt: reply.at.next_reset_at,
  };
}

/** The fields that replies of many functions share; each is what is left after the change. */
export interface Changes {
  energy?: { remain: number; cooling: number };
  exp_info?: { exp: number; level: number; need: number };
  limits?: Readonly<Record<string, number>>;
  remain?: readonly string[];
}

/** Takes from a reply or an event what it says of the player. */
export function absorb(changes: Changes): void {
  const before = player.peek();
  if (before === undefined) return;
  const items = new Map(before.items);
  for (const { item, quantity } of (changes.remain ?? []).map(parseAmount)) items.set(item, quantity);
  player.value = {
    ...before,
    ...(changes.exp_info && {
      exp: changes.exp_info.exp,
      level: changes.exp_info.level,
      need: changes.exp_info.need,
    }),
    energy: changes.energy ? { ...changes.energy, toldAt: nowSeconds.peek() } : before.energy,
    limits: { ...before.limits, ...changes.limits },
    items,
  };
}

/** Changes fields that only one function speaks of. */
export function patchPlayer(fields: Partial<Player>): void {
  const before = player.peek();
  if (before !== undefined) player.value = { ...before, ...fields };
}

/** The energy at this second, counted as the server does: what is left of a point stays on the timer. */
export const energyNow = computed(() => {
  const energy = player.value?.energy;
  if (energy === undefined) return { remain: 0, cooling: -1, fullIn: 0 };
  return energyAt(energy, nowSeconds.value - energy.toldAt);
});

export function energyAt(
  told: { remain: number; cooling: number },
  elapsedSeconds: number,
): { remain: number; cooling: number; fullIn: number } {
  if (told.cooling < 0 || told.remain >= ENERGY_MAX) return { remain: told.remain, cooling: -1, fullIn: 0 };
  const sinceFirst = Math.max(0, elapsedSeconds) - told.cooling;
  const points = sinceFirst < 0 ? 0 : 1 + Math.floor(sinceFirst / ENERGY_PERIOD_SECONDS);
  const remain = Math.min(ENERGY_MAX, told.remain + points);
  if (remain === ENERGY_MAX) return { remain, cooling: -1, fullIn: 0 };
  const cooling = sinceFirst < 0 ? -sinceFirst : ENERGY_PERIOD_SECONDS - (sinceFirst % ENERGY_PERIOD_SECONDS);
  return { remain, cooling, fullIn: cooling + (ENERGY_MAX - remain - 1) * ENERGY_PERIOD_SECONDS };
}

export interface Amount {
  /** `group:id`. */
  item: string;
  quantity: number;
}

/** Reads `group:id:quantity`. */
export function parseAmount(text: string): Amount {
  const [group = "", id = "", quantity = "0"] = text.split(":");
  return { item: `${group}:${id}`, quantity: Number(quantity) };
}

export function owned(item: string): number {
  return player.value?.items.get(item) ?? 0;
}
