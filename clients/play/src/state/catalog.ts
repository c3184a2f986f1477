import { assets } from "./catalog.gen.js";

export type StageMode = "general" | "endless" | "activity" | "boss" | "coin" | "exp";

/** A stage as the assets describe it. The server's own assets may differ: what a reply says counts. */
export interface Stage {
  stage: number;
  mode: StageMode;
  /** The lowest level of a player who may enter. */
  level: number;
  energy: number;
  /** Amounts, as `group:id:quantity`. */
  rewards: string[];
  exp: number;
  /** The key in `layouts`, or empty. */
  layout: string;
  /** When an activity is open; it is always open without. */
  windows?: Window[];
}

/**
 * When an activity is open: on weekdays between two times of day, of which the second may be of the next day or of
 * `to_day`; or from a date up to another, once or every year.
 */
export type Window =
  | { kind: "Weekly"; weekdays: string[]; from: string; to: string; to_day?: string }
  | { kind: "Dates" | "Yearly"; from: string; to: string };

export interface Monster {
  id: string;
  name: string;
  life: number;
  attack: number;
  defense: number;
  /** Fields a second. */
  speed: number;
}

/** Enemies that come together. */
export interface Wave {
  /** Seconds after the entry. */
  time: number;
  /** Seconds between two enemies. */
  cool_down: number;
  enemies: { monster: string; count: number; spawn: [number, number] }[];
}

export type Layout = Wave[];

export interface Catalog {
  /** Points of energy come back up to this. */
  energyMax: number;
  items: Record<string, { name: string; energy?: number }>;
  monsters: Record<string, Monster>;
  layouts: Record<string, Layout>;
  /** Names, in the order of the roster. */
  bosses: string[];
  /** Names of the fighters of the game master, whom a player may challenge at any time. */
  fighters: string[];
  gameMaster: string;
  /** Special events, with a word that begins each. */
  events: { name: string; keyword: string }[];
  /** Tickets that are sold; `price` are amounts. */
  purchases: { mode: "coin" | "exp"; ticket: number; allowance: number; price: string[]; price_points?: number }[];
  /** What a player may write: mails a day, and characters of a mail's subject and body. */
  mail: { sentPerDay: number; subjectMax: number; bodyMax: number };
  stages: Stage[];
  /** First and last of the stages that can be swept. */
  sweeps: [number, number][];
}

/** The assets' public numbers, bundled by the build. */
export const catalog: Catalog = assets;

const byNumber = new Map(catalog.stages.map((stage) => [stage.stage, stage]));

export function stageOf(number: number): Stage | undefined {
  return byNumber.get(number);
}

export function stagesOf(mode: StageMode): Stage[] {
  return catalog.stages.filter((stage) => stage.mode === mode);
}

export function canSweep(number: number): boolean {
  return catalog.sweeps.some(([first, last]) => first <= number && number <= last);
}

/** The kinds of monsters of a layout, in the order of their coming. */
export function monstersOf(layout: Layout): string[] {
  return [...new Set(layout.flatMap((wave) => wave.enemies.map(({ monster }) => monster)))];
}
