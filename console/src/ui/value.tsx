import { Badge, Code } from "@mantine/core";
import { type ReactElement, useState } from "react";
import { Link } from "wouter";
import type { Schema } from "../api/schema.js";
import { isMoment } from "../api/schema.js";
import { useHere } from "../api/use.js";
import { type Texts, useTexts, word } from "../texts/index.js";
import { bytes, dateTime, distance, number } from "./format.js";
import classes from "./value.module.css";

const LONG_CHARS = 160;
const SHORT_CHARS = 24;
const FEW = 4;
/** A word that is too long to be kept together. */
const UNBROKEN = /[^\s-]{28}/;
const TONES: Readonly<Record<string, string>> = {
  granted: "teal",
  open: "orange",
  seen: "yellow",
  closed: "gray",
  refused: "red",
  error: "red",
  warning: "orange",
  given_up: "red",
  waiting: "blue",
  in_doubt: "red",
  operator: "orange",
  running: "teal",
};
const PLAYERS = /^(player|account)$/;
const DATES = /^\d{4}-\d\d-\d\d( [\d:]+)?$/;
const STATES = /^(state|outcome|severity|level|kind|role|right)$/;

/** A value of a reply, as its name and its schema say it is to be read. */
export function Value({ name, value, schema }: { name: string; value: unknown; schema: Schema }): ReactElement {
  const texts = useTexts();
  if (value === null || value === undefined || value === "") return <span className={classes["none"]}>—</span>;
  if (typeof value === "boolean") return <>{value ? texts.common.yes : texts.common.no}</>;
  if (typeof value === "number") return <NumberValue name={name} value={value} schema={schema} />;
  if (typeof value === "string") return <TextValue name={name} value={value} />;
  if (Array.isArray(value)) return <ListValue name={name} value={value} schema={schema} />;
  return <ObjectValue value={value as Record<string, unknown>} schema={schema} />;
}

function NumberValue({ name, value, schema }: { name: string; value: number; schema: Schema }): ReactElement {
  const texts = useTexts();
  if (isMoment(name, schema) && value > 0) return <Moment at={value} />;
  if (PLAYERS.test(name)) return <PlayerLink player={value} />;
  if (schema.unit === "bytes" || name.endsWith("bytes")) return <>{bytes(value)}</>;
  const isUnit = schema.unit !== undefined && schema.unit !== "bytes";
  return (
    <span className={classes["number"]}>
      {number(value)}
      {isUnit ? ` ${unitOf(texts, schema.unit ?? "")}` : ""}
    </span>
  );
}

function unitOf(texts: Texts, unit: string): string {
  return word(texts.fields, unit).toLowerCase();
}

function TextValue({ name, value }: { name: string; value: string }): ReactElement {
  const [isWhole, setWhole] = useState(false);
  if (STATES.test(name)) return <State value={value} />;
  if (DATES.test(value)) return <span className={classes["moment"]}>{value}</span>;
  if (value.length <= LONG_CHARS || isWhole) {
    const kind = UNBROKEN.test(value) ? "long" : value.length > SHORT_CHARS ? "sentence" : "text";
    return <span className={classes[kind]}>{value}</span>;
  }
  return (
    <button
      type="button"
      className={classes["more"]}
      onClick={() => {
        setWhole(true);
      }}
    >
      {value.slice(0, LONG_CHARS)}…
    </button>
  );
}

/** A state, in the colour of its meaning. */
export function State({ value }: { value: string }): ReactElement {
  const texts = useTexts();
  return (
    <Badge variant="light" color={TONES[value] ?? "gray"} radius="sm" tt="none">
      {Object.hasOwn(texts.states, value) ? texts.states[value] : value.replaceAll("_", " ")}
    </Badge>
  );
}

/** A link to the page of a player. */
export function PlayerLink({ player, name }: { player: number; name?: string | undefined }): ReactElement {
  return (
    <Link href={`/players/${player}`} className={classes["link"] ?? ""}>
      {name ?? `#${player}`}
    </Link>
  );
}

/** A moment in local time, and how far it is from now. */
export function Moment({ at }: { at: number }): ReactElement {
  const texts = useTexts();
  return (
    <time dateTime={new Date(at * 1000).toISOString()} className={classes["moment"]}>
      {dateTime(at)} <wbr />
      <span className={classes["distance"]}>{distance(texts, at)}</span>
    </time>
  );
}

function ListValue({ name, value, schema }: { name: string; value: unknown[]; schema: Schema }): ReactElement {
  const { functions } = useHere();
  const texts = useTexts();
  const [isWhole, setWhole] = useState(false);
  const elements = functions.schemas.elements(schema);
  if (value.length === 0) return <span className={classes["none"]}>—</span>;
  const shown = isWhole ? value : value.slice(0, FEW);
  return (
    <ul className={classes["list"]}>
      {shown.map((element, index) => (
        <li key={index}>
          <Value name={name} value={element} schema={elements} />
        </li>
      ))}
      {shown.length < value.length && (
        <li>
          <button
            type="button"
            className={classes["more"]}
            onClick={() => {
              setWhole(true);
            }}
          >
            {texts.common.listOf(value.length)} …
          </button>
        </li>
      )}
    </ul>
  );
}

function ObjectValue({ value, schema }: { value: Record<string, unknown>; schema: Schema }): ReactElement {
  const { functions } = useHere();
  const texts = useTexts();
  const properties = functions.schemas.properties(schema);
  const entries = Object.entries(value).filter(([, part]) => part !== null && part !== undefined && part !== "");
  if (entries.length === 0) return <span className={classes["none"]}>—</span>;
  return (
    <span className={classes["object"]}>
      {entries.map(([key, part]) => (
        <span key={key} className={classes["pair"]}>
          <span className={classes["key"]}>{word(texts.fields, key)}</span>{" "}
          <Value name={key} value={part} schema={functions.schemas.resolved(properties[key])} />
        </span>
      ))}
    </span>
  );
}

/** JSON as it is. */
export function Json({ value }: { value: unknown }): ReactElement {
  return (
    <Code block className={classes["json"] ?? ""} tabIndex={0}>
      {JSON.stringify(value, null, 2)}
    </Code>
  );
}
