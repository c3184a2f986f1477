import { kit } from "../state/kit.js";
import { player } from "../state/player.js";
import { ask } from "./act.js";

/** Asks for the skills and the equipment of the player. */
export async function refreshKit(): Promise<void> {
  const role = player.peek()?.name ?? "";
  const [skills, bag] = await Promise.all([ask("skill", { role }), ask("bag", { role })]);
  if (skills === undefined || bag === undefined) return;
  kit.value = { skills: skills.skills, equipment: bag.equipments };
}
