import { Backoff } from "./backoff.js";
import type { BackoffOptions } from "./backoff.js";
import type { Meaning } from "./meaning.js";
import type { Runtime } from "./runtime.js";
import type { ServerClock } from "./time.js";

/** `until` of a maintenance may be moved, so the server is asked again at least this often. */
const MAINTENANCE_MS = 30_000;
/** The most that the server's clock is off when nothing is known of it but that clocks are set. */
const CLOCK_ERROR_MS = 1_000;

/** How long to wait before something is sent again that was not carried out. */
export class Pauses {
  private readonly backoff: Backoff;
  /** The pause that was drawn last, in milliseconds. */
  private drawn = 0;

  constructor(
    options: BackoffOptions,
    runtime: Pick<Runtime, "random">,
    private readonly clock: ServerClock,
  ) {
    this.backoff = new Backoff(options, () => runtime.random());
  }

  /** The pause after an answer, in milliseconds: as the server says, else longer each time. */
  after(meaning: Meaning): number {
    this.drawn = this.backoff.next();
    return this.stillAfter(meaning);
  }

  /** The same where the pause has begun: many requests may get one answer, and all wait for the same moment. */
  stillAfter(meaning: Meaning): number {
    if (meaning.do !== "maintain") return Pauses.told(meaning) || this.drawn;
    // Everybody knows the end, so everybody comes a little later by chance.
    const error = Math.min(this.clock.uncertainty(), CLOCK_ERROR_MS);
    const left = (meaning.until ?? 0) - this.clock.serverNow() + error;
    return Math.min(Math.max(left, 0) + this.drawn, MAINTENANCE_MS);
  }

  /** What the server has said itself, in milliseconds; 0 if nothing. */
  static told(meaning: Meaning): number {
    return meaning.do === "wait" ? (meaning.ms ?? 0) : 0;
  }

  /** Begins again with short pauses. */
  reset(): void {
    this.backoff.reset();
  }
}
