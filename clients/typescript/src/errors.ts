import type { FunctionName, RefusalStatus } from "./types.js";

/**
 * Whether the change that a call asked for was made.
 *
 * - `"no"`: it was not, and will not be.
 * - `"yes"`: it was.
 * - `"unknown"`: the line broke, or the client ended, before an answer came. Ask the server what the state is.
 */
export type Made = "no" | "yes" | "unknown";

/** A call that did not end with its reply. Every such error says whether the change was made. */
export abstract class CallError extends Error {
  /** Whether the change was made. */
  abstract readonly made: Made;
  /** The function that was called. */
  readonly function: string;

  constructor(name: string, called: string, message: string, options?: ErrorOptions) {
    super(`${called}: ${message}`, options);
    this.name = name;
    this.function = called;
  }
}

/** The server refused the call and changed nothing. {@link isRefused} narrows it to one function and its codes. */
export class RefusedError<F extends FunctionName = FunctionName> extends CallError {
  override readonly made = "no";
  /** One of the function's own codes, or a status that any function may answer. */
  readonly status: RefusalStatus<F>;
  /** What the server said, in its words. */
  readonly reason: string;
  /** What the server added to the refusal, if anything. */
  readonly data: unknown;

  constructor(called: F, status: RefusalStatus<F>, reason: string, data?: unknown) {
    super("RefusedError", called, `${reason} (${status})`);
    this.status = status;
    this.reason = reason;
    this.data = data;
  }
}

/** The change was made, but its reply is lost for good. Ask the server for the new state. */
export class ReplyLostError extends CallError {
  override readonly made = "yes";

  constructor(called: string) {
    super("ReplyLostError", called, "carried out, but the reply is no longer kept");
  }
}

/**
 * Why a call ended without an answer of the server.
 *
 * - `"timed_out"`: its `timeoutMs` passed.
 * - `"aborted"`: its `signal` was aborted.
 * - `"closed"`: the client was closed.
 * - `"stopped"`: the client stopped; `cause` is the {@link StoppedError}.
 * - `"too_large"`: the request does not fit into a frame that the server takes.
 * - `"too_many"`: `maxOpenCalls` calls were open already.
 * - `"server_failed"`: the server met an internal error, or could not say in time what became of the call.
 */
export type FailureReason = "timed_out" | "aborted" | "closed" | "stopped" | "too_large" | "too_many" | "server_failed";

const FAILURES: Record<FailureReason, string> = {
  timed_out: "no answer in time",
  aborted: "aborted by its signal",
  closed: "the client was closed",
  stopped: "the client has stopped",
  too_large: "the request is larger than the server takes",
  too_many: "too many calls are open",
  server_failed: "the server could not say what became of it",
};

/** The call ended without an answer of the server. */
export class FailedError extends CallError {
  override readonly made: "no" | "unknown";
  /** Why. */
  readonly reason: FailureReason;

  constructor(called: string, reason: FailureReason, made: "no" | "unknown", cause?: unknown) {
    const doubt = made === "no" ? "nothing was changed" : "the change may have been made";
    super("FailedError", called, `${FAILURES[reason]}; ${doubt}`, cause === undefined ? undefined : { cause });
    this.reason = reason;
    this.made = made;
  }
}

/**
 * Why a client stopped for good.
 *
 * - `"replaced"`: the account was logged in elsewhere.
 * - `"revoked"`: the server has ended the log-in.
 * - `"signed_out"`: the token is not valid any more, and the client has nothing to log in with.
 * - `"refused"`: the server refused the log-in; `status` and, for accounts, `statusCode` say how.
 * - `"banned"`: until `until`.
 * - `"too_old"`: the server wants a newer client, `minimum`, to be found at `url`.
 */
export type StopReason = "replaced" | "revoked" | "signed_out" | "refused" | "banned" | "too_old";

/** What the server said when it stopped a client. */
export interface StopDetails {
  /** The status of the answer. */
  readonly status?: number;
  /** With `"refused"`: `status_code` of `login` or `signup`, such as 401 (wrong password) or 409 (name taken). */
  readonly statusCode?: number;
  /** With `"banned"`: until when, as the server says it. */
  readonly until?: number | string;
  /** With `"too_old"`: the oldest version that is served. */
  readonly minimum?: string;
  /** With `"too_old"`: where a newer one is. */
  readonly url?: string;
}

/** The client has stopped and does not try again by itself. `connect()` starts it anew. */
export class StoppedError extends Error {
  /** Why. */
  readonly why: StopReason;
  /** What the server said. */
  readonly details: StopDetails;

  constructor(why: StopReason, message: string, details: StopDetails = {}) {
    super(message);
    this.name = "StoppedError";
    this.why = why;
    this.details = details;
  }
}

/** Whether an error is a refusal of this function. Its `status` is then one of the function's codes, or a global one. */
export function isRefused<F extends FunctionName>(error: unknown, called: F): error is RefusedError<F> {
  return error instanceof RefusedError && error.function === called;
}
