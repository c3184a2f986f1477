import { signal } from "@preact/signals";
import type { AnswerOf } from "../../client/client.js";
import { ask } from "../../game/act.js";
import { onEnter } from "../../game/session.js";
import { locale } from "../../texts/texts.js";

export type OddsTable = AnswerOf<"get_drop_rates">["tables"][number];
export type RolledBy = OddsTable["rolled_by"][number];

/** The drop tables as the last reply told them: the chances in force for this player. */
export const tables = signal<readonly OddsTable[] | undefined>(undefined);
onEnter(() => {
  tables.value = undefined;
});

let asking: Promise<void> | undefined;

/** Asks for the tables; those who ask at the same time get one answer. */
export function refreshOdds(): Promise<void> {
  asking ??= ask("get_drop_rates", {}).then((told) => {
    asking = undefined;
    if (told !== undefined) tables.value = told.tables;
  });
  return asking;
}

/** What one place rolls, and what these tables lead to, in the order in which they were told. */
export function rolledAt(all: readonly OddsTable[], isPlace: (place: RolledBy) => boolean): OddsTable[] {
  const reached = new Set(all.filter(({ rolled_by }) => rolled_by.some(isPlace)).map(({ id }) => id));
  // Each round reaches one step further; there are no more steps than tables.
  for (let size = -1; size !== reached.size;) {
    size = reached.size;
    for (const { id, rolled_by } of all) {
      if (rolled_by.some(({ by, name }) => by === "table" && name !== undefined && reached.has(name))) reached.add(id);
    }
  }
  return all.filter(({ id }) => reached.has(id));
}

/** Whether a place is a victory on this stage, or a sweep of it. */
export function isOfStage(stage: number): (place: RolledBy) => boolean {
  return ({ by, from = 0, to = from }) => (by === "stage" || by === "sweep") && from <= stage && stage <= to;
}

/** Whether a place is a minute of hang-up on this stage. */
export function isOfHangUp(stage: number): (place: RolledBy) => boolean {
  return ({ by, from = 0, to = Infinity }) => by === "hang_up" && from <= stage && stage <= to;
}

/** Whether a place is the opening of this chest. */
export function isChest(chest: string): (place: RolledBy) => boolean {
  return ({ by, item }) => by === "chest" && item === chest;
}

/** Whether a place is a public task, or those of a player. */
export function isOfTasks({ by }: RolledBy): boolean {
  return by === "task" || by === "personal_task";
}

/** Whether a place is the end of a battle. */
export function isOfBattles({ by }: RolledBy): boolean {
  return by === "battle" || by === "fighter";
}

/** A rate with six decimals as people read it: `9.212%`, or how often on average of what may come more than once. */
export function rateText(rate: string, isMean = false): string {
  const value = Number(rate);
  if (isMean || value > 1) return locale.value === "zh" ? `平均 ${trimmed(value, 3)} 次` : `${trimmed(value, 3)} times`;
  return `${trimmed(value * 100, 4)}%`;
}

function trimmed(value: number, decimals: number): string {
  return value.toFixed(decimals).replace(/\.?0+$/, "");
}
