import {
  type AnswerOf,
  type FunctionName,
  isRefused,
  type RefusedError,
  FailedError,
  ReplyLostError,
  type RequestOf,
} from "../client/client.js";
import { absorb, type Amount, type Changes, parseAmount } from "../state/player.js";
import { toast } from "../state/toasts.js";
import { refusalText } from "../texts/refusals.js";
import { told } from "../texts/frame.js";
import { refreshPlayer, theClient } from "./session.js";

/**
 * Calls a function for the player: takes what its reply says of them, shows what they got, and says a refusal in their
 * language. Undefined if it was refused or could not be carried out.
 */
export async function act<F extends FunctionName>(
  name: F,
  request: RequestOf<F>,
  /** Shows no gains: the screen shows them itself. */
  { quiet = false } = {},
): Promise<Answered<F> | undefined> {
  const answer = await ask(name, request, (refusal) => {
    toast("bad", refusalText(refusal));
  });
  if (answer === undefined) return undefined;
  const changes = (answer ?? {}) as Changes & Gains;
  absorb(changes);
  const gains = gainsOf(changes);
  if (gains.length > 0 && !quiet) toast("good", told().got, gains);
  return answer;
}

/** An answer, `null` where the function answers without data: so that `undefined` always means that it was not carried out. */
export type Answered<F extends FunctionName> = AnswerOf<F> extends undefined ? null : AnswerOf<F>;

/** Calls a function without showing anything; `refused` hears a refusal. */
export async function ask<F extends FunctionName>(
  name: F,
  request: RequestOf<F>,
  refused?: (refusal: RefusedError) => void,
): Promise<Answered<F> | undefined> {
  try {
    const answer: AnswerOf<F> | undefined = await theClient().call(name, request);
    for (const hear of hearers) hear(name);
    return (answer ?? null) as Answered<F>;
  } catch (error) {
    if (isRefused(error, name)) refused?.(error);
    else if (error instanceof ReplyLostError) await refreshPlayer();
    else if (error instanceof FailedError && error.made === "unknown") {
      // A second press would have another key: the player looks at the state first.
      toast("bad", told().unclear);
      await refreshPlayer();
    } else toast("bad", told().failed);
    return undefined;
  }
}

const hearers: ((name: FunctionName) => void)[] = [];

/** Has a part of the game hear of every function that was carried out. */
export function onDone(hear: (name: FunctionName) => void): void {
  hearers.push(hear);
}

interface Gains {
  reward?: unknown;
  exp_info?: { reward?: number };
  energy?: { reward?: number };
}

/** What a reply grants, as its toast shows it. */
export function gainsOf({ reward, exp_info, energy }: Gains): Amount[] {
  const amounts = Array.isArray(reward) ? reward.filter((one) => typeof one === "string").map(parseAmount) : [];
  const gained = amounts.filter(({ quantity }) => quantity > 0);
  const others = [
    { item: "exp", quantity: exp_info?.reward ?? 0 },
    { item: "energy", quantity: energy?.reward ?? 0 },
  ];
  return [...gained, ...others.filter(({ quantity }) => quantity > 0)];
}
