import { computed, signal } from "@preact/signals";
import type { AnswerOf } from "../../client/client.js";
import { act, ask } from "../../game/act.js";
import { onEnter } from "../../game/session.js";
import { catalog } from "../../state/catalog.js";
import { player } from "../../state/player.js";
import { toast } from "../../state/toasts.js";
import { mailTexts } from "./texts.js";

export type Letter = AnswerOf<"get_all_mail">["mail"][number];

export interface Box {
  /** The newest first. */
  letters: readonly Letter[];
  /** How many it holds at most. */
  max: number;
}

/** The box as the last reply told it. */
export const box = signal<Box | undefined>(undefined);
onEnter(() => {
  box.value = undefined;
});

/** How many letters were not read: the navigation shows it. */
export const unread = computed(() => box.value?.letters.filter(isUnread).length ?? 0);

export function isUnread({ read }: Letter): boolean {
  return read === 0;
}

/** Whether a letter may be from a player: those with items never are. */
export function isPlayers({ type }: Letter): boolean {
  return type === "0";
}

/** Whether a letter holds items that were not taken. */
export function holdsItems({ items, claimed }: Letter): boolean {
  return (items?.length ?? 0) > 0 && claimed !== 1;
}

export async function refreshBox(): Promise<void> {
  const told = await ask("get_all_mail", {});
  if (told !== undefined) box.value = { letters: told.mail, max: told.count.max };
}

/** Asks for what was not read, which is all that is new once the box is known. */
export async function refreshUnread(): Promise<void> {
  if (box.peek() === undefined) return refreshBox();
  const told = await ask("get_new_mail", {});
  const before = box.peek();
  if (told !== undefined && before !== undefined) {
    box.value = { ...before, letters: withNew(before.letters, told.mail) };
  }
}

/** The box with the unread letters that have come; what was read here stays read. */
export function withNew(letters: readonly Letter[], unreadNow: readonly Letter[]): Letter[] {
  const known = new Set(letters.map(({ key }) => key));
  return [...unreadNow.filter(({ key }) => !known.has(key)), ...letters];
}

export async function read(letter: Letter): Promise<void> {
  if (!isUnread(letter) || (await act("mark_read_mail", { key: letter.key })) === undefined) return;
  patch(letter.key, { read: 1 });
}

export async function claim(letter: Letter): Promise<void> {
  if ((await act("claim_mail", { key: letter.key })) !== undefined) patch(letter.key, { claimed: 1, read: 1 });
}

export async function remove(letter: Letter): Promise<void> {
  if ((await act("delete_mail", { key: letter.key })) !== undefined) await refreshBox();
}

export async function clearRead(): Promise<void> {
  if ((await act("delete_read_mail", {})) !== undefined) await refreshBox();
}

function patch(key: string, fields: Partial<Letter>): void {
  const now = box.peek();
  if (now === undefined) return;
  box.value = { ...now, letters: now.letters.map((one) => (one.key === key ? { ...one, ...fields } : one)) };
}

export interface Draft {
  to: string;
  subject: string;
  body: string;
}

export const EMPTY_DRAFT: Draft = { to: "", subject: "", body: "" };

/** Whether a draft keeps to the limits; the server checks the same. */
export function canSend({ to, subject, body }: Draft): boolean {
  const { subjectMax, bodyMax } = catalog.mail;
  return to.trim() !== "" && subject.trim() !== "" && lengthOf(subject) <= subjectMax && lengthOf(body) <= bodyMax;
}

/** Characters as the server counts them. */
export function lengthOf(text: string): number {
  return Array.from(text.trim()).length;
}

export async function send({ to, subject, body }: Draft): Promise<boolean> {
  const sent = await act("send_mail", { gn_target: to.trim(), subj: subject.trim(), body: body.trim() });
  if (sent === undefined) return false;
  toast("good", mailTexts().sent(to.trim()));
  return true;
}

/** Who else is online now: names that nobody has to type. */
export async function othersOnline(): Promise<string[]> {
  const me = player.peek()?.name ?? "";
  const told = await ask("get_list", { role: me });
  return told?.roles.filter((role) => role !== me) ?? [];
}
