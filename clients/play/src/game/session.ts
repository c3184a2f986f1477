import { signal } from "@preact/signals";
import { type Account, connect, type GameClient, type Line } from "../client/client.js";
import { startClock } from "../state/clock.js";
import { player, playerTold } from "../state/player.js";
import { serverAddress, storeAccount, storedAccount } from "./account.js";
import { followEvents } from "./events.js";

/** How the line to the server is; undefined before anybody has entered. */
export const line = signal<Line | undefined>(undefined);

/** Rises when what the screens show may be old: each asks again. */
export const generation = signal(0);

let client: GameClient | undefined;

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
  storeAccount(account);
  line.value = "opening";
  const mine = connect(serverAddress(location), account);
  client = mine;
  startClock(() => mine.now());
  mine.onLine((now) => {
    if (client === mine) line.value = now;
  });
  mine.onResync(() => {
    void refreshPlayer();
    generation.value += 1;
  });
  followEvents(mine);
  void refreshPlayer();
}

export function leave(): void {
  client?.close();
  client = undefined;
  storeAccount(undefined);
  player.value = undefined;
  line.value = undefined;
}

/** Asks for everything about the player. */
export async function refreshPlayer(): Promise<void> {
  playerTold(await theClient().call("get_player_info", {}));
}
