import type { Events as ApiEvents, PlayerFunctions } from "./api.draft.js";
import { connectDraft } from "./draft.js";

/** The one place where the page meets the client library. */
export type FunctionName = keyof PlayerFunctions;
export type RequestOf<F extends FunctionName> = PlayerFunctions[F]["request"];
/** What a call resolves to: the reply's `data`, together with its status where several statuses are answers. */
export type AnswerOf<F extends FunctionName> = F extends "start_hang_up"
  ? { status: 0 | 1 | 2; data: PlayerFunctions[F]["reply"] }
  : PlayerFunctions[F]["reply"];
export type Events = ApiEvents;
export type EventName = keyof ApiEvents;

/** The server's answer was no: nothing was changed unless its function says otherwise. */
export class Refused extends Error {
  override readonly name = "Refused";

  constructor(
    readonly functionName: FunctionName,
    readonly status: number,
    message: string,
    /** The `data` of the reply, if it had one. */
    readonly data: unknown,
  ) {
    super(message);
  }
}

/** How the line to the server is: `pause` while it is down and the client tries again, `ended` when it no longer does. */
export type Line = "opening" | "open" | "pause" | "ended";

export type Account = { kind: "guest"; uniqueId: string } | { kind: "email"; email: string; password: string };

export interface GameClient {
  call<F extends FunctionName>(name: F, request: RequestOf<F>): Promise<AnswerOf<F>>;
  on<E extends EventName>(name: E, handler: (data: Events[E]) => void): void;
  /** Called with each change of the line. */
  onLine(handler: (line: Line) => void): void;
  /** Called when events may have been missed, and what is shown must be asked for again. */
  onResync(handler: () => void): void;
  /** The server's time, in milliseconds since 1970. */
  now(): number;
  close(): void;
}

export function connect(url: string, account: Account): GameClient {
  return connectDraft(url, account);
}
