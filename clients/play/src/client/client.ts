import { Client, type FailedError, RefusedError, ReplyLostError, type State, StoppedError } from "@raidkeep/client";
import type { Events as ApiEvents, PlayerFunctions } from "./api.draft.js";

/** The one place where the page meets the client library. */
export { type FailedError, RefusedError, ReplyLostError, type State, StoppedError };

export type FunctionName = Exclude<keyof PlayerFunctions, "login" | "login_unique" | "signup">;
export type RequestOf<F extends FunctionName> = PlayerFunctions[F]["request"];
/** What a call resolves to: the reply's `data`, together with its status where several statuses are answers. */
export type AnswerOf<F extends FunctionName> = F extends "start_hang_up"
  ? { status: 0 | 1 | 2; data: PlayerFunctions[F]["reply"] }
  : PlayerFunctions[F]["reply"];
export type Events = ApiEvents;
export type EventName = keyof ApiEvents;

export interface GameClient extends Pick<
  Client,
  "connect" | "state" | "onState" | "onGap" | "now" | "energyAt" | "close"
> {
  call<F extends FunctionName>(name: F, request: RequestOf<F>): Promise<AnswerOf<F>>;
  on<E extends EventName>(name: E, handler: (data: Events[E]) => void): () => void;
}

/** Who plays. */
export type Account =
  | { kind: "guest"; uniqueId: string }
  | {
      kind: "email";
      email: string;
      /** Hashed. Empty after a reload of the page, when the tab has the token of the log-in. */
      password: string;
      /** With a name, the account is made if there is none. */
      username?: string;
    };

export function newClient(url: string, account: Account): GameClient {
  const common = { url, name: "raidkeep-play", backoff: { firstMs: 300, mostMs: 4_000 } };
  const client =
    account.kind === "guest" ? new Client({ ...common, guest: account.uniqueId }) : new Client({ ...common, account });
  return client as unknown as GameClient;
}
