import { computed, signal } from "@preact/signals";
import type { FunctionName } from "../../client/client.js";
import { onDone } from "../../game/act.js";
import { type Player, player } from "../../state/player.js";

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

/** The last stage that a newcomer has passed. */
const NEWCOMER_PASSED = 7;

/** How a step that was done in another tab or earlier shows in what the player is and has. */
const BEFORE: Readonly<Partial<Record<StepId, (me: Player) => boolean>>> = {
  fight: ({ stages }) => stages.general > NEWCOMER_PASSED,
  chest: ({ hangUpStage }) => hangUpStage > 0,
  boss: ({ stages }) => stages.boss > 0,
};

const KEY = "raidkeep.guide";

interface Progress {
  owner: string;
  done: readonly StepId[];
  hidden: boolean;
}

const progress = signal<Progress>(stored());

/** What the player has done: in this tab, or before, as far as the server still tells. */
export const done = computed<readonly StepId[]>(() => {
  const me = player.value;
  if (me === undefined) return [];
  const here = progress.value.owner === me.name ? progress.value.done : [];
  return STEPS.map(({ id }) => id).filter((id) => here.includes(id) || BEFORE[id]?.(me) === true);
});

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
