import { signal } from "@preact/signals";

/** Rises when a boss died or a season began: the boss hall asks again. */
export const bossesChanged = signal(0);

/** Rises when an order was settled: the shop asks again. */
export const ordersSettled = signal(0);

/** Rises when a mail arrived: the box asks again. */
export const mailArrived = signal(0);
