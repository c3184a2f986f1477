import { ITEMS } from "../../client/client.js";
import { act, ask } from "../../game/act.js";
import { refreshKit } from "../../game/kit.js";
import { refreshPlayer } from "../../game/session.js";
import { player } from "../../state/player.js";

/** What can be made: the number of its mode, and what it is paid with. */
export const CRAFTS = {
  skill: { mode: 0, material: ITEMS.dragon_eye },
  equipment: { mode: 1, material: ITEMS.phoenix_feather },
} as const;

export type Craft = keyof typeof CRAFTS;

/** Makes a skill or a piece of equipment, and says what became of it. */
export async function make(craft: Craft, name: string, des: string, num: number): Promise<string | undefined> {
  const role = player.peek()?.name ?? "";
  const made = await act("merge", { role, mode: CRAFTS[craft].mode, num, name, des });
  if (made === undefined) return undefined;
  await Promise.all([refreshKit(), refreshPlayer()]);
  return made.text;
}

/** Whether a name and a description may be used. */
export async function isLegal(name: string, description: string): Promise<boolean> {
  const [one, other] = await Promise.all([
    ask("legal", { mode: 0, content: name }),
    ask("legal", { mode: 1, content: description }),
  ]);
  return one?.status === true && other?.status === true;
}
