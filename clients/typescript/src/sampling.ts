import type { Runtime } from "./runtime.js";
import type { ServerClock } from "./time.js";
import { field } from "./wire.js";
import type { Reply } from "./wire.js";

/** How old the newest answer about the server's clock may be. */
const AGE_MS = 60_000;
/** How often the clock is asked after the log-in: it tells whole seconds, so that each answer is a part. */
const SAMPLES = 4;
const PAUSE_MS = 270;

/** Asks the server what time it is. The same request shows that a line is alive. */
export class Sampling {
  private askedAt = 0;

  constructor(
    private readonly clock: ServerClock,
    private readonly line: {
      runtime: Pick<Runtime, "now">;
      ask(called: string, data: object, answered: (reply: Reply) => void): void;
      /** Acts after some milliseconds, unless the line breaks meanwhile. */
      after(ms: number, action: () => void): void;
    },
  ) {}

  /** Whether the last answer is too old. */
  get isDue(): boolean {
    const age = this.line.runtime.now() - this.askedAt;
    // The local clock was set back.
    return age >= AGE_MS || age < 0;
  }

  /** Asks several times, to know the clock better than to the second. */
  begin(): void {
    this.ask(SAMPLES);
  }

  /** Asks. */
  ask(times = 1): void {
    const { runtime } = this.line;
    const askedAt = runtime.now();
    this.askedAt = askedAt;
    this.line.ask("server_time", {}, (reply) => {
      const seconds = field(reply.data, "now", "number");
      if (seconds !== undefined) this.clock.note(seconds, askedAt, runtime.now());
      if (times <= 1) return;
      this.line.after(PAUSE_MS, () => {
        this.ask(times - 1);
      });
    });
  }
}
