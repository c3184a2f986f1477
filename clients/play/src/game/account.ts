import type { Account, TabStorage } from "../client/client.js";

const KEY = "raidkeep.account";
const GUEST_KEY = "raidkeep.guest";

/** The account of this tab: each tab may play another one. Of a password nothing is kept. */
export function storedAccount(): Account | undefined {
  const stored = sessionStorage.getItem(KEY);
  return stored === null ? undefined : (JSON.parse(stored) as Account);
}

export function storeAccount(account: Account): void {
  if (account.kind === "guest") {
    sessionStorage.setItem(KEY, JSON.stringify(account));
    sessionStorage.setItem(GUEST_KEY, account.uniqueId);
  } else {
    sessionStorage.setItem(KEY, JSON.stringify({ kind: "email", email: account.email, password: "" }));
  }
}

/** Forgets the account with its token. Behind an e-mail account the guest of this tab waits; a guest is given up. */
export function forgetAccount(): void {
  if (storedAccount()?.kind === "guest") sessionStorage.removeItem(GUEST_KEY);
  signOut();
}

/** Forgets who plays, with the token. The guest of this tab stays known: its id is the only way back. */
export function signOut(): void {
  const waiting = sessionStorage.getItem(GUEST_KEY);
  sessionStorage.clear();
  if (waiting !== null) sessionStorage.setItem(GUEST_KEY, waiting);
}

/** The storage of this tab for a log-in that starts from nothing: what was stored before is not seen. */
export function freshStorage(): TabStorage {
  const stored = new Set<string>();
  return {
    getItem: (key) => (stored.has(key) ? sessionStorage.getItem(key) : null),
    setItem: (key, value) => {
      stored.add(key);
      sessionStorage.setItem(key, value);
    },
    removeItem: (key) => {
      if (stored.delete(key)) sessionStorage.removeItem(key);
    },
  };
}

/** The guest of this tab, or a new one. */
export function guestOfTab(): Account {
  const waiting = sessionStorage.getItem(GUEST_KEY);
  return waiting === null ? newGuest() : { kind: "guest", uniqueId: waiting };
}

function newGuest(): Account {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const uniqueId = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return { kind: "guest", uniqueId: `play-${uniqueId}` };
}

const LOCAL = ["localhost", "127.0.0.1", "[::1]"];

/**
 * The WebSocket of the server that served the page. `?ws=` names another one for developers, on this machine only: a link
 * must not send a player's token anywhere else.
 */
export function serverAddress(page: Location): string {
  const asked = new URLSearchParams(page.search).get("ws");
  if (asked !== null && URL.canParse(asked) && LOCAL.includes(new URL(asked).hostname)) return asked;
  return `${page.protocol === "https:" ? "wss:" : "ws:"}//${page.host}/ws`;
}
