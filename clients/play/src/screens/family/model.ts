import { signal } from "@preact/signals";
import type { AnswerOf } from "../../client/client.js";
import { act, ask } from "../../game/act.js";
import { player } from "../../state/player.js";

export type Family = AnswerOf<"family_members">;

/** One's own family as the last reply told it; null for who is in none. */
export const family = signal<Family | null | undefined>(undefined);

/** The refusal of who is in no family. */
const IN_NONE = 94;

export async function refreshFamily(): Promise<void> {
  const told = await ask("family_members", {}, ({ status }) => {
    if (status === IN_NONE) family.value = null;
  });
  if (told !== undefined) family.value = told;
}

/** Another family, by its name. */
export async function visit(name: string): Promise<Family | undefined> {
  return act("family_members", { name: name.trim() });
}

export async function found(name: string): Promise<void> {
  const told = await act("found_family", { name: name.trim() });
  if (told !== undefined) family.value = told;
}

export async function join(name: string): Promise<void> {
  const told = await act("join_family", { name: name.trim() });
  if (told !== undefined) family.value = told;
}

export async function leaveFamily(): Promise<void> {
  if ((await act("leave_family", {})) !== undefined) family.value = null;
  else await refreshFamily();
}

/** What leaving does: the last one ends the family, and after a leader the next one leads. */
export function leavingOf({ leader, members }: Family): "ends" | "hands_over" | "goes" {
  if (members.length === 1) return "ends";
  return leader === player.value?.name ? "hands_over" : "goes";
}

/** Who leads after the leader has left: the one who joined next. */
export function nextLeader({ members }: Family): string | undefined {
  return members[1];
}
