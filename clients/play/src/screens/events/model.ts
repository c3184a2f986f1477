import { signal } from "@preact/signals";
import { act } from "../../game/act.js";
import type { Said } from "../../state/chat.js";
import { player } from "../../state/player.js";
import { eventsTexts } from "./texts.js";

/** What was said, and which event the game master tells of: "" for none. */
export const tale = signal<{ said: readonly Said[]; event: string; keyword: string }>({
  said: [],
  event: "",
  keyword: "",
});

/** Reports an event by a word that begins it. */
export async function report(event: string, keyword: string): Promise<void> {
  tale.value = { said: [{ by: "me", text: eventsTexts().report(event) }], event, keyword };
  await tell(keyword, "");
}

/** Goes on with the event under way. */
export async function answer(text: string): Promise<void> {
  tale.value = { ...tale.value, said: [...tale.value.said, { by: "me", text }] };
  await tell(tale.value.keyword, text);
}

async function tell(info: string, text: string): Promise<void> {
  const told = await act("others", { role: player.peek()?.name ?? "", info, text });
  if (told === undefined) return;
  tale.value = { ...tale.value, said: [...tale.value.said, { by: told.role, text: told.text }], event: told.other };
}
