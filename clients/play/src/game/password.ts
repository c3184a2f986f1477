/** A part of every password: with another number nobody would get in any more. */
const ROUNDS = 210_000;

/** Whether this page can hash: browsers let only pages of this machine and of HTTPS do so. */
export function canHash(): boolean {
  return (crypto as Partial<Crypto>).subtle !== undefined;
}

/**
 * What the server gets for a password: PBKDF2 with SHA-256 and the e-mail address as the salt, as hexadecimal text. The
 * same for every spelling of the address that the server takes for one.
 */
export async function hashPassword(password: string, email: string): Promise<string> {
  const utf8 = new TextEncoder();
  const key = await crypto.subtle.importKey("raw", utf8.encode(password.normalize("NFC")), "PBKDF2", false, [
    "deriveBits",
  ]);
  const salt = utf8.encode(`raidkeep:${email.trim().toLowerCase()}`);
  const bits = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS }, key, 256);
  return [...new Uint8Array(bits)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
