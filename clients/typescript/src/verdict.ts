import { FailedError, ReplyLostError } from "./errors.js";
import type { Runtime } from "./runtime.js";
import type { AnswerOf } from "./types.js";

/** A round lasts 60 s as shipped; when no verdict has come after this long, it was missed. */
const VERDICT_MS = 90_000;

type Told = AnswerOf<"battle">;

/** What waiting for a verdict needs of the client. */
export interface Arena {
  runtime: Pick<Runtime, "after">;
  /** Hears verdicts, until the function that comes back is called. */
  onVerdict(listener: (verdict: Told & { id: string }) => void): () => void;
  /** Hears that the client was closed or has stopped. */
  onEnd(listener: (reason: "closed" | "stopped") => void): () => void;
}

/** The verdict of the round in which the player has acted; the reply itself, if the round is over by it. */
export function verdict(told: Told, battle: string, arena: Arena): Promise<Told> {
  // The opponent's action is told as soon as the round is over, and not before.
  if (told.status || told.action !== "") return Promise.resolve(told);
  return new Promise((resolve, reject) => {
    const leave = (settle: () => void) => {
      cancel();
      stopHearing();
      stopWatching();
      settle();
    };
    const stopHearing = arena.onVerdict(({ id, ...verdict }) => {
      if (id === battle)
        leave(() => {
          resolve(verdict);
        });
    });
    const stopWatching = arena.onEnd((reason) => {
      leave(() => {
        reject(new FailedError("battle", reason, "unknown"));
      });
    });
    const cancel = arena.runtime.after(VERDICT_MS, () => {
      leave(() => {
        reject(new ReplyLostError("battle"));
      });
    });
  });
}
