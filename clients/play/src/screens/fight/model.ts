import { act, gainsOf } from "../../game/act.js";
import type { StageMode } from "../../state/catalog.js";
import { type Amount, patchPlayer, player } from "../../state/player.js";

/** The modes with functions of their own; activities are entered with `enter_stage`. */
export type FoughtMode = Exclude<StageMode, "activity">;

const ENTER = {
  general: "enter_stage_general",
  endless: "enter_stage_endless",
  boss: "enter_stage_boss",
  coin: "enter_stage_coin",
  exp: "enter_stage_exp",
} as const;

const VICTORY = {
  general: "victory_stage_general",
  endless: "victory_stage_endless",
  boss: "victory_stage_boss",
  coin: "victory_stage_coin",
  exp: "victory_stage_exp",
} as const;

export type StageState = "passed" | "next" | "locked";

/** Stages of a mode open one after the other; floors are counted the same way. */
export function stateOf(stage: number, highestPassed: number): StageState {
  if (stage <= highestPassed) return "passed";
  return stage === highestPassed + 1 ? "next" : "locked";
}

/** Pays the entry; true if the fight may begin. */
export async function enterStage(mode: FoughtMode, stage: number): Promise<boolean> {
  const entered = await act(ENTER[mode], { stage });
  if (entered === undefined) return false;
  const told = entered.BOSS ?? entered.COIN ?? entered.EXP;
  const limits = { ...player.peek()?.limits, ...told?.limits };
  patchPlayer({ limits, session: { stage, mode, entered_at: 0 } });
  return true;
}

/** Reports the victory and says what it paid; undefined if the server refused it. */
export async function winStage(mode: FoughtMode, stage: number, damage?: number): Promise<Amount[] | undefined> {
  const won = await act(VICTORY[mode], damage === undefined ? { stage } : { stage, damage }, { quiet: true });
  if (won === undefined) return undefined;
  const stages = player.peek()?.stages;
  if (stages !== undefined) {
    patchPlayer({ session: null, stages: { ...stages, [mode]: Math.max(stages[mode], stage) } });
  }
  return gainsOf(won);
}
