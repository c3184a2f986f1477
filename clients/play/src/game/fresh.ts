import type { ReadonlySignal } from "@preact/signals";
import { useSignalEffect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { generation } from "./session.js";

/** Loads what a screen shows: when it opens, when the page may have missed something, and when one of `on` changes. */
export function useFresh(load: () => unknown, ...on: readonly ReadonlySignal<unknown>[]): void {
  useSignalEffect(() => {
    // Reading is what makes this run again; what `load` reads must not.
    [generation, ...on].forEach((news) => news.value);
    void Promise.resolve().then(load);
  });
}

/** Loads again and again while the screen is open and can be seen. */
export function usePolled(load: () => unknown, everyMs: number): void {
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) void load();
    }, everyMs);
    return () => {
      clearInterval(timer);
    };
  }, [load, everyMs]);
}
