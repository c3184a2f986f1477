import { signal } from "@preact/signals";
import { act, ask } from "../../game/act.js";
import { nowSeconds } from "../../state/clock.js";
import { type Amount, patchPlayer, player } from "../../state/player.js";
import { toast } from "../../state/toasts.js";
import { chestTexts } from "./texts.js";

export interface Chest {
  stage: number;
  /** When it was emptied, unix seconds of the server. */
  since: number;
  contents: Amount[];
}

/** The chest as the last reply told it; null while nothing hangs. */
export const chest = signal<Chest | null | undefined>(undefined);

/** The chest looks full after this long; it never stops filling. */
const FULL_SECONDS = 3_600;
/** So that a minute's worth is seen at once. */
const EMPTY_PART = 0.06;

export function fillOf({ since }: Chest): number {
  return Math.min(1, EMPTY_PART + (nowSeconds.value - since) / FULL_SECONDS);
}

export async function refreshChest(): Promise<void> {
  if (player.peek()?.hangUpStage === 0) {
    chest.value = null;
    return;
  }
  const told = await ask("get_hang_up_info", {});
  if (told === undefined) return;
  const { hang_stage, time } = told.hang_up_info;
  chest.value = {
    stage: hang_stage,
    since: nowSeconds.peek() - secondsOf(time),
    contents: told.get_hang_up_info.map(amountOf),
  };
}

/** Opens the chest: what is in it is the player's. */
export async function openChest(): Promise<void> {
  const told = await act("get_hang_up_reward", {});
  if (told === undefined) return;
  paid(told.get_hang_up_rewards);
  await refreshChest();
}

export async function hangAt(stage: number): Promise<void> {
  const started = await act("start_hang_up", { stage });
  if (started === undefined) return;
  if (started.status === 2) toast("info", chestTexts().same);
  else paid(started.data?.start_hang_up_reward ?? []);
  patchPlayer({ hangUpStage: stage });
  await refreshChest();
}

interface Settled {
  iid: string;
  remaining: number;
  reward: number;
}

function paid(rewards: readonly Settled[]): void {
  const items = new Map(player.peek()?.items);
  for (const { iid, remaining } of rewards) items.set(`3:${iid}`, remaining);
  patchPlayer({ items });
  const gained = rewards.map(amountOf).filter(({ quantity }) => quantity > 0);
  if (gained.length > 0) toast("good", chestTexts().opened, gained);
}

function amountOf({ iid, reward }: Settled): Amount {
  return { item: `3:${iid}`, quantity: reward };
}

/** `H:MM:SS`, or seconds, as seconds. */
export function secondsOf(time: string | number): number {
  if (typeof time === "number") return time;
  return time.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}
