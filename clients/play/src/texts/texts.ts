import { computed, signal } from "@preact/signals";

export type Locale = "zh" | "en";

const KEY = "raidkeep.locale";

/** The language of the page: what the player chose, else the browser's. */
export const locale = signal<Locale>(initialLocale());

/** `a` in Chinese, `b` in English, both with the same keys: the language is chosen where a text is read. */
export function texts<T extends object>(zh: T, en: Same<T>): () => T {
  const chosen = computed(() => (locale.value === "zh" ? zh : (en as T)));
  return () => chosen.value;
}

/** The same keys, with any text for a text: literal types are widened. */
type Same<T> = {
  [K in keyof T]: T[K] extends string ? string : T[K] extends (...args: never[]) => unknown ? T[K] : Same<T[K]>;
};

export function setLocale(next: Locale): void {
  locale.value = next;
  localStorage.setItem(KEY, next);
}

function initialLocale(): Locale {
  if (typeof localStorage === "undefined") return "zh";
  const stored = localStorage.getItem(KEY);
  if (stored === "zh" || stored === "en") return stored;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

/** A number as people read it: 1234 as 1,234, and in Chinese 12345678 as 1234.6万. */
export function numberText(value: number): string {
  if (Math.abs(value) < 100_000) return value.toLocaleString("en-US");
  const units: [number, string][] =
    locale.value === "zh"
      ? [
          [1e12, "万亿"],
          [1e8, "亿"],
          [1e4, "万"],
        ]
      : [
          [1e12, "T"],
          [1e9, "B"],
          [1e6, "M"],
          [1e3, "K"],
        ];
  const [size, unit] = units.find(([least]) => Math.abs(value) >= least) ?? [1, ""];
  const scaled = value / size;
  return `${scaled.toFixed(scaled < 100 ? 1 : 0).replace(/\.0$/, "")}${unit}`;
}

/** A duration in whole seconds as `M:SS`, `H:MM:SS`, or with days. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const days = Math.floor(whole / 86_400);
  const two = (part: number): string => String(part).padStart(2, "0");
  const hours = Math.floor((whole % 86_400) / 3_600);
  const tail = `${two(Math.floor((whole % 3_600) / 60))}:${two(whole % 60)}`;
  if (days > 0) return locale.value === "zh" ? `${days}天 ${hours}:${tail}` : `${days} d ${hours}:${tail}`;
  return hours > 0 ? `${hours}:${tail}` : tail.replace(/^0/, "");
}

/** A moment, unix seconds, in the time zone of the browser. */
export function momentText(seconds: number): string {
  const form = locale.value === "zh" ? "zh-CN" : "en-GB";
  return new Date(seconds * 1000).toLocaleString(form, { dateStyle: "medium", timeStyle: "short" });
}
