import { FailedError, RefusedError, ReplyLostError } from "./errors.js";
import type { FailureReason } from "./errors.js";
import { changes, severalAnswers } from "./functions.js";
import type { Keys } from "./keys.js";
import type { Runtime } from "./runtime.js";
import type { FunctionName } from "./types.js";
import type { Reply } from "./wire.js";

/** A call that has not ended. */
export class OpenCall {
  readonly changes: boolean;
  /** Its idempotency key, once it was sent. */
  key: string | undefined;
  /** Sent on the line that is open, and not answered. */
  isOnWire = false;
  /** It was sent once and never answered, so its change may have been made. */
  isInDoubt = false;
  /** A log-in has followed an answer that its token is not valid. */
  hasLoggedInAgain = false;
  /** How often the server could not say what became of it. */
  timesUnclear = 0;

  hasEnded = false;

  /** The arguments as JSON, as they were at the call: a repeat is the same, whatever the caller does with its object. */
  readonly data: string;

  private readonly cleanUps: (() => void)[] = [];

  constructor(
    readonly id: number,
    readonly name: FunctionName,
    data: object,
    private readonly promise: { resolve: (answer: unknown) => void; reject: (error: Error) => void },
    private readonly forget: (call: OpenCall) => void,
  ) {
    this.changes = changes(name);
    this.data = JSON.stringify(data);
  }

  /** Its arguments on the wire, in bytes of UTF-8. */
  get size(): number {
    // TextEncoder is not on every platform.
    return encodeURIComponent(this.data).replace(/%../g, "x").length;
  }

  /** What becomes of a failed call's change. */
  get made(): "no" | "unknown" {
    return this.changes && (this.isInDoubt || this.isOnWire) ? "unknown" : "no";
  }

  /** Lets the call end by itself, by time or by signal. */
  endsBy(runtime: Runtime, options: { timeoutMs: number; signal: AbortSignal | undefined }): void {
    const { timeoutMs, signal } = options;
    if (Number.isFinite(timeoutMs)) {
      this.cleanUps.push(
        runtime.after(timeoutMs, () => {
          this.fail("timed_out");
        }),
      );
    }
    if (signal === undefined) return;
    const abort = () => {
      this.fail("aborted", signal.reason);
    };
    if (signal.aborted) {
      abort();
      return;
    }
    signal.addEventListener("abort", abort);
    this.cleanUps.push(() => {
      signal.removeEventListener("abort", abort);
    });
  }

  /** Ends with an answer or a refusal. */
  answer(reply: Reply): void {
    const { status, message, data } = reply;
    if (severalAnswers(this.name)?.includes(status)) this.resolve({ status, data });
    else if (status === 0) this.resolve(data);
    else this.reject(new RefusedError(this.name, status, message, data));
  }

  /** Ends as made, with its reply lost. */
  loseReply(): void {
    this.reject(new ReplyLostError(this.name));
  }

  /** Ends without an answer. */
  fail(reason: FailureReason, cause?: unknown): void {
    this.reject(new FailedError(this.name, reason, this.made, cause));
  }

  private resolve(answer: unknown): void {
    this.end();
    this.promise.resolve(answer);
  }

  private reject(error: Error): void {
    this.end();
    this.promise.reject(error);
  }

  private end(): void {
    this.hasEnded = true;
    for (const cleanUp of this.cleanUps.splice(0)) cleanUp();
    this.forget(this);
  }
}

/** How many calls may be open, and how many of these unanswered on the line. */
export interface CallLimits {
  /** Open calls; a further one fails at once. */
  maxOpenCalls: number;
  /** Calls on the line; further ones wait for an answer. The server reads 64 ahead. */
  maxInFlight: number;
}

/**
 * Numbers of a series that may lie between the oldest open call and a new one. The server takes a key that is below all it
 * remembers for one that was used; it remembers 1,088.
 */
const WINDOW = 256;

/** Servers take frames of this size at least, in bytes; the rest of a request around its arguments is counted in. */
const FRAME_BYTES = 65_536 - 1_024;

/** The open calls in the order they were made. */
export class Calls {
  private readonly open = new Map<number, OpenCall>();
  private readonly keyed = new Map<number, number>();
  private keysGiven = 0;

  constructor(
    private readonly keys: Keys,
    private readonly limits: CallLimits,
  ) {}

  get isFull(): boolean {
    return this.open.size >= this.limits.maxOpenCalls;
  }

  get isEmpty(): boolean {
    return this.open.size === 0;
  }

  add(call: OpenCall): void {
    this.open.set(call.id, call);
  }

  get(id: unknown): OpenCall | undefined {
    return this.open.get(id as number);
  }

  forget(call: OpenCall): void {
    this.open.delete(call.id);
    this.keyed.delete(call.id);
  }

  all(): OpenCall[] {
    return [...this.open.values()];
  }

  /** The calls to be sent now, oldest first, each with its key. */
  *toSend(): Generator<OpenCall> {
    let inFlight = this.all().filter((call) => call.isOnWire).length;
    for (const call of this.all()) {
      if (call.isOnWire) continue;
      if (inFlight >= this.limits.maxInFlight || !this.giveKey(call)) return;
      inFlight += 1;
      yield call;
    }
  }

  /** The line broke: what was on it may have been carried out. */
  lineBroke(): void {
    for (const call of this.all()) {
      if (!call.isOnWire) continue;
      call.isOnWire = false;
      call.isInDoubt = true;
    }
  }

  /**
   * The server closed the line because a frame was too large: the largest was, and it was not carried out. What is smaller
   * than any server's limit is not blamed: then somebody else on the way closed the line.
   */
  blameLargest(): void {
    const onWire = this.all().filter((call) => call.isOnWire && call.size > FRAME_BYTES);
    const [largest] = onWire.sort((a, b) => b.size - a.size);
    if (largest === undefined) return;
    largest.isOnWire = false;
    largest.fail("too_large");
  }

  private giveKey(call: OpenCall): boolean {
    if (!call.changes || call.key !== undefined) return true;
    const oldest = this.keyed.values().next();
    if (!oldest.done && this.keysGiven - oldest.value >= WINDOW) return false;
    call.key = this.keys.next();
    this.keyed.set(call.id, ++this.keysGiven);
    return true;
  }
}
