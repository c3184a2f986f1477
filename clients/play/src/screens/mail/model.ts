import { signal } from "@preact/signals";
import type { AnswerOf } from "../../client/client.js";
import { act, ask } from "../../game/act.js";
import { mailArrived } from "../../state/news.js";
import { toast } from "../../state/toasts.js";
import { mailTexts } from "./texts.js";

export type Letter = AnswerOf<"get_all_mail">["mail"][number];

export interface Box {
  letters: readonly Letter[];
  count: { cur: number; max: number };
}

export const box = signal<Box | undefined>(undefined);
/** Shows unread letters only. */
export const unreadOnly = signal(false);

export async function refreshBox(): Promise<void> {
  const told = await ask(unreadOnly.peek() ? "get_new_mail" : "get_all_mail", {});
  if (told === undefined) return;
  box.value = { letters: told.mail, count: told.count };
  mailArrived.value = 0;
}

export async function read(letter: Letter): Promise<void> {
  if (letter.read === 1 || (await act("mark_read_mail", { key: letter.key })) === undefined) return;
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

export async function send(to: string, subject: string, body: string): Promise<boolean> {
  const sent = await act("send_mail", { gn_target: to, subj: subject, body });
  if (sent === undefined) return false;
  toast("good", mailTexts().sent(to));
  return true;
}

function patch(key: string, fields: Partial<Letter>): void {
  const now = box.peek();
  if (now === undefined) return;
  box.value = { ...now, letters: now.letters.map((one) => (one.key === key ? { ...one, ...fields } : one)) };
}
