/** The state of the line to the server. */
export type LineState = "connecting" | "open" | "lost";

/** The server refused a call. */
export class RefusedError extends Error {
  constructor(
    /** The function that was called. */
    readonly called: string,
    /** Its status. */
    readonly status: number,
    /** What the server said, in its words. */
    message: string,
    /** What the server added, if anything. */
    readonly data: unknown,
  ) {
    super(message);
    this.name = "RefusedError";
  }
}

/** No answer came: a change may have been made. The same call with the same key is safe. */
export class NoAnswerError extends Error {
  constructor(readonly called: string) {
    super(`no answer to ${called}`);
    this.name = "NoAnswerError";
  }
}

/** What belongs to no single world. */
export const REALM = "realm";

/** How a call is made. */
export interface CallOptions {
  /** The world; 0 if it is left out. What only the realm has goes there whatever is said here. */
  world?: number | typeof REALM;
  /** The idempotency key. A call with a key that was used does nothing and gets the answer that was given. */
  once?: string;
  /** Ends the wait. */
  signal?: AbortSignal;
}

/** What the server tells by itself. */
export interface Told {
  event: string;
  data: unknown;
}

const SUBPROTOCOL = "raidkeep.v1";
const PATIENCE_MS = 60_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8_000;
const INVALID_TOKEN = 11;
const TOKEN_NOT_PRESENT = 12;

interface OpenCall {
  text: string;
  called: string;
  isOnWire: boolean;
  resolve: (data: unknown) => void;
  reject: (error: Error) => void;
}

/**
 * One WebSocket to the operators' listener, opened again whenever it breaks. Calls that had no answer are sent again: those
 * that change something carry a key, so that they are carried out once.
 */
export class Line {
  private socket: WebSocket | undefined;
  private readonly open = new Map<number, OpenCall>();
  private readonly watchers = new Set<() => void>();
  private readonly listeners = new Set<(told: Told) => void>();
  private lastId = 0;
  private pauseMs = FIRST_PAUSE_MS;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private stateNow: LineState = "connecting";
  private hasEnded = false;

  constructor(
    private readonly url: string,
    private readonly onSignedOut: () => void,
  ) {
    this.connect();
  }

  get state(): LineState {
    return this.stateNow;
  }

  /** Calls back whenever the state changes. Returns how to end that. */
  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** Calls back with each event. Returns how to end that. */
  listen(listener: (told: Told) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Calls a function. Rejects with a `RefusedError` or a `NoAnswerError`. */
  call(called: string, data: object, { world = 0, once, signal }: CallOptions = {}): Promise<unknown> {
    const id = ++this.lastId;
    const text = JSON.stringify({
      world,
      function: called,
      data,
      id,
      ...(once === undefined ? {} : { once }),
    });
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        if (this.open.delete(id)) reject(new NoAnswerError(called));
      };
      const timer = setTimeout(giveUp, PATIENCE_MS);
      signal?.addEventListener("abort", giveUp);
      const ending = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", giveUp);
      };
      this.open.set(id, {
        text,
        called,
        isOnWire: false,
        resolve: (answer) => {
          ending();
          resolve(answer);
        },
        reject: (error) => {
          ending();
          reject(error);
        },
      });
      this.send();
    });
  }

  /** Ends the line for good. */
  end(): void {
    this.hasEnded = true;
    clearTimeout(this.retry);
    this.socket?.close();
    for (const call of this.open.values()) call.reject(new NoAnswerError(call.called));
    this.open.clear();
  }

  private connect(): void {
    const socket = new WebSocket(this.url, SUBPROTOCOL);
    this.socket = socket;
    socket.addEventListener("open", () => {
      this.pauseMs = FIRST_PAUSE_MS;
      this.become("open");
      this.send();
    });
    socket.addEventListener("message", ({ data }) => {
      this.receive(String(data));
    });
    socket.addEventListener("close", () => {
      if (this.hasEnded) return;
      for (const call of this.open.values()) call.isOnWire = false;
      this.become("lost");
      this.retry = setTimeout(() => {
        this.connect();
      }, this.pauseMs);
      this.pauseMs = Math.min(this.pauseMs * 2, LONGEST_PAUSE_MS);
    });
  }

  private send(): void {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    for (const call of this.open.values()) {
      if (call.isOnWire) continue;
      call.isOnWire = true;
      this.socket.send(call.text);
    }
  }

  private receive(text: string): void {
    const frame = JSON.parse(text) as {
      status?: number;
      message?: string;
      data?: unknown;
      id?: number;
      event?: string;
    };
    if (frame.event !== undefined) {
      for (const listener of this.listeners) listener({ event: frame.event, data: frame.data });
      return;
    }
    const call = frame.id === undefined ? undefined : this.open.get(frame.id);
    if (call === undefined || frame.id === undefined) return;
    this.open.delete(frame.id);
    const { status = -1, message = "" } = frame;
    if (status === 0) {
      call.resolve(frame.data);
      return;
    }
    call.reject(new RefusedError(call.called, status, message, frame.data));
    if (status === INVALID_TOKEN || status === TOKEN_NOT_PRESENT) this.onSignedOut();
  }

  private become(state: LineState): void {
    this.stateNow = state;
    for (const watcher of this.watchers) watcher();
  }
}
