/** What of the rules of energy the server does not say in its replies. The defaults are those of the shipped assets. */
export interface EnergyPace {
  /** No points come back at or above this. */
  maximum: number;
  /** Seconds until a point comes back. */
  secondsPerPoint: number;
}

/** A player's energy at a moment. */
export interface Energy {
  /** Points. */
  remain: number;
  /** Seconds until the next point, -1 when none is coming back. */
  cooling: number;
  /** When the maximum is reached, in milliseconds since 1970; absent when it is. */
  fullAt?: number;
}

/** What a reply or an event says of the energy. Older functions use other names for the same. */
interface Told {
  remain?: unknown;
  remaining?: unknown;
  cooling?: unknown;
  time?: unknown;
}

/** The energy as of the last reply that told it, and from there as the server computes it. */
export class EnergyMeter {
  private known: { points: number; nextAt: number } | undefined;
  private maximum: number;

  constructor(private readonly rules: EnergyPace) {
    this.maximum = rules.maximum;
  }

  /** Reads the energy out of the `data` of a reply or event, if it tells it. `serverNow` is in milliseconds. */
  observe(data: unknown, serverNow: number): void {
    if (!isRecord(data)) return;
    const { energy, at } = data;
    const told: Told = isRecord(energy) ? energy : { remain: energy, cooling: data["cooling_time"] };
    const points = told.remain ?? told.remaining;
    const cooling = told.cooling ?? told.time;
    if (typeof points !== "number" || typeof cooling !== "number") return;
    if (cooling < 0) {
      this.known = { points, nextAt: Infinity };
      return;
    }
    const fullAt = isRecord(at) ? at["full_at"] : undefined;
    this.known = { points, nextAt: this.nextPointAt(points, cooling, fullAt, Math.floor(serverNow / 1000)) };
  }

  /**
   * When the next point comes, in unix seconds. `full_at` is a moment, so it is exact where `cooling`, which counts from
   * a moment that is known roughly, is not; and from both follows the maximum, if it is not the expected one.
   */
  private nextPointAt(points: number, cooling: number, fullAt: unknown, now: number): number {
    if (typeof fullAt !== "number") return now + cooling;
    const pace = this.rules.secondsPerPoint;
    const further = Math.max(0, Math.round((fullAt - now - cooling) / pace));
    this.maximum = points + further + 1;
    return fullAt - further * pace;
  }

  /** The energy at a moment of the server's clock, in milliseconds; `undefined` before any reply told it. */
  at(serverMs: number): Energy | undefined {
    if (this.known === undefined) return undefined;
    const { points, nextAt } = this.known;
    const pace = this.rules.secondsPerPoint;
    const now = Math.floor(serverMs / 1000);
    const room = nextAt === Infinity ? 0 : Math.max(0, this.maximum - points);
    const regenerated = now < nextAt ? 0 : Math.min(room, 1 + Math.floor((now - nextAt) / pace));
    if (regenerated === room) return { remain: points + regenerated, cooling: -1 };
    return {
      remain: points + regenerated,
      cooling: nextAt + regenerated * pace - now,
      fullAt: (nextAt + (room - 1) * pace) * 1000,
    };
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
