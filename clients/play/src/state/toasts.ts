import { signal } from "@preact/signals";
import type { Amount } from "./player.js";

export type ToastKind = "info" | "good" | "bad";

export interface Toast {
  key: number;
  kind: ToastKind;
  text: string;
  /** Shown as icons behind the text. */
  amounts: readonly Amount[];
}

/** Long enough to be read, in milliseconds. */
const SHOWN_MS = 4_200;
const SHOWN_AT_ONCE = 4;

export const toasts = signal<readonly Toast[]>([]);
let nextKey = 0;

export function toast(kind: ToastKind, text: string, amounts: readonly Amount[] = []): void {
  const key = nextKey++;
  toasts.value = [...toasts.value.slice(1 - SHOWN_AT_ONCE), { key, kind, text, amounts }];
  setTimeout(() => {
    dismiss(key);
  }, SHOWN_MS);
}

export function dismiss(key: number): void {
  toasts.value = toasts.value.filter((shown) => shown.key !== key);
}
