import { catalog } from "../state/catalog.js";
import { ITEMS, MONSTERS, BOSSES, FIGHTERS } from "./names.en.js";
import { common } from "./common.js";
import { locale } from "./texts.js";

/** The name of an item, `group:id`, or of `exp` and `energy`. */
export function itemName(id: string): string {
  if (id === "exp") return common().exp;
  if (id === "energy") return common().energy;
  const chinese = catalog.items[id]?.name ?? id;
  return locale.value === "zh" ? chinese : (ITEMS[id] ?? chinese);
}

/** The name of a monster; `told` is what a reply called it. */
export function monsterName(id: string, told?: string): string {
  const chinese = told ?? catalog.monsters[id]?.name ?? id;
  return locale.value === "zh" ? chinese : (MONSTERS[id] ?? chinese);
}

/** The name of a world boss by its place in the roster, from 0; `told` is what an event called it. */
export function bossName(place: number, told?: string): string {
  const chinese = told ?? catalog.bosses[place] ?? `#${place + 1}`;
  return locale.value === "zh" ? chinese : (BOSSES[place] ?? chinese);
}

/** A player's or fighter's name: fighters have an English one, besides the name that the server knows. */
export function roleName(name: string): string {
  const english = FIGHTERS[name];
  return locale.value === "zh" || english === undefined ? name : `${english} ${name}`;
}
