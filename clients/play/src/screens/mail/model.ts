import { computed, signal } from "@preact/signals";
import type { AnswerOf } from "../../client/client.js";
import { act, ask } from "../../game/act.js";
import { catalog } from "../../state/catalog.js";
import { player } from "../../state/player.js";

export type Mail = AnswerOf<"get_all_mail">["mail"][number];

interface Box {
  mail: readonly Mail[];
  /** How many mails it holds at most. */
  max: number;
}

/** The mailbox as the last reply told it, the newest first. */
export const box = signal<Box | undefined>(undefined);

/** What the navigation shows: mails that were not read. */
export const unread = computed(() => box.value?.mail.filter(isUnread).length ?? 0);

export function isUnread({ read }: Mail): boolean {
  return read === 0;
}

/** Whether a mail holds items that were not taken. */
export function holdsItems({ items, claimed }: Mail): boolean {
  return (items?.length ?? 0) > 0 && claimed !== 1;
}

export async function refreshBox(): Promise<void> {
  const told = await ask("get_all_mail", {});
  if (told !== undefined) box.value = { mail: told.mail, max: told.count.max };
}

/** Asks only for what was not read, which is enough for the mark in the navigation once the box is known. */
export async function refreshUnread(): Promise<void> {
  if (box.peek() === undefined) return refreshBox();
  const told = await ask("get_new_mail", {});
  const before = box.peek();
  if (told !== undefined && before !== undefined) box.value = { ...before, mail: withNew(before.mail, told.mail) };
}

/** The box with the unread mails that just came; what was read stays read. */
export function withNew(mail: readonly Mail[], unreadNow: readonly Mail[]): Mail[] {
  const known = new Set(mail.map(({ key }) => key));
  return [...unreadNow.filter(({ key }) => !known.has(key)), ...mail];
}

export async function markRead(mail: Mail): Promise<void> {
  if (!isUnread(mail)) return;
  const done = await act("mark_read_mail", { key: mail.key });
  if (done !== undefined) change(mail.key, { read: 1 });
}

export async function claim(mail: Mail): Promise<void> {
  if ((await act("claim_mail", { key: mail.key })) !== undefined) change(mail.key, { claimed: 1, read: 1 });
}

/** Whether the mail is gone. */
export async function remove(mail: Mail): Promise<boolean> {
  if ((await act("delete_mail", { key: mail.key })) === undefined) return false;
  await refreshBox();
  return true;
}

export async function removeRead(): Promise<void> {
  await act("delete_read_mail", {});
  await refreshBox();
}

function change(key: string, fields: Partial<Mail>): void {
  const before = box.peek();
  if (before === undefined) return;
  box.value = { ...before, mail: before.mail.map((mail) => (mail.key === key ? { ...mail, ...fields } : mail)) };
}

export interface Draft {
  to: string;
  subject: string;
  body: string;
}

/** What keeps a draft from being sent; the server checks the same. */
export function faultOf({ to, subject, body }: Draft): "to" | "subject" | "body" | undefined {
  if (to.trim() === "") return "to";
  if (subject.trim() === "" || lengthOf(subject) > catalog.mail.subjectMax) return "subject";
  if (lengthOf(body) > catalog.mail.bodyMax) return "body";
  return undefined;
}

/** Characters as the server counts them. */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}

/** Whether the mail was sent. */
export async function send({ to, subject, body }: Draft): Promise<boolean> {
  return (await act("send_mail", { gn_target: to.trim(), subj: subject.trim(), body })) !== undefined;
}

/** Who else is online now: names that nobody has to type. */
export async function othersOnline(): Promise<string[]> {
  const me = player.peek()?.name ?? "";
  const told = await ask("get_list", { role: me });
  return told?.roles.filter((role) => role !== me) ?? [];
}
