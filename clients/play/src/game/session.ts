import { signal } from "@preact/signals";
import { type Account, type GameClient, newClient, type State } from "../client/client.js";
import { startClock } from "../state/clock.js";
import { player, playerTold } from "../state/player.js";
import { serverAddress, storeAccount, storedAccount } from "./account.js";
import { followEvents } from "./events.js";

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
  client?.close();
  player.value = undefined;
  const mine = newClient(serverAddress(location), account);
  client = mine;
  line.value = { name: "connecting" };
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
  for (const follow of followers) follow(mine);
  mine.connect().then(refreshPlayer, () => undefined);
}

/** Goes back to the gate. The guest of this tab is given up. */
export function leave(): void {
  client?.close();
  client = undefined;
  storeAccount(undefined);
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
