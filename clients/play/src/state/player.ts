import { signal } from "@preact/signals";
import type { AnswerOf } from "../client/client.js";

/** What the player is and has, as the last replies and events told it; the client itself knows the energy. */
export interface Player {
  name: string;
  exp: number;
  level: number;
  /** Experience to the next level. */
  need: number;
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
    limits: { ...before.limits, ...changes.limits },
    items,
  };
}

/** Changes fields that only one function speaks of. */
export function patchPlayer(fields: Partial<Player>): void {
  const before = player.peek();
  if (before !== undefined) player.value = { ...before, ...fields };
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
