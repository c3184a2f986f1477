import type { StoppedError } from "./errors.js";
import type { Pushed } from "./wire.js";

/** What the connection is doing. */
export type State =
  | {
      /** `connect` was not called yet, or the client was closed. */
      readonly name: "idle";
    }
  | {
      /** A connection is being opened and logged in. */
      readonly name: "connecting";
    }
  | {
      /** Logged in. */
      readonly name: "open";
    }
  | {
      readonly name: "waiting";
      /** The moment of the next attempt, in milliseconds as of `Date.now()`. */
      readonly until: number;
      /** The server is under maintenance, or it could not be reached. */
      readonly why: "maintenance" | "unreachable";
      /** What the server says to players during maintenance. */
      readonly message?: string;
    }
  | {
      /** The client has ended for good, until `connect` is called again. */
      readonly name: "stopped";
      /** Why. */
      readonly error: StoppedError;
    };

/** Why events may have been missed: what was shown before should be asked for again. */
export interface Gap {
  /** The connection was lost in between, or the server's count of events shows that some are missing. */
  readonly reason: "reconnected" | "events_missing";
}

/** What a connection tells the client. */
export interface ConnectionEvents {
  state(state: State): void;
  event(event: Pushed): void;
  gap(gap: Gap): void;
  /** The `data` of a reply that tells the present state, and not that of an earlier moment. */
  data(data: unknown): void;
}
