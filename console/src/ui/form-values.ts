import type { Field } from "../api/schema.js";
import type { Texts } from "../texts/index.js";
import { dateTime } from "./format.js";

/** What a form holds: texts as they are typed, and ticks. */
export type FormValues = Record<string, string | boolean>;

/** What a form gives: arguments, or what is wrong with which field. */
export type FormResult = { data: Record<string, unknown> } | { mistakes: Record<string, string> };

/** The values that a form begins with. */
export function beginWith(fields: readonly Field[], initial: Readonly<Record<string, unknown>>): FormValues {
  return Object.fromEntries(fields.map((field) => [field.name, typed(field, initial[field.name] ?? field.fallback)]));
}

/** A value as it would be typed. */
function typed({ kind }: Field, value: unknown): string | boolean {
  if (kind === "boolean") return value === true;
  if (value === null || value === undefined) return "";
  if (kind === "moment" && typeof value === "number") return dateTime(value).replace(" ", "T");
  if (kind === "texts" && Array.isArray(value)) return value.join("\n");
  if (typeof value === "string") return value;
  return kind === "json" ? JSON.stringify(value, null, 2) : JSON.stringify(value);
}

/** Reads a form. Fields that are left empty are left out, unless they are needed. */
export function readForm(
  texts: Texts,
  fields: readonly Field[],
  values: FormValues,
  needed: readonly string[] = [],
): FormResult {
  const data: Record<string, unknown> = {};
  const mistakes: Record<string, string> = {};
  for (const field of fields) {
    const value = values[field.name] ?? "";
    if (value === "") {
      const isNeeded = field.isRequired && field.kind !== "texts" && field.fallback === undefined;
      if (isNeeded || needed.includes(field.name)) mistakes[field.name] = texts.action.required;
      else if (field.isRequired && field.kind === "texts") data[field.name] = [];
      continue;
    }
    const read = readField(texts, field, value);
    if ("mistake" in read) mistakes[field.name] = read.mistake;
    else if (field.isRequired || read.value !== field.fallback) data[field.name] = read.value;
  }
  return Object.keys(mistakes).length > 0 ? { mistakes } : { data };
}

function readField(texts: Texts, field: Field, value: string | boolean): { value: unknown } | { mistake: string } {
  if (typeof value === "boolean") return { value };
  switch (field.kind) {
    case "integer":
    case "player":
      return readNumber(texts, field, value, /^[+-]?\d+$/);
    case "number":
      return readNumber(texts, field, value, /^[+-]?\d+(\.\d+)?$/);
    case "moment":
      return { value: Math.floor(new Date(value).getTime() / 1000) };
    case "texts":
      return {
        value: value
          .split(/\n/)
          .filter((line) => line.trim() !== "")
          .map((line) => line.trim()),
      };
    case "json":
      try {
        return { value: JSON.parse(value) as unknown };
      } catch {
        return { mistake: texts.action.notJson };
      }
    case "text":
    case "secret":
    case "choice":
    case "boolean":
      return { value };
  }
}

function readNumber(
  texts: Texts,
  { minimum, maximum }: Field,
  typedText: string,
  shape: RegExp,
): { value: unknown } | { mistake: string } {
  const text = typedText.trim();
  const value = Number(text);
  if (!shape.test(text)) return { mistake: texts.action.notANumber };
  if (minimum !== undefined && value < minimum) return { mistake: texts.action.tooSmall(minimum) };
  if (maximum !== undefined && value > maximum) return { mistake: texts.action.tooLarge(maximum) };
  // Beyond this a number of JSON is no longer exact; the server reads integers that come as texts.
  return { value: Number.isSafeInteger(value) || text.includes(".") ? value : text };
}
