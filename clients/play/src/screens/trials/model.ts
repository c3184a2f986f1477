import { act } from "../../game/act.js";
import { catalog, type Layout, type Monster, type Window } from "../../state/catalog.js";
import { type Amount, patchPlayer, player } from "../../state/player.js";
import { toast } from "../../state/toasts.js";
import { trialsTexts } from "./texts.js";

export type TrialMode = "coin" | "exp";

/** Tickets left today, and how many may still be bought. */
export function ticketsOf(mode: TrialMode): { left: number; buyable: number } {
  const sold = purchaseOf(mode);
  const limits = player.value?.limits ?? {};
  return { left: limits[String(sold?.ticket)] ?? 0, buyable: limits[String(sold?.allowance)] ?? 0 };
}

export function purchaseOf(mode: TrialMode): (typeof catalog.purchases)[number] | undefined {
  return catalog.purchases.find((sold) => sold.mode === mode);
}

export async function buyTicket(mode: TrialMode, pay_with: "diamond" | "points"): Promise<void> {
  const bought = await act("buy_ticket", { mode, pay_with });
  if (bought !== undefined && "state" in bought && bought.state === "pending") toast("info", trialsTexts().pending);
}

/** What an activity shows once it is entered: the server's own layout and monsters. */
export interface Entered {
  layout: Layout;
  monsters: Record<string, Monster>;
}

/** Activities have no function of their own: the older ones enter and leave them. */
export async function enterActivity(stage: number): Promise<Entered | undefined> {
  const entered = await act("enter_stage", { stage });
  if (entered === undefined || !("enemy_layout" in entered)) return undefined;
  return {
    layout: entered.enemy_layout,
    monsters: Object.fromEntries(entered.monster.map((monster) => [monster.id, monster])),
  };
}

export async function passActivity(stage: number): Promise<Amount[] | undefined> {
  const passed = await act("pass_stage", { stage }, { quiet: true });
  if (passed === undefined || !("pass_stages" in passed)) return undefined;
  const items = new Map(player.peek()?.items);
  for (const { iid, remaining } of passed.pass_stages) items.set(`3:${iid}`, remaining);
  patchPlayer({ items, session: null });
  return passed.pass_stages.map(({ iid, reward }) => ({ item: `3:${iid}`, quantity: reward }));
}

const WEEK = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/** When an activity is open, in words. */
export function windowText(window: Window): string {
  const t = trialsTexts();
  if (window.kind !== "Weekly") return t.dates(window.from, window.to);
  const dayOf = (day: string): string => t.weekdays[WEEK.indexOf(day)] ?? day;
  const days = window.weekdays.map(dayOf);
  const isOverMidnight = window.to <= window.from;
  const closingDay = window.to_day === undefined ? (isOverMidnight ? t.nextDay : "") : dayOf(window.to_day);
  return `${days.length === WEEK.length ? t.daily : days.join(" ")} ${window.from}–${closingDay}${window.to}`;
}
