import type { Runtime, TabStorage } from "./runtime.js";

/** Where a series waits while no page uses it. */
const PLACE = "raidkeep.series";

/**
 * The ordered keys of this tab or process: `SERIES#NUMBER`, with numbers that rise.
 *
 * Two pages must never use one series, or the server would take a call of the one for a repeated call of the other. A
 * duplicated tab gets a copy of `sessionStorage`, so a page takes its series out of the storage and puts it back only when
 * it is left: what can be copied is never in use. A page that ended without that begins a new series.
 *
 * Numbers are the milliseconds of the clock, or one above the last. So they are ahead of an old state of the storage that a
 * browser brings back after a crash, and pages that share a series all the same (a tab that was duplicated while the game
 * was left) rise together, and none falls behind what the server remembers.
 */
export class Keys {
  private series: string | undefined;
  private last = 0;

  constructor(
    private readonly storage: TabStorage,
    private readonly runtime: Pick<Runtime, "now" | "random">,
  ) {}

  /** A key that was never used before. */
  next(): string {
    this.series ??= this.take();
    this.last = Math.max(this.last + 1, Math.floor(this.runtime.now()));
    return `${this.series}#${this.last}`;
  }

  /** Leaves the series to whoever comes next in this tab. */
  putBack(): void {
    if (this.series === undefined) return;
    attempt(() => {
      this.storage.setItem(PLACE, `${this.series ?? ""}#${this.last}`);
    });
    this.series = undefined;
  }

  private take(): string {
    const stored = attempt(() => this.storage.getItem(PLACE)) ?? "";
    attempt(() => {
      this.storage.removeItem(PLACE);
    });
    const [, series, last] = /^([\w-]{16,40})#(\d{1,15})$/.exec(stored) ?? [];
    this.last = Math.max(Number(last ?? 0), this.last);
    return series ?? randomName(this.runtime.random);
  }
}

/** 24 characters, at least 120 bits where the platform has good random numbers. */
function randomName(random: () => number): string {
  const bytes = new Uint8Array(24);
  if (typeof crypto === "undefined") for (let at = 0; at < bytes.length; at++) bytes[at] = random() * 256;
  else crypto.getRandomValues(bytes);
  return Array.from(bytes, (byte) => "abcdefghijkmnopqrstuvwxyz2345678"[byte % 32]).join("");
}

/** Storage may be full or forbidden: then a series simply does not outlive its page. */
function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
