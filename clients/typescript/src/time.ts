/** Seconds-long answers of the server, taken between two local moments. */
interface Sample {
  /** The server's clock is ahead of the local one by at least this, in milliseconds. */
  least: number;
  /** And by at most this. */
  most: number;
  takenAt: number;
}

/** Samples that are kept; more would only add the drift of the clocks. */
const SAMPLES = 8;
const SAMPLE_LIFE_MS = 10 * 60_000;
/** The server's clock stands still within a tick. */
const TICK_MS = 100;

/**
 * The server's clock, as far as it is known from `server_time`.
 *
 * The server tells whole seconds, at some moment between the request and the reply. Each answer leaves an interval for the
 * difference of the clocks; several cut it down to less than a second, and its middle is taken.
 */
export class ServerClock {
  private samples: Sample[] = [];

  constructor(private readonly now: () => number) {}

  /** Notes an answer: the server's unix seconds, and when it was asked and answered by the local clock. */
  note(seconds: number, askedAt: number, answeredAt: number): void {
    const begin = seconds * 1000;
    const fresh = { least: begin - answeredAt, most: begin + 1000 + TICK_MS - askedAt, takenAt: answeredAt };
    const kept = this.samples.filter((sample) => {
      const agrees = sample.least <= fresh.most && fresh.least <= sample.most;
      return agrees && answeredAt - sample.takenAt < SAMPLE_LIFE_MS;
    });
    this.samples = [...kept, fresh].slice(-SAMPLES);
  }

  /** The server's clock minus the local one, in milliseconds; 0 before the first answer. */
  offset(): number {
    if (this.samples.length === 0) return 0;
    const least = Math.max(...this.samples.map((sample) => sample.least));
    const most = Math.min(...this.samples.map((sample) => sample.most));
    return (least + most) / 2;
  }

  /** By how much `offset` may be wrong, in milliseconds; infinite before the first answer. */
  uncertainty(): number {
    if (this.samples.length === 0) return Infinity;
    const least = Math.max(...this.samples.map((sample) => sample.least));
    const most = Math.min(...this.samples.map((sample) => sample.most));
    return Math.max(0, most - least) / 2;
  }

  /** The server's clock now, in milliseconds since 1970. */
  serverNow(): number {
    return this.now() + this.offset();
  }
}
