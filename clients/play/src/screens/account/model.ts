import type { StoppedError } from "../../client/client.js";
import { act, ask } from "../../game/act.js";
import { hashPassword } from "../../game/password.js";
import { signIn } from "../../game/session.js";
import { player } from "../../state/player.js";
import { toast } from "../../state/toasts.js";
import { lineTexts } from "../../texts/line.js";
import { accountTexts } from "./texts.js";

/** For new passwords; the server judges only their hash. */
export const PASSWORD_LEAST = 6;

export interface Credentials {
  email: string;
  password: string;
  /** To sign up; undefined to log in. */
  username: string | undefined;
  /** To log in once with a password from an operator; `password` is the new one. */
  oncePassword: string | undefined;
}

/** Whether the fields can be sent; what is in them is the server's to judge. */
export function areFilled({ email, password, username, oncePassword }: Credentials): boolean {
  if (!/^\S+@\S+$/.test(email.trim())) return false;
  if (oncePassword !== undefined) return oncePassword.trim() !== "" && password.length >= PASSWORD_LEAST;
  if (username === undefined) return password !== "";
  return username.trim() !== "" && password.length >= PASSWORD_LEAST;
}

/** Logs in or signs up, and plays on with that account. A refusal leaves the tab as it is. */
export async function enterWithEmail({ email, password, username, oncePassword }: Credentials): Promise<void> {
  const refusal = await signIn({
    kind: "email",
    email: email.trim(),
    password: await hashPassword(password, email),
    ...(username === undefined ? {} : { username: username.trim() }),
    ...(oncePassword === undefined ? {} : { oncePassword: oncePassword.trim().toUpperCase() }),
  });
  if (refusal === undefined) toast("good", accountTexts().welcome(player.value?.name ?? ""));
  else toast("bad", refusalOf(refusal, username !== undefined));
}

/** Why the server let nobody in, in the player's language. */
export function refusalOf(refusal: Pick<StoppedError, "why" | "details"> | "no_answer", signsUp: boolean): string {
  const t = accountTexts();
  if (refusal === "no_answer") return t.noAnswer;
  const code = refusal.details.statusCode;
  if (refusal.why !== "refused" || code === undefined) return lineTexts().stopped[refusal.why];
  // Who signs up is logged in if the address is known: a wrong password then means that it is somebody's.
  if (signsUp && code === 401) return t.taken;
  return t.refused[code] ?? lineTexts().stopped.refused;
}

/** Whether a name may be used. */
export async function isLegalName(name: string): Promise<boolean> {
  return (await ask("legal", { mode: 0, content: name }))?.status === true;
}

export async function bindSud(uid: string, session: string): Promise<boolean> {
  const bound = await act("sud_bind", { uid: uid.trim(), ss_token: session.trim() });
  if (bound !== undefined) toast("good", accountTexts().bound);
  return bound !== undefined;
}

/** How long an answer takes, in milliseconds, and the zone of the server's days. */
export async function measure(): Promise<{ ms: number; zone: string } | undefined> {
  const began = performance.now();
  if ((await ask("ping", {})) === undefined) return undefined;
  const ms = Math.round(performance.now() - began);
  const time = await ask("server_time", {});
  return time && { ms, zone: time.zone };
}
