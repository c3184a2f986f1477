/** What a client needs of the platform it runs on. Tests and other platforms bring their own. */
export interface Runtime {
  /** The local clock, in milliseconds as of `Date.now()`. */
  now(): number;
  /** Calls `action` once after some milliseconds; the function that comes back cancels it. */
  after(ms: number, action: () => void): () => void;
  /** A random number from 0 up to 1, without it. */
  random(): number;
  /** Calls `listener` when the line may have died unnoticed, or may be back: a page is shown again, the network returns. */
  onWake(listener: () => void): () => void;
  /** Calls `listener` when the page is left: it may be gone, or come back as it was. */
  onLeave(listener: () => void): () => void;
}

/** Where the token and the place in the series of keys outlive a reload. It must belong to one tab, or one process. */
export interface TabStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** The part of a WebSocket that is used. That of browsers, that of Node 22 and that of the package `ws` have it. */
export interface Socket {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
  /** Ends the connection without waiting for the other side, where the platform can. */
  terminate?(): void;
}

/** Opens a WebSocket. */
export type SocketFactory = (url: string, protocols: string[]) => Socket;

/** The socket of the platform: browsers, Node 22 and newer, Deno and Bun have one. */
export const platformSocket: SocketFactory = (url, protocols) => {
  if (typeof WebSocket === "undefined") {
    throw new TypeError(
      "this platform has no WebSocket; with the package ws: " +
        "new Client({ socket: (url, protocols) => new WebSocket(url, protocols), .. })",
    );
  }
  return new WebSocket(url, protocols);
};

/** The storage of this tab, or one that lasts as long as the process. */
export function platformStorage(): TabStorage {
  try {
    if (typeof sessionStorage !== "undefined") return sessionStorage;
  } catch {
    // A browser that blocks storage throws on the mere look at it.
  }
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}

/** The platform as it is. */
export const platform: Runtime = {
  now: () => Date.now(),
  after: (ms, action) => {
    const timer = setTimeout(action, Math.min(ms, LONGEST_TIMER_MS));
    return () => {
      clearTimeout(timer);
    };
  },
  random: () => Math.random(),
  onWake: (listener) => {
    const shown = () => {
      if (document.visibilityState === "visible") listener();
    };
    return all([
      heard(globalThis.document, "visibilitychange", shown),
      heard(globalThis.window, "pageshow", listener),
      heard(globalThis.window, "online", listener),
    ]);
  },
  onLeave: (listener) => heard(globalThis.window, "pagehide", listener),
};

/** Timers of browsers and Node count in 32 bits. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

function heard(target: EventTarget | undefined, name: string, listener: () => void): () => void {
  // Where there is no page, or only half of one (workers, mini games), there is nothing to hear.
  if (typeof target?.addEventListener !== "function") return () => undefined;
  target.addEventListener(name, listener);
  return () => {
    target.removeEventListener(name, listener);
  };
}

function all(actions: (() => void)[]): () => void {
  return () => {
    for (const action of actions) action();
  };
}
