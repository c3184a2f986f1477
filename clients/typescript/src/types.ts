import type { Events, PlayerFunctions } from "./api.gen.js";

/** A function that `call` takes. The client logs in and signs up by itself. */
export type FunctionName = Exclude<keyof PlayerFunctions, "login" | "login_unique" | "signup">;

/** What a function is called with. */
export type RequestOf<F extends FunctionName> = PlayerFunctions[F]["request"];

/** What `call` resolves to: the reply's `data`, together with its status where several statuses are answers. */
export type AnswerOf<F extends FunctionName> = [PlayerFunctions[F]["success"]] extends [0]
  ? PlayerFunctions[F]["reply"]
  : { status: PlayerFunctions[F]["success"]; data: PlayerFunctions[F]["reply"] };

/** Statuses that any function may refuse with. Those that the client deals with by itself are not among them. */
export type GlobalRefusal = 10 | 13 | 14 | 20;

/** With which statuses a function may be refused. */
export type RefusalStatus<F extends FunctionName> = PlayerFunctions[F]["code"] | GlobalRefusal;

/** The name of an event. */
export type EventName = keyof Events;

/** The arguments of `call` behind the name: `data` may be left out where nothing in it is needed. */
export type CallArguments<F extends FunctionName> =
  Record<string, never> extends RequestOf<F>
    ? [data?: RequestOf<F>, options?: CallOptions]
    : [data: RequestOf<F>, options?: CallOptions];

/** How one call is made. */
export interface CallOptions {
  /** Milliseconds after which the call fails; those spent without a connection count. */
  timeoutMs?: number;
  /** Ends the call early. */
  signal?: AbortSignal;
}

/** Who plays. Exactly one of these. */
export type Identity =
  | {
      /** The id of a guest account (`login_unique`), which the first log-in makes. Keep it: it is the only way back. */
      guest: string;
      account?: never;
      token?: never;
    }
  | {
      /** A named account (`login`). */
      account: Account;
      guest?: never;
      token?: never;
    }
  | {
      /** A token that is known already. Once it has ended, the client stops. */
      token: string;
      guest?: never;
      account?: never;
    };

/** A named account. */
export interface Account {
  /** Its e-mail address. */
  email: string;
  /** Its password, hashed: the server never sees what the player typed. */
  password: string;
  /** With a name, the account is signed up under it when the server does not know the e-mail address. */
  username?: string;
  /** A password for one log-in that an operator has given the player, as it was given. `password` is the new one then. */
  oncePassword?: string;
}
