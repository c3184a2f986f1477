import type { StoppedError } from "../../client/client.js";
import { act } from "../../game/act.js";
import { hashPassword } from "../../game/password.js";
import { signIn } from "../../game/session.js";
import { player } from "../../state/player.js";
import { toast } from "../../state/toasts.js";
import { lineTexts } from "../../texts/line.js";
import { accountTexts } from "./texts.js";

/** For new passwords; the server takes shorter ones too. */
export const PASSWORD_LEAST = 8;

export interface Credentials {
  email: string;
  password: string;
  /** To sign up; undefined to log in. */
  username: string | undefined;
}

/** Whether the fields can be sent; what is in them is the server's to judge. */
export function areFilled({ email, password, username }: Credentials): boolean {
  if (!/^\S+@\S+$/.test(email.trim())) return false;
  if (username === undefined) return password !== "";
  return username.trim() !== "" && password.length >= PASSWORD_LEAST;
}

/** Logs in or signs up, and plays on with that account. Whether it did. */
export async function enterWith({ email, password, username }: Credentials): Promise<boolean> {
  const refusal = await signIn({
    kind: "email",
    email: email.trim(),
    password: await hashPassword(password, email),
    ...(username === undefined ? {} : { username: username.trim() }),
  });
  if (refusal === undefined) {
    toast("good", accountTexts().welcome(player.value?.name ?? ""));
    return true;
  }
  toast("bad", refusalOf(refusal, username !== undefined));
  return false;
}

/** Why the server let nobody in, in the player's language. */
export function refusalOf(refusal: StoppedError | "no_answer", signsUp: boolean): string {
  const t = accountTexts();
  if (refusal === "no_answer") return t.noAnswer;
  if (refusal.why !== "refused") return lineTexts().stopped[refusal.why];
  const code = refusal.details.statusCode ?? 400;
  // Who signs up is logged in if the address is known: a wrong password then means that it is somebody's.
  if (signsUp && code === 401) return t.taken;
  return t.refused[code] ?? t.refused[400] ?? "";
}

export async function bindSud(uid: string, session: string): Promise<boolean> {
  const bound = await act("sud_bind", { uid: uid.trim(), ss_token: session.trim() });
  if (bound !== undefined) toast("good", accountTexts().bound);
  return bound !== undefined;
}
