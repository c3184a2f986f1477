import type { Texts } from "../texts/index.js";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
const BYTE_UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** A span in its largest unit, in seconds. */
export function span(texts: Texts, seconds: number): string {
  const { common } = texts;
  const length = Math.abs(seconds);
  if (length < MINUTE) return common.seconds(Math.round(length));
  if (length < HOUR) return common.minutes(Math.round(length / MINUTE));
  if (length < 2 * DAY) return common.hours(Math.round(length / HOUR));
  return common.days(Math.round(length / DAY));
}

/** How far a moment is from now. */
export function distance(texts: Texts, moment: number, nowMs = Date.now()): string {
  const seconds = moment - nowMs / 1000;
  return seconds <= 0 ? texts.common.ago(span(texts, seconds)) : texts.common.ahead(span(texts, seconds));
}

/** A moment as local date and time, `2026-11-28 19:02:05`. */
export function dateTime(moment: number): string {
  const date = new Date(moment * 1000);
  if (Number.isNaN(date.getTime())) return String(moment);
  const two = (number: number) => String(number).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** A size in bytes. */
export function bytes(size: number): string {
  const unit = Math.min(Math.floor(Math.log2(Math.max(size, 1)) / 10), BYTE_UNITS.length - 1);
  const value = size / 2 ** (10 * unit);
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${BYTE_UNITS[unit] ?? ""}`;
}

/** A duration of a request, in seconds. */
export function latency(seconds: number): string {
  return seconds < 1 ? `${Number((seconds * 1000).toPrecision(3))} ms` : `${Number(seconds.toPrecision(3))} s`;
}

const whole = new Intl.NumberFormat("en-US");

/** A number with marks for thousands. */
export function number(value: number): string {
  return whole.format(value);
}

/** Rows as CSV (RFC 4180). A cell that a spreadsheet would run as a formula is written as text. */
export function csv(columns: string[], rows: Record<string, unknown>[]): string {
  const cell = (value: unknown) => {
    const plain = typeof value === "string" ? value : JSON.stringify(value ?? "").replace(/^""$/, "");
    const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(plain) ? `'${plain}` : plain;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column]))];
  return lines.map((line) => line.map(cell).join(",")).join("\r\n") + "\r\n";
}

/** Hands a text to the person as a file. */
export function download(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
