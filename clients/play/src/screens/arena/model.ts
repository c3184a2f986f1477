import { signal } from "@preact/signals";
import { ask } from "../../game/act.js";
import { player } from "../../state/player.js";

/** Who is online, without the player. */
export const others = signal<readonly string[]>([]);

export async function refreshOthers(): Promise<void> {
  const me = player.peek()?.name ?? "";
  const told = await ask("get_list", { role: me });
  if (told !== undefined) others.value = told.roles.filter((role) => role !== me);
}

/** The score that the words of a verdict name, mine first, if they do. */
export function scoreIn(verdict: string, me: string): readonly [number, number] | undefined {
  const found = /(\S+) (\d+)[：:](\d+) (\S+?)[）)]/.exec(verdict);
  if (found === null) return undefined;
  const [, first = "", one = "0", other = "0"] = found;
  const score = [Number(one), Number(other)] as const;
  return first.endsWith(me) ? score : [score[1], score[0]];
}
