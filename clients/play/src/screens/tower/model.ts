import { STAGE_MODES } from "../../client/client.js";
import { type Stage, stagesOf } from "../../state/catalog.js";

/** What stands below the first floor. */
const GROUND = STAGE_MODES.endless.first - 1;

/** The floors of the tower, the highest first. */
export const FLOORS: readonly Stage[] = stagesOf("endless").reverse();

export function floorOf(stage: number): number {
  return stage - GROUND;
}

/** How many floors are climbed when this is the highest stage passed; 0 is none. */
export function climbed(highestPassed: number): number {
  return Math.max(0, highestPassed - GROUND);
}
