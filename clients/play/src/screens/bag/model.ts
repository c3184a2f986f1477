import { act } from "../../game/act.js";
import { catalog } from "../../state/catalog.js";
import type { Amount, Player } from "../../state/player.js";

export type Ending = Player["expiring"][number];

export interface Owned extends Amount {
  /** Energy that one gives; undefined for what cannot be used. */
  energy: number | undefined;
  /** For an item of limited time. */
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
    .sort((one, other) => rankOf(one) - rankOf(other) || orderOf(one.item) - orderOf(other.item));
}

function rankOf({ energy, ending }: Owned): number {
  if (energy !== undefined) return 0;
  return ending === undefined ? Number.MAX_SAFE_INTEGER : ending.expires_at;
}

/** Whether something has ended since the server was asked. */
export function hasEnded(expiring: readonly Ending[], now: number): boolean {
  return expiring.some(({ expires_at }) => expires_at <= now);
}

export async function use(item: string, count: number): Promise<boolean> {
  return (await act("use_item", { item, count })) !== undefined;
}

function orderOf(item: string): number {
  const [group = "0", id = "0"] = item.split(":");
  return Number(group) * 10_000 + Number(id);
}
