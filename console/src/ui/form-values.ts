import type { Field, FieldKind } from "../api/schema.js";
import type { Texts } from "../texts/index.js";
import { dateTime } from "./format.js";

/** What a form holds: texts as they are typed, and ticks, by the names of the fields; one of a group is `group.field`. */
export type FormValues = Record<string, string | boolean>;

/** What a form gives: arguments, or what is wrong with which field. */
export type FormResult = { data: Record<string, unknown> } | { mistakes: Record<string, string> };

/** The values that a form begins with. */
export function beginWith(fields: readonly Field[], initial: Readonly<Record<string, unknown>>, path = ""): FormValues {
  const values = fields.map((field): FormValues => {
    const value = initial[field.name] ?? field.fallback;
    const name = path + field.name;
    return field.kind === "group"
      ? beginWith(field.fields, (value ?? {}) as Record<string, unknown>, `${name}.`)
      : { [name]: typed(field, value) };
  });
  return Object.assign({}, ...values) as FormValues;
}

/** A value as it would be typed. */
function typed({ kind }: Field, value: unknown): string | boolean {
  if (kind === "boolean") return value === true;
  if (value === null || value === undefined) return "";
  if (kind === "moment" && typeof value === "number") return dateTime(value).replace(" ", "T");
  if (isList(kind) && Array.isArray(value)) return value.join("\n");
  if (typeof value === "string") return value;
  return kind === "json" ? JSON.stringify(value, null, 2) : JSON.stringify(value);
}

/** Whether a field takes one value in each line. */
export function isList(kind: FieldKind): boolean {
  return kind === "texts" || kind === "integers";
}

/** Reads a form. Fields that are left empty are left out, unless they are needed. */
export function readForm(
  texts: Texts,
  fields: readonly Field[],
  values: FormValues,
  needed: readonly string[] = [],
  path = "",
): FormResult {
  const data: Record<string, unknown> = {};
  const mistakes: Record<string, string> = {};
  for (const field of fields) {
    const name = path + field.name;
    if (field.kind === "group") {
      const read = readForm(texts, field.fields, values, [], `${name}.`);
      if ("mistakes" in read) Object.assign(mistakes, read.mistakes);
      else if (field.isRequired || Object.keys(read.data).length > 0) data[field.name] = read.data;
      continue;
    }
    const value = values[name] ?? "";
    if (value === "") {
      const isNeeded = field.isRequired && !isList(field.kind) && field.fallback === undefined;
      if (isNeeded || needed.includes(field.name)) mistakes[name] = texts.action.required;
      else if (field.isRequired && isList(field.kind)) data[field.name] = [];
      continue;
    }
    const read = readField(texts, field, value);
    if ("mistake" in read) mistakes[name] = read.mistake;
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
      return { value: linesOf(value) };
    case "integers": {
      const numbers = linesOf(value).map(Number);
      return numbers.every(Number.isSafeInteger) ? { value: numbers } : { mistake: texts.action.notANumber };
    }
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
    case "group":
      return { value };
  }
}

function linesOf(text: string): string[] {
  return text
    .split(/\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
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
