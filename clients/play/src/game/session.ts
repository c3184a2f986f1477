import { signal } from "@preact/signals";
import { type Account, type GameClient, newClient, type State, StoppedError } from "../client/client.js";
import { startClock } from "../state/clock.js";
import { player, playerTold } from "../state/player.js";
import { forgetAccount, freshStorage, serverAddress, signOut, storeAccount, storedAccount } from "./account.js";
import { followEvents } from "./events.js";
import { go } from "./route.js";

/** What the line to the server is doing; undefined before anybody has entered. */
export const line = signal<State | undefined>(undefined);

/** Rises when what the screens show may be old: each asks again. */
export const generation = signal(0);

let client: GameClient | undefined;

/** What else hears each new client. */
const followers: ((client: GameClient) => void)[] = [];

/** Has a part of the game hear every client from now on. */
export function onEnter(follow: (client: GameClient) => void): void {
  followers.push(follow);
}

/** The client of the player who has entered. */
export function theClient(): GameClient {
  if (client === undefined) throw new Error("nobody has entered");
  return client;
}

/** Enters with the account of this tab, if it has one. */
export function resume(): void {
  const account = storedAccount();
  if (account !== undefined) enter(account);
}

export function enter(account: Account): void {
  const mine = newClient(serverAddress(location), account);
  playOn(mine, account);
  line.value = { name: "connecting" };
  mine.connect().then(refreshPlayer, () => undefined);
}

/** How long a log-in with an e-mail address may take, in milliseconds: longer, and it waits for its turn. */
const SIGN_IN_MS = 15_000;

/**
 * Enters with an e-mail account. Whoever plays in this tab goes on until the server has let the account in. Gives the
 * server's refusal, or `"no_answer"`, else undefined.
 */
export async function signIn(account: Account): Promise<StoppedError | "no_answer" | undefined> {
  // Whoever fills in the form shows the password, whatever token this tab has.
  const mine = newClient(serverAddress(location), account, freshStorage());
  const patience = setTimeout(() => {
    mine.close();
  }, SIGN_IN_MS);
  try {
    await mine.connect();
  } catch (error) {
    return error instanceof StoppedError ? error : "no_answer";
  } finally {
    clearTimeout(patience);
  }
  playOn(mine, account);
  line.value = mine.state;
  generation.value += 1;
  await refreshPlayer();
  return undefined;
}

function playOn(mine: GameClient, account: Account): void {
  client?.close();
  client = mine;
  player.value = undefined;
  storeAccount(account);
  startClock(() => mine.now());
  mine.onState((state) => {
    if (client === mine) line.value = state;
  });
  mine.onGap(() => {
    void refreshPlayer();
    generation.value += 1;
  });
  followEvents(mine);
  // An order may have been for tickets, which its event does not count.
  mine.on("order_settled", () => void refreshPlayer());
  for (const follow of followers) follow(mine);
}

/** Goes back to the gate for good. A guest is given up, an e-mail account is signed out. */
export function leave(): void {
  forgetAccount();
  standAtGate();
}

/** Goes back to the gate because the line has ended: the guest of this tab can come in again. */
export function toGate(): void {
  signOut();
  standAtGate();
}

function standAtGate(): void {
  client?.close();
  client = undefined;
  go("");
  player.value = undefined;
  line.value = undefined;
}

/** Starts a line anew that had ended for good. */
export function comeBack(): void {
  theClient()
    .connect()
    .then(refreshPlayer, () => undefined);
}

/** Asks for everything about the player. */
export async function refreshPlayer(): Promise<void> {
  const answer = await theClient()
    .call("get_player_info", {})
    .catch(() => undefined);
  if (answer !== undefined) playerTold(answer);
}
