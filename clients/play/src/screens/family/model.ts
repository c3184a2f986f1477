import { signal } from "@preact/signals";
import type { AnswerOf } from "../../client/client.js";
import { act, ask } from "../../game/act.js";
import { onEnter } from "../../game/session.js";
import { toast } from "../../state/toasts.js";
import { familyTexts } from "./texts.js";

export type Family = AnswerOf<"family_members">;

/** The player's family; null without one, undefined until it is known. */
export const family = signal<Family | null | undefined>(undefined);

onEnter(() => {
  family.value = undefined;
});

/** The refusal of who is in no family. */
const IN_NONE = 94;

export async function refreshFamily(): Promise<void> {
  const told = await ask("family_members", {}, ({ status }) => {
    if (status === IN_NONE) family.value = null;
  });
  if (told !== undefined) family.value = told;
}

/** Another family, by its name. */
export async function lookUp(name: string): Promise<Family | undefined> {
  return act("family_members", { name });
}

export async function found(name: string): Promise<void> {
  const told = await act("found_family", { name });
  if (told === undefined) return;
  family.value = told;
  toast("good", familyTexts().founded(told.family));
}

export async function join(name: string): Promise<void> {
  const told = await act("join_family", { name });
  if (told === undefined) return;
  family.value = told;
  toast("good", familyTexts().joined(told.family));
}

/** What leaving does: with the last one the family ends, and after a leader the next one leads. */
export function leavingOf({ leader, members }: Family, me: string): "ends" | "hands_over" | "goes" {
  if (members.length === 1) return "ends";
  return leader === me ? "hands_over" : "goes";
}

export async function leave(): Promise<void> {
  if ((await act("leave_family", {})) === undefined) return;
  family.value = null;
  toast("info", familyTexts().left);
}
