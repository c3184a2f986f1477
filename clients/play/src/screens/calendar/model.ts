import { signal } from "@preact/signals";
import type { AnswerOf } from "../../client/client.js";
import { ask } from "../../game/act.js";
import { onEnter } from "../../game/session.js";
import { locale } from "../../texts/texts.js";

export type TimedEvent = AnswerOf<"list_events">["events"][number];

/** The events as the last reply told them: those that run, then those to come. */
export const events = signal<readonly TimedEvent[] | undefined>(undefined);
onEnter(() => {
  events.value = undefined;
});

export async function refreshEvents(): Promise<void> {
  const told = await ask("list_events", {});
  if (told !== undefined) events.value = told.events;
}

/** Whether an event runs at a moment: the list may be older than that. */
export function runs({ at }: TimedEvent, now: number): boolean {
  return at.begins_at <= now && now < at.ends_at;
}

/** The next moment after `now` at which an event begins or ends. */
export function nextChange(all: readonly TimedEvent[], now: number): number | undefined {
  const moments = all.flatMap(({ at }) => [at.begins_at, at.ends_at]).filter((moment) => moment > now);
  return moments.length > 0 ? Math.min(...moments) : undefined;
}

/** A text in the player's language. */
export function inLocale({ zh, en }: { zh: string; en: string }): string {
  return locale.value === "zh" ? zh : en;
}
