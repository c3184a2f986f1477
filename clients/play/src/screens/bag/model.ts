import { act } from "../../game/act.js";
import { catalog } from "../../state/catalog.js";
import { type Amount, player } from "../../state/player.js";

/** What the player owns, in the order of the items' numbers. */
export function ownedItems(): Amount[] {
  const items = [...(player.value?.items ?? [])].map(([item, quantity]) => ({ item, quantity }));
  return items.filter(({ quantity }) => quantity > 0).sort((one, other) => orderOf(one.item) - orderOf(other.item));
}

/** The energy that an item gives when it is used, or undefined if it cannot be. */
export function energyOf(item: string): number | undefined {
  return catalog.items[item]?.energy;
}

export async function use(item: string, count: number): Promise<boolean> {
  return (await act("use_item", { item, count })) !== undefined;
}

function orderOf(item: string): number {
  const [group = "0", id = "0"] = item.split(":");
  return Number(group) * 10_000 + Number(id);
}
