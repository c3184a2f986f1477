import { signal } from "@preact/signals";
import type { GameClient } from "../client/client.js";
import { type Amount, parseAmount, player } from "../state/player.js";
import { toast } from "../state/toasts.js";
import { duelTexts } from "../texts/duel.js";
import { ask } from "./act.js";
import { facePng } from "./face.js";
import { refreshPlayer, theClient } from "./session.js";

/** A challenge to or from the player that waits for its answer. */
export interface Call {
  id: string;
  /** The other player. */
  role: string;
  /** Its portrait, a PNG in base64. */
  image: string | null;
}

export interface Round {
  mine: string;
  theirs: string;
  verdict: string;
}

export interface Duel {
  id: string;
  opponent: string;
  image: string | null;
  rounds: Round[];
  /** What the player did in the round that is open, if it has acted. */
  acted: Action | undefined;
  ended: Ending | undefined;
}

export interface Action {
  text: string;
  items: string[];
  skills: string[];
}

export interface Ending {
  reward: Amount[];
  exp: number;
  stake: { paid: Amount; returned: Amount; commission: Amount } | undefined;
}

export const incoming = signal<readonly Call[]>([]);
export const outgoing = signal<readonly Call[]>([]);
export const duel = signal<Duel | undefined>(undefined);

const me = (): string => player.peek()?.name ?? "";

/** Challenges a player, or a fighter of the game master, who accepts at once. */
export async function challenge(role: string): Promise<void> {
  const image_data = await facePng(me());
  const made = await ask("challenge", { role1: me(), role2: role, image_data });
  if (made === undefined) return;
  if (made.status_code !== 200) {
    toast("bad", duelTexts().refused(made.status_code, role));
    return;
  }
  if (made.status) begin({ id: made.id, role, image: made.image_data ?? null });
  else outgoing.value = [...without(outgoing.value, made.id), { id: made.id, role, image: null }];
}

/** Accepts with one's portrait, and the battle begins. */
export async function accept(call: Call): Promise<void> {
  const image_data = await facePng(me());
  const answer = await ask("challenge_info", { id: call.id, status: true, image_data });
  incoming.value = without(incoming.value, call.id);
  if (answer?.status === true) begin({ ...call, image: answer.image_data ?? call.image });
  else toast("info", duelTexts().gone);
}

export async function reject(call: Call): Promise<void> {
  await ask("reject_challenge", { role: me(), id: call.id });
  incoming.value = without(incoming.value, call.id);
}

/** Acts in the round. The verdict arrives as an event: nothing else has to wait for it. */
export async function strike(action: Action): Promise<void> {
  const now = duel.peek();
  if (now === undefined || now.ended !== undefined) return;
  duel.value = { ...now, acted: action };
  // 409: another move was taken for this round, and its verdict is to come.
  const told = await ask("battle", { role: me(), id: now.id, ...action, wait: false }, ({ status }) => {
    if (status === 404) close();
    else if (status === 409) toast("info", duelTexts().tooLate);
    else mayActAgain(now.id);
  });
  if (told === undefined) return;
  if (told.action !== "" || told.status) verdict({ id: now.id, ...told });
}

/** Lets the player act again, when it is not known whether the move counts in the round that is open. */
function mayActAgain(battle: string): void {
  const now = duel.peek();
  if (now?.id === battle && now.ended === undefined) duel.value = { ...now, acted: undefined };
}

/** Leaves the view of a battle that is over. */
export function close(): void {
  duel.value = undefined;
}

let refreshing: Promise<void> | undefined;

/** Asks for what may have been missed: open challenges, and an accepted one. Whoever asks meanwhile waits for the same. */
export function refreshDuels(): Promise<void> {
  refreshing ??= askForDuels().finally(() => {
    refreshing = undefined;
  });
  return refreshing;
}

async function askForDuels(): Promise<void> {
  const told = await ask("refresh", { role: me() });
  if (told === undefined) return;
  const known = new Map(incoming.peek().map((call) => [call.id, call]));
  incoming.value = told.id_list.map(
    (id, place) => known.get(id) ?? { id, role: told.role_list[place] ?? "", image: null },
  );
  const [accepted] = told.accept_id;
  if (accepted !== undefined && duel.peek()?.id !== accepted) {
    const info = await ask("challenge_info", { id: accepted });
    if (info !== undefined) begin({ id: accepted, role: info.role, image: info.image_data ?? null });
  }
}

/** Hears of challenges and verdicts, on whatever screen the player is. */
export function followDuels(client: GameClient): void {
  incoming.value = [];
  outgoing.value = [];
  duel.value = undefined;
  client.on("challenge_info", ({ id, role, image_data }) => {
    incoming.value = [...without(incoming.value, id), { id, role, image: image_data ?? null }];
  });
  client.on("challenge_accepted", ({ id, role, image_data }) => {
    if (duel.peek()?.id !== id) begin({ id, role, image: image_data ?? null });
  });
  client.on("challenge_rejected", ({ id, role }) => {
    outgoing.value = without(outgoing.value, id);
    toast("info", duelTexts().rejected(role));
  });
  client.on("challenge_ended", ({ id }) => {
    incoming.value = without(incoming.value, id);
    outgoing.value = without(outgoing.value, id);
  });
  client.on("battle_verdict", verdict);
  client.onGap(() => {
    if (theClient() !== client || player.peek() === undefined) return;
    // The verdict may be among what was missed. The player decides on the next move: the same one again could count in
    // the round after.
    mayActAgain(duel.peek()?.id ?? "");
    void refreshDuels();
  });
}

function begin({ id, role, image }: Call): void {
  outgoing.value = without(outgoing.value, id);
  incoming.value = without(incoming.value, id);
  if (duel.peek()?.id !== id) {
    duel.value = { id, opponent: role, image, rounds: [], acted: undefined, ended: undefined };
  }
}

interface Verdict {
  id: string;
  role: string;
  action: string;
  result: string;
  status: boolean;
  reward?: string[] | null;
  exp?: number | null;
  stake?: { paid: string; returned: string; commission: string } | null;
}

function verdict(told: Verdict): void {
  const now = duel.peek();
  if (now?.id !== told.id || now.ended !== undefined) return;
  // The reply and the event tell the same; its words name the round.
  if (told.result !== "" && now.rounds.at(-1)?.verdict === told.result) return;
  const round = { mine: now.acted?.text ?? "", theirs: told.action, verdict: told.result };
  const ended = told.status ? endingOf(told) : undefined;
  duel.value = { ...now, rounds: [...now.rounds, round], acted: undefined, ended };
  if (ended !== undefined) void refreshPlayer();
}

function endingOf({ reward, exp, stake }: Verdict): Ending {
  return {
    reward: (reward ?? []).map(parseAmount),
    exp: exp ?? 0,
    stake: stake
      ? {
          paid: parseAmount(stake.paid),
          returned: parseAmount(stake.returned),
          commission: parseAmount(stake.commission),
        }
      : undefined,
  };
}

function without(calls: readonly Call[], id: string): Call[] {
  return calls.filter((call) => call.id !== id);
}
