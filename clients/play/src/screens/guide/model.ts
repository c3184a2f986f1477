import { computed, signal } from "@preact/signals";
import type { FunctionName } from "../../client/client.js";
import { onDone } from "../../game/act.js";
import { player } from "../../state/player.js";

export type StepId = "fight" | "sweep" | "chest" | "task" | "spar" | "boss";

/** The steps, with the screen of each and the functions of which one must have been carried out. */
export const STEPS: readonly { id: StepId; screen: string; by: readonly FunctionName[] }[] = [
  { id: "fight", screen: "map", by: ["victory_stage_general"] },
  { id: "sweep", screen: "map", by: ["mopping_up_stage"] },
  { id: "chest", screen: "chest", by: ["start_hang_up"] },
  { id: "task", screen: "tasks", by: ["select", "select_personal"] },
  { id: "spar", screen: "arena", by: ["battle"] },
  { id: "boss", screen: "bosses", by: ["victory_stage_boss"] },
];

const KEY = "raidkeep.guide";

interface Progress {
  owner: string;
  done: readonly StepId[];
  hidden: boolean;
}

const progress = signal<Progress>(stored());

/** What the player of this tab has done. */
export const done = computed<readonly StepId[]>(() =>
  progress.value.owner === player.value?.name ? progress.value.done : [],
);

/** The next step, or undefined when all are done or the player wants no guide. */
export const nextStep = computed(() => {
  const mine = progress.value.owner === player.value?.name;
  if (mine && progress.value.hidden) return undefined;
  return STEPS.find(({ id }) => !done.value.includes(id));
});

export function hideGuide(): void {
  write({ owner: player.peek()?.name ?? "", done: done.peek(), hidden: true });
}

/** Ticks off steps as their functions succeed, wherever the player carries them out. */
export function followGuide(): void {
  onDone((name) => {
    const step = STEPS.find(({ by }) => by.includes(name));
    if (step === undefined || done.peek().includes(step.id)) return;
    const hidden = progress.peek().owner === player.peek()?.name && progress.peek().hidden;
    write({ owner: player.peek()?.name ?? "", done: [...done.peek(), step.id], hidden });
  });
}

function write(next: Progress): void {
  progress.value = next;
  sessionStorage.setItem(KEY, JSON.stringify(next));
}

function stored(): Progress {
  const kept = typeof sessionStorage === "undefined" ? null : sessionStorage.getItem(KEY);
  return kept === null ? { owner: "", done: [], hidden: false } : (JSON.parse(kept) as Progress);
}
