import { type Stage, stagesOf } from "../../state/catalog.js";

/** The first floor is stage 1001. */
const GROUND = 1000;

/** The floors of the tower, the highest first. */
export const FLOORS: readonly Stage[] = stagesOf("endless").reverse();

export function floorOf(stage: number): number {
  return stage - GROUND;
}

/** How many floors are climbed when this is the highest stage passed; 0 is none. */
export function climbed(highestPassed: number): number {
  return Math.max(0, highestPassed - GROUND);
}

export type FloorState = "passed" | "next" | "locked";

export function stateOf(floor: number, climbedFloors: number): FloorState {
  if (floor <= climbedFloors) return "passed";
  return floor === climbedFloors + 1 ? "next" : "locked";
}
