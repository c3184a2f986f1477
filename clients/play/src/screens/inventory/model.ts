import { act } from "../../game/act.js";
import { catalog } from "../../state/catalog.js";
import { type Amount, type Player } from "../../state/player.js";
import { toast } from "../../state/toasts.js";
import { inventoryTexts } from "./texts.js";

export type Ending = Player["expiring"][number];

export interface Owned extends Amount {
  /** Energy that drinking one gives; undefined for what is no potion. */
  energy: number | undefined;
  /** When it ends, for an item of limited time. */
  ending: Ending | undefined;
}

/** What a player owns: first what can be drunk, then what ends soonest, then the rest by number. */
export function ownedItems({ items, expiring }: Pick<Player, "items" | "expiring">): Owned[] {
  return [...items]
    .filter(([, quantity]) => quantity > 0)
    .map(([item, quantity]) => ({
      item,
      quantity,
      energy: catalog.items[item]?.energy,
      ending: expiring.find((one) => one.item === item),
    }))
    .sort((one, other) => placeOf(one) - placeOf(other) || numberOf(one) - numberOf(other));
}

function placeOf({ energy, ending }: Owned): number {
  if (energy !== undefined) return 0;
  return ending === undefined ? Number.MAX_SAFE_INTEGER : ending.expires_at;
}

function numberOf({ item }: Owned): number {
  const [group = "", id = ""] = item.split(":");
  return Number(group) * 1_000_000 + Number(id);
}

/** Drinks some of a potion. Whether the server let it. */
export async function drink(item: string, count: number): Promise<boolean> {
  const used = await act("use_item", { item, count });
  if (used === undefined) return false;
  toast("good", inventoryTexts().drunk(used.energy.reward));
  return true;
}

/** Whether something has ended since the server was asked. */
export function endingsPassed(expiring: readonly Ending[], now: number): boolean {
  return expiring.some(({ expires_at }) => expires_at <= now);
}
