import { signal } from "@preact/signals";

/** Rises when a boss died or a season began: the boss hall asks again. */
export const bossesChanged = signal(0);

/** When the last mail arrived, unix seconds, or 0: the box asks again, and its button shows a mark. */
export const mailArrived = signal(0);
