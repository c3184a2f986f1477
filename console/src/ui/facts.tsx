import type { ReactElement, ReactNode } from "react";
import type { Schema } from "../api/schema.js";
import { type Row, useHere } from "../api/use.js";
import { useTexts, word } from "../texts/index.js";
import { DataTable } from "./table.js";
import classes from "./facts.module.css";
import { Value } from "./value.js";

/** Names and values, one below the other. */
export function Facts({ facts }: { facts: readonly (readonly [string, ReactNode])[] }): ReactElement {
  return (
    <dl className={classes["facts"]}>
      {facts.map(([name, value]) => (
        <div key={name} className={classes["fact"]}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A reply as its schema describes it: what is single as facts, and each list of objects as a table. */
export function ReplyView({ reply, schema }: { reply: unknown; schema: Schema }): ReactElement {
  const { functions } = useHere();
  const texts = useTexts();
  const whole = functions.schemas.resolved(schema);
  if (typeof reply !== "object" || reply === null) return <Value name="" value={reply} schema={whole} />;
  const list = listOf(reply);
  if (list !== undefined) {
    return isTable(list) ? (
      <DataTable rows={list} schema={functions.schemas.elements(whole)} />
    ) : (
      <Value name="" value={list} schema={whole} />
    );
  }
  const properties = functions.schemas.properties(whole);
  const entries = Object.entries(reply as Row);
  const single = entries.filter(([, value]) => !isTable(value) && !isRecord(value));
  const parts = entries.filter(([, value]) => isTable(value) || isRecord(value));
  return (
    <>
      {single.length > 0 && (
        <Facts
          facts={single.map(([name, value]) => [
            word(texts.fields, name),
            <Value key={name} name={name} value={value} schema={functions.schemas.resolved(properties[name])} />,
          ])}
        />
      )}
      {parts.map(([name, value]) => (
        <section key={name} className={classes["part"]}>
          <h3>{word(texts.fields, name)}</h3>
          <ReplyView reply={value} schema={functions.schemas.resolved(properties[name])} />
        </section>
      ))}
    </>
  );
}

function listOf(value: unknown): unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

function isTable(value: unknown): value is Row[] {
  return Array.isArray(value) && value.length > 0 && value.every(isRecord);
}

function isRecord(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
