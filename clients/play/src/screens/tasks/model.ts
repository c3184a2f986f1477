import { ITEMS, type RefusedError } from "../../client/client.js";
import { signal } from "@preact/signals";
import { act, ask } from "../../game/act.js";
import { refreshPlayer } from "../../game/session.js";
import { catalog } from "../../state/catalog.js";
import type { Faces, Said } from "../../state/chat.js";
import { type Amount, parseAmount, player } from "../../state/player.js";
import { toast } from "../../state/toasts.js";
import { refusalText } from "../../texts/refusals.js";
import type { Chosen } from "../../ui/kit.js";
import { tasksTexts } from "./texts.js";

export type TaskKind = "select" | "select_personal";

export interface Story {
  said: readonly Said[];
  faces: Faces;
  background: string | undefined;
  /** The task under way, or undefined: then the game master listens. */
  task: string | undefined;
}

const QUIET: Story = { said: [], faces: {}, background: undefined, task: undefined };
const KEY = "raidkeep.task";
/** A choice that is longer is part of a sentence about something else. */
const CHOICE_LONGEST = 12;

export const story = signal<Story>(QUIET);
export const publicTasks = signal<readonly string[]>([]);
export const personalTasks = signal<readonly string[]>([]);

const me = (): string => player.peek()?.name ?? "";

export async function refreshTasks(): Promise<void> {
  const role = me();
  const [open, mine] = await Promise.all([ask("task_info", { role }), ask("task_info_personal", { role })]);
  if (open !== undefined) publicTasks.value = open.task_list;
  if (mine !== undefined) personalTasks.value = mine.task_list;
}

/** After a reload of the page: the task that this tab had begun tells its scene again. */
export async function resumeTask(): Promise<void> {
  if (story.peek().said.length > 0) return;
  const kept = sessionStorage.getItem(KEY);
  if (kept === null) {
    say(catalog.gameMaster, tasksTexts().welcome);
    return;
  }
  const { owner, kind, task } = JSON.parse(kept) as { owner: string; kind: TaskKind; task: string };
  if (owner === me()) await take(kind, task);
}

/** Begins a task, or hears the scene of the one under way again. */
export async function take(kind: TaskKind, task: string): Promise<boolean> {
  const request = { role: me(), task_name: task };
  // Only a refusal says that there is no such task: without an answer, the one under way is asked for again later.
  const refused = (refusal: RefusedError): void => {
    keep(undefined);
    toast("bad", refusalText(refusal));
  };
  const begun = await (kind === "select" ? ask("select", request, refused) : ask("select_personal", request, refused));
  if (begun === undefined) return false;
  keep({ kind, task });
  story.value = { ...story.value, said: [], background: begun.image_data ?? undefined, task };
  say("旁白", begun.text);
  await refreshTasks();
  return true;
}

/** Says something: to the role of the task that is under way, or to the game master. */
export async function speak(text: string, used: Chosen): Promise<void> {
  say("me", text);
  if (story.peek().task === undefined || text === tasksTexts().giveUp) await speakToMaster(text);
  else await play(text, used);
}

async function play(text: string, { skills, items }: Chosen): Promise<void> {
  const roles = Object.keys(story.peek().faces);
  const told = await ask("feedback", { text, role: me(), items, skills, roles }, (refusal) => {
    if (refusal.status === 404) over();
    toast("bad", refusalText(refusal));
  });
  if (told === undefined) return;
  meet(told.role, told.npc_status ? (told.image_data ?? undefined) : undefined);
  say(told.role, told.text);
  if (!told.status) return;
  const gains = [...rewardOf(told.reward), ...(told.drops ?? []).map(parseAmount)];
  toast("good", tasksTexts().success, gains);
  over();
  await Promise.all([refreshPlayer(), refreshTasks()]);
}

async function speakToMaster(text: string): Promise<void> {
  const told = await act("main", { role: me(), text });
  if (told === undefined) return;
  say(told.role, told.text);
  if (text === tasksTexts().giveUp) over();
  if (told.status) {
    const task = publicTasks.peek().find((one) => text.includes(one));
    const own = personalTasks.peek().find((one) => text.includes(one));
    const named = task ?? own;
    if (named !== undefined) await take(task === undefined ? "select_personal" : "select", named);
    if (told.subimg) story.value = { ...story.value, background: told.subimg };
  }
  await refreshTasks();
}

/** Asks the game master for a task of one's own. */
export async function request(wish: string): Promise<void> {
  say("me", wish);
  const told = await act("task_request", { role: me(), text: wish });
  if (told !== undefined) say(told.role, told.text);
  await refreshTasks();
}

function over(): void {
  keep(undefined);
  story.value = { ...story.value, task: undefined };
}

function say(by: string, text: string): void {
  story.value = { ...story.value, said: [...story.value.said, { by, text }] };
}

function meet(role: string, face: string | undefined): void {
  if (face === undefined) return;
  story.value = { ...story.value, faces: { ...story.value.faces, [role]: face } };
}

function keep(task: { kind: TaskKind; task: string } | undefined): void {
  if (task === undefined) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, JSON.stringify({ owner: me(), ...task }));
}

/** The ways that a text asks about, as in “打、谈，还是绕过去？”: what a player would say at once. */
export function choicesIn(text: string): string[] {
  const [, first = "", last = ""] = /([^。！？：“”；，]+)[，,]?\s*还是([^。！？：“”，；]+)[？?]/.exec(text) ?? [];
  return [...first.split("、"), last]
    .map((choice) => choice.replace(/^(?:咱们|我们|你|是)+/, "").trim())
    .filter((choice) => choice !== "" && choice.length <= CHOICE_LONGEST);
}

/** What a task pays, by the names that the documents use. */
export function rewardOf(reward: unknown): Amount[] {
  if (typeof reward !== "object" || reward === null) return [];
  const names: Readonly<Record<string, string>> = {
    龙眼: ITEMS.dragon_eye,
    凤羽: ITEMS.phoenix_feather,
    经验值: "exp",
  };
  return Object.entries(reward)
    .map(([name, quantity]) => ({ item: names[name] ?? name, quantity: Number(quantity) }))
    .filter(({ quantity }) => quantity > 0);
}
