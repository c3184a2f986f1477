/** Time, timers and chance of a test: nothing happens unless the test lets time pass. */
import type { Runtime } from "../../src/runtime.js";

/** A source of chance that can be repeated (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Timer {
  at: number;
  order: number;
  action: () => void;
}

export class VirtualRuntime implements Runtime {
  private time = 1_800_000_000_000;
  private readonly timers = new Set<Timer>();
  private order = 0;
  private readonly wakeListeners = new Set<() => void>();
  private readonly leaveListeners = new Set<() => void>();

  constructor(private readonly chance: () => number = () => 0.5) {}

  now(): number {
    return this.time;
  }

  after(ms: number, action: () => void): () => void {
    const timer = { at: this.time + Math.max(0, ms), order: ++this.order, action };
    this.timers.add(timer);
    return () => {
      this.timers.delete(timer);
    };
  }

  random(): number {
    return this.chance();
  }

  onWake(listener: () => void): () => void {
    this.wakeListeners.add(listener);
    return () => {
      this.wakeListeners.delete(listener);
    };
  }

  onLeave(listener: () => void): () => void {
    this.leaveListeners.add(listener);
    return () => {
      this.leaveListeners.delete(listener);
    };
  }

  /** The page is shown again, or the network is back. */
  wake(): void {
    for (const listener of this.wakeListeners) listener();
  }

  /** The page is left. */
  leave(): void {
    for (const listener of this.leaveListeners) listener();
  }

  /** The local clock is set, as by a player; timers that run go on. */
  setClock(by: number): void {
    this.time += by;
    for (const timer of this.timers) timer.at += by;
  }

  /** Lets time pass, and everything happen that is due. */
  async pass(ms: number): Promise<void> {
    const end = this.time + ms;
    await settled();
    for (let next = this.due(end); next !== undefined; next = this.due(end)) {
      this.timers.delete(next);
      this.time = Math.max(this.time, next.at);
      next.action();
      await settled();
    }
    this.time = Math.max(this.time, end);
  }

  /** Lets time pass until something holds; fails after a virtual hour. */
  async until(holds: () => boolean, what: string): Promise<void> {
    const end = this.time + 3_600_000;
    await settled();
    while (!holds()) {
      const next = this.due(end);
      if (next === undefined) throw new Error(`it never came to this: ${what}`);
      this.timers.delete(next);
      this.time = Math.max(this.time, next.at);
      next.action();
      await settled();
    }
  }

  private due(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.timers) {
      if (timer.at > end) continue;
      if (first === undefined || timer.at < first.at || (timer.at === first.at && timer.order < first.order))
        first = timer;
    }
    return first;
  }
}

/** Everything that waits for a promise has gone on. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await Promise.resolve();
}
