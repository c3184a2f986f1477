import { act, ask } from "../../game/act.js";
import { enter } from "../../game/session.js";
import { toast } from "../../state/toasts.js";
import { accountTexts } from "./texts.js";

/** Enters with an e-mail account; with a name it is made if there is none. */
export async function enterWithEmail(email: string, password: string, username?: string): Promise<void> {
  const account = { kind: "email", email, password: await hashed(email, password) } as const;
  enter(username === undefined ? account : { ...account, username });
}

/** Whether a name may be used. */
export async function isLegalName(name: string): Promise<boolean> {
  return (await ask("legal", { mode: 0, content: name }))?.status === true;
}

export async function bindSud(uid: string, ss_token: string): Promise<void> {
  if ((await act("sud_bind", { uid, ss_token })) !== undefined) toast("good", accountTexts().bound);
}

/** How long an answer takes, in milliseconds, and the zone of the server's days. */
export async function measure(): Promise<{ ms: number; zone: string } | undefined> {
  const began = performance.now();
  if ((await ask("ping", {})) === undefined) return undefined;
  const ms = Math.round(performance.now() - began);
  const time = await ask("server_time", {});
  return time && { ms, zone: time.zone };
}

/**
 * What is sent in place of the password: the server never sees what was typed. Pages without HTTPS have no `crypto.subtle`
 * beyond this machine; there the password goes as it is, as it would on any such page.
 */
async function hashed(email: string, password: string): Promise<string> {
  const subtle = (crypto as Partial<Crypto>).subtle;
  if (subtle === undefined) return password;
  const bytes = new TextEncoder().encode(`raidkeep-play ${email.toLowerCase()} ${password}`);
  const digest = new Uint8Array(await subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
