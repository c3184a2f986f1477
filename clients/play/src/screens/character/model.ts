import { signal } from "@preact/signals";
import { ask } from "../../game/act.js";
import { refreshKit } from "../../game/kit.js";
import { player } from "../../state/player.js";

/** The attributes that decide battles and checks, by the documents' names. */
export const BATTLE_ATTRIBUTES = ["力量", "敏捷", "智力", "体魄"] as const;
export const MATERIALS = ["龙眼", "凤羽"] as const;

export const attributes = signal<Readonly<Record<string, number>>>({});
/** The world's time, as it is told to a role. */
export const worldTime = signal("");

export async function refreshCharacter(): Promise<void> {
  const role = player.peek()?.name ?? "";
  const [status, time] = await Promise.all([ask("status", { role }), ask("time", { role }), refreshKit()]);
  if (status !== undefined) attributes.value = { ...status.attribute };
  if (time !== undefined) worldTime.value = time.time;
}
