import { Client, type TabStorage } from "@raidkeep/client";

/** The one place where the page meets the client library. */
export {
  FailedError,
  isRefused,
  ITEMS,
  ReplyLostError,
  STAGE_MODES,
  StoppedError,
  TICKET_KINDS,
} from "@raidkeep/client";
export type { AnswerOf, FunctionName, RefusedError, RequestOf, State, TabStorage } from "@raidkeep/client";
export type GameClient = Client;

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
      /** From an operator, for one log-in; `password` is the new one then. */
      oncePassword?: string;
    };

export function newClient(url: string, account: Account, storage?: TabStorage): GameClient {
  const options = {
    url,
    name: "raidkeep-play",
    backoff: { firstMs: 300, mostMs: 4_000 },
    ...(storage === undefined ? {} : { storage }),
  };
  return account.kind === "guest"
    ? new Client({ ...options, guest: account.uniqueId })
    : new Client({ ...options, account });
}
