import { act } from "../../game/act.js";
import { landOf, type LandName } from "../../art/scene.js";
import { type Stage, stagesOf } from "../../state/catalog.js";

export interface Region {
  land: LandName;
  stages: Stage[];
}

/** The general stages, those of one landscape together. */
export const REGIONS: readonly Region[] = stagesOf("general").reduce<Region[]>((regions, stage) => {
  const land = landOf(stage.layout);
  const last = regions.at(-1);
  if (last?.land === land) last.stages.push(stage);
  else regions.push({ land, stages: [stage] });
  return regions;
}, []);

/** Sweeps a stage that is passed. */
export async function sweep(stage: number, count: number): Promise<boolean> {
  return (await act("mopping_up_stage", { stage, count })) !== undefined;
}

/** Where the nodes of a region stand, in percent of its box: a winding path. */
export function nodePlaces(count: number): { x: number; y: number }[] {
  return Array.from({ length: count }, (_, place) => ({
    x: count === 1 ? 50 : 11 + (place * 78) / (count - 1),
    y: 62 + (place % 2 === 0 ? 10 : -12) + ((place * 7) % 5),
  }));
}
