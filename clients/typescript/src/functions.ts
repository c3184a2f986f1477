import { ANSWERS, READ_ONLY } from "./api.gen.js";

/** The most that the server may take for an answer, in milliseconds, where it waits for something. */
const WAITS_MS: Partial<Record<string, number>> = {
  // Until the round ends; its length is a setting of the server, 60 s as shipped.
  battle: 90_000,
};

const readOnly: ReadonlySet<string> = new Set<string>(READ_ONLY);

/** Whether a call of this function may change anything, so that it needs a key; of operators' functions all count as such. */
export function changes(called: string): boolean {
  return !readOnly.has(called);
}

/** The statuses of a function that are answers, where there are several. */
export function severalAnswers(called: string): readonly number[] | undefined {
  return (ANSWERS as Partial<Record<string, readonly number[]>>)[called];
}

/** How long the server may wait before it answers, beyond the usual. */
export function waitMs(called: string): number {
  return WAITS_MS[called] ?? 0;
}
