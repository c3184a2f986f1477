import { computed, signal } from "@preact/signals";

const hash = signal(typeof location === "undefined" ? "" : location.hash);
if (typeof addEventListener !== "undefined") addEventListener("hashchange", () => (hash.value = location.hash));

/** The screen that the address names, `#/bosses`, or empty. */
export const route = computed(() => /^#\/(\w+)/.exec(hash.value)?.[1] ?? "");

/** Goes to a screen; to the first without a name. */
export function go(screen: string): void {
  location.hash = `#/${screen}`;
}
