/** How long a client waits before it tries again. */
export interface BackoffOptions {
  /** The first pause, in milliseconds. */
  firstMs: number;
  /** The longest, in milliseconds. */
  mostMs: number;
}

/** Pauses that double, each with half of it drawn at random, so that many clients do not come back at once. */
export class Backoff {
  private failures = 0;

  constructor(
    private readonly options: BackoffOptions,
    private readonly random: () => number,
  ) {}

  /** The next pause, in milliseconds. */
  next(): number {
    const whole = Math.min(this.options.mostMs, this.options.firstMs * 2 ** this.failures);
    this.failures = Math.min(this.failures + 1, 30);
    return whole * (0.5 + this.random() / 2);
  }

  /** Starts again with the first pause. */
  reset(): void {
    this.failures = 0;
  }
}
