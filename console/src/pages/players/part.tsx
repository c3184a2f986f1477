import type { ReactElement } from "react";
import { type Row, useAnyReply, useHere } from "../../api/use.js";
import type { Schema } from "../../api/schema.js";
import { ReplyView } from "../../ui/facts.js";
import { PagedList } from "../../ui/list.js";
import { Empty, ErrorNote, Loading } from "../../ui/states.js";
import { DataTable } from "../../ui/table.js";

/** The schema of a part of `player_view`. */
export function usePartSchema(part: string): Schema {
  const { functions } = useHere();
  const { schemas } = functions;
  const reply = schemas.properties(functions.find("player_view")?.reply ?? {});
  return schemas.resolved(schemas.properties(schemas.resolved(reply["parts"]))[part]);
}

/** A part of `player_view`: of what is there already, or asked for whole, page by page where it is a list. */
export function Part({ player, part, shown }: { player: number; part: string; shown?: unknown }): ReactElement {
  const { functions } = useHere();
  const schema = usePartSchema(part);
  const isWhole = shown === undefined;
  const asked = useAnyReply<{ parts: Row }>("player_view", { player, part }, { isOn: isWhole });
  const value = isWhole ? asked.data?.parts[part] : shown;
  if (asked.error !== null) return <ErrorNote error={asked.error} retry={() => void asked.refetch()} />;
  if (isWhole && asked.isPending) return <Loading />;
  if (isPage(value)) {
    const { schemas } = functions;
    const elements = schemas.elements(schemas.resolved(schemas.properties(schema)["entries"]));
    if (!isWhole) return <DataTable rows={value.entries} schema={elements} />;
    return (
      <PagedList called="player_view" data={{ player, part }} read={(reply) => pageOf(reply, part)} schema={elements} />
    );
  }
  if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return <Empty />;
  return <ReplyView reply={value} schema={schema} />;
}

/** The entries and the next page of a part, in a reply of `player_view`. */
export function pageOf(reply: Row, part: string): { rows: Row[]; next: unknown } {
  const page = (reply["parts"] as Row | undefined)?.[part];
  return isPage(page) ? { rows: page.entries, next: page["next"] ?? null } : { rows: [], next: null };
}

function isPage(value: unknown): value is Row & { entries: Row[] } {
  return typeof value === "object" && value !== null && Array.isArray((value as Row)["entries"]);
}
