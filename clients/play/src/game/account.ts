import type { Account } from "../client/client.js";

const KEY = "raidkeep.account";

/** The account of this tab: each tab may play another one. Of a password nothing is kept. */
export function storedAccount(): Account | undefined {
  const stored = sessionStorage.getItem(KEY);
  return stored === null ? undefined : (JSON.parse(stored) as Account);
}

export function storeAccount(account: Account | undefined): void {
  if (account === undefined) sessionStorage.removeItem(KEY);
  else if (account.kind === "guest") sessionStorage.setItem(KEY, JSON.stringify(account));
  else sessionStorage.setItem(KEY, JSON.stringify({ kind: "email", email: account.email, password: "" }));
}

export function newGuest(): Account {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const uniqueId = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return { kind: "guest", uniqueId: `play-${uniqueId}` };
}

/**
 * The WebSocket of the server that served the page. `?ws=` names another one for developers, on this machine only: a link
 * must not send a player's token anywhere else.
 */
export function serverAddress(page: Location): string {
  const asked = new URLSearchParams(page.search).get("ws");
  if (asked !== null && ["localhost", "127.0.0.1", "[::1]"].includes(new URL(asked).hostname)) return asked;
  return `${page.protocol === "https:" ? "wss:" : "ws:"}//${page.host}/ws`;
}
