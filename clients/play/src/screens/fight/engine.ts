import type { Layout } from "../../state/catalog.js";

/** A fight on the page runs this much faster than the layout's seconds. */
const TIME_SCALE = 4;
const WALK_MIN_MS = 2_600;
const AUTO_STRIKE_MS = 850;
const HITS_MAX = 12;
export const HEARTS = 5;

/** Where the hero stands on the field of 100 by 100. */
export const HERO = { x: 10, y: 50 } as const;

/** Where a height of the field is in its picture, in percent: nobody walks in the sky. */
export function heightOf(y: number): number {
  return 34 + y * 0.56;
}

export interface Foe {
  key: number;
  monster: string;
  spawn: readonly [number, number];
  bornMs: number;
  /** When it reaches the hero and takes a heart. */
  arrivesMs: number;
  hits: number;
  hitsMax: number;
}

interface Coming {
  atMs: number;
  monster: string;
  spawn: readonly [number, number];
}

/**
 * The fight that a player sees between entering a stage and reporting its victory. The server knows nothing of it: what
 * it pays follows from the stage alone.
 */
export class Fight {
  foes: Foe[] = [];
  hearts = HEARTS;
  slain = 0;
  readonly total: number;
  private readonly coming: Coming[];
  private elapsedMs = 0;
  private nextStrikeMs = AUTO_STRIKE_MS;
  private nextKey = 0;

  constructor(
    layout: Layout,
    private readonly monsters: Readonly<Record<string, { life: number; speed: number }>>,
    /** The life that one strike takes. */
    private readonly power: number,
  ) {
    this.coming = layout
      .flatMap(({ time, cool_down, enemies }) =>
        enemies.flatMap(({ monster, count, spawn }) =>
          Array.from({ length: count }, (_, place) => ({
            atMs: ((time + place * cool_down) * 1000) / TIME_SCALE,
            monster,
            spawn: scattered(spawn, place),
          })),
        ),
      )
      .sort((one, other) => one.atMs - other.atMs);
    this.total = this.coming.length;
  }

  get outcome(): "running" | "won" | "lost" {
    if (this.hearts === 0) return "lost";
    return this.foes.length === 0 && this.coming.length === 0 ? "won" : "running";
  }

  /** Lets time pass; true if anything came, fell or arrived. */
  advance(byMs: number): boolean {
    if (this.outcome !== "running") return false;
    this.elapsedMs += byMs;
    this.skipQuiet();
    const before = this.slain + this.hearts + this.coming.length * 1_000;
    this.spawn();
    this.arrive();
    let struck = false;
    if (this.elapsedMs >= this.nextStrikeMs) {
      this.nextStrikeMs = this.elapsedMs + AUTO_STRIKE_MS;
      struck = this.strike();
    }
    return struck || before !== this.slain + this.hearts + this.coming.length * 1_000;
  }

  /** Strikes a foe, or without a key the one that is nearest to the hero. */
  strike(key?: number): boolean {
    const foe = this.foes.find((one) => one.key === key) ?? this.nearest();
    if (foe === undefined || this.outcome !== "running") return false;
    foe.hits -= 1;
    if (foe.hits <= 0) {
      this.foes = this.foes.filter((one) => one !== foe);
      this.slain += 1;
    }
    return true;
  }

  private nearest(): Foe | undefined {
    return this.foes.reduce<Foe | undefined>(
      (first, foe) => (first === undefined || foe.arrivesMs < first.arrivesMs ? foe : first),
      undefined,
    );
  }

  /** Nobody waits in front of an empty field. */
  private skipQuiet(): void {
    const next = this.coming[0];
    if (this.foes.length === 0 && next !== undefined) this.elapsedMs = Math.max(this.elapsedMs, next.atMs);
  }

  private spawn(): void {
    for (let next = this.coming[0]; next !== undefined && next.atMs <= this.elapsedMs; next = this.coming[0]) {
      this.coming.shift();
      const { monster, spawn } = next;
      const { life, speed } = this.monsters[monster] ?? { life: this.power, speed: 5 };
      const hits = Math.min(HITS_MAX, Math.max(1, Math.ceil(life / this.power)));
      const walkMs = Math.max(WALK_MIN_MS, ((spawn[0] - HERO.x) / speed) * (1000 / TIME_SCALE) * 1.6);
      this.foes = [
        ...this.foes,
        {
          key: this.nextKey++,
          monster,
          spawn,
          bornMs: this.elapsedMs,
          arrivesMs: this.elapsedMs + walkMs,
          hits,
          hitsMax: hits,
        },
      ];
    }
  }

  private arrive(): void {
    const arrived = this.foes.filter((foe) => foe.arrivesMs <= this.elapsedMs).length;
    if (arrived === 0) return;
    this.foes = this.foes.filter((foe) => foe.arrivesMs > this.elapsedMs);
    this.hearts = Math.max(0, this.hearts - arrived);
    this.slain += arrived;
  }
}

/** Foes of one group do not stand on each other. */
function scattered([x, y]: readonly [number, number], place: number): readonly [number, number] {
  const shift = ((place * 37) % 5) - 2;
  return [x, Math.min(90, Math.max(12, y + shift * 7))];
}

/** What one strike takes: heroes grow with their level. */
export function strikePower(level: number): number {
  return 60 + level * 45;
}
