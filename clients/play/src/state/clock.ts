import { signal } from "@preact/signals";

/** The server's time in whole unix seconds. It rises once a second: what reads it counts down. */
export const nowSeconds = signal(Math.floor(Date.now() / 1000));

let timer: ReturnType<typeof setTimeout> | undefined;

/** Starts the one timer of the page; `now` gives the server's time in milliseconds. */
export function startClock(now: () => number): void {
  clearTimeout(timer);
  const tick = (): void => {
    const time = now();
    nowSeconds.value = Math.floor(time / 1000);
    timer = setTimeout(tick, 1000 - (time % 1000));
  };
  tick();
}

/** Seconds from now to a moment, never below 0. */
export function secondsUntil(moment: number): number {
  return Math.max(0, moment - nowSeconds.value);
}
