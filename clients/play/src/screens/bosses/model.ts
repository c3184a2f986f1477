import { signal } from "@preact/signals";
import { type AnswerOf, TICKET_KINDS } from "../../client/client.js";
import { ask } from "../../game/act.js";
import { type Stage, stagesOf } from "../../state/catalog.js";
import { patchPlayer, player } from "../../state/player.js";

export interface BossState {
  /** Life of all, as told at the start of the season. */
  life: number;
  /** What is left of it, 0 to 1. Never 0 while it lives. */
  ratio: number;
}

export interface Hall {
  bosses: BossState[];
  /** The player's best damage of the season. */
  best: number;
  /** When the season ends, unix seconds; it has no end without. */
  seasonEndsAt: number | undefined;
}

/** What the last reply told of the bosses. */
export const hall = signal<Hall | undefined>(undefined);

/** From this much on, the server does not believe a damage. */
let damageCap = 200_000;
let lives: number[] = [];

export function capOfDamage(): number {
  return damageCap;
}

/** Asks how the bosses are. Their lives are asked for once. */
export async function refreshHall(): Promise<void> {
  if (lives.length === 0) {
    const answer = await ask("get_config_boss", {});
    if (answer === undefined) return;
    damageCap = answer.config.max_upload_damage;
    lives = livesOf(answer.config);
  }
  const told = await ask("stage_refresh_boss", {});
  if (told === undefined) return;
  hall.value = {
    bosses: lives.map((life, place) => ({ life, ratio: Number(told.ratio[String(place)] ?? "1") })),
    best: told.damage,
    seasonEndsAt: told.at.next_month_at ?? undefined,
  };
  patchPlayer({ limits: { ...player.peek()?.limits, [TICKET_KINDS.boss_challenge]: told.limit } });
}

/** The lives of `boss1` and so on, in their order. */
function livesOf(config: AnswerOf<"get_config_boss">["config"]): number[] {
  const found: number[] = [];
  for (let boss = config["boss1"]; boss !== undefined; boss = config[`boss${found.length + 1}`])
    found.push(boss.life_value);
  return found;
}

/** The first boss alive, or -1. */
export function currentBoss({ bosses }: Hall): number {
  return bosses.findIndex(({ ratio }) => ratio > 0);
}

/** The boss stage that a player enters: the next one, or the last again. */
export function bossStage(highestPassed: number): Stage | undefined {
  const stages = stagesOf("boss");
  return stages.find(({ stage }) => stage > highestPassed) ?? stages.at(-1);
}

export type Ranking = AnswerOf<"stage_damage_ranking"> | AnswerOf<"world_ranking">;
export type RankingRow = Ranking["rank"][number];

/** A page of the ranking of this world, or of all worlds: only there each row names its world. */
export async function loadRanking(page: number, ofAll: boolean): Promise<Ranking | undefined> {
  return ofAll ? ask("world_ranking", { page }) : ask("stage_damage_ranking", { page });
}

const STRIKE_BASE = 700;
const STRIKE_PER_LEVEL = 130;
const BRIGHT = 3;

/** The damage of one strike; one while the ring shines counts threefold. */
export function strikeDamage(level: number, bright: boolean): number {
  return (STRIKE_BASE + level * STRIKE_PER_LEVEL) * (bright ? BRIGHT : 1);
}
