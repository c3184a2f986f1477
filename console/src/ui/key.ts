const BYTES = 16;
const SECRET_CHARS = 32;
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** An idempotency key that nobody else has. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A secret of 20 bytes in base32, as authenticators take it. */
export function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SECRET_CHARS));
  return [...bytes].map((byte) => BASE32.charAt(byte % BASE32.length)).join("");
}
