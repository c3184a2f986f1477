import { Button, Group, Text } from "@mantine/core";
import { type ReactElement } from "react";
import { Link } from "wouter";
import { type Row, useHere } from "../../api/use.js";
import { useTexts } from "../../texts/index.js";
import { ActionButton } from "../../ui/action.js";
import { number } from "../../ui/format.js";
import { PagedList } from "../../ui/list.js";
import { pageOf, usePartSchema } from "./part.js";

const PART = "movements";
const COLUMNS = ["number", "at", "why", "changes", "points", "order"];

/** What a movement did to an item, or to the points. */
interface Change {
  item?: string;
  change: number;
  after?: number | null;
}

/** Each change in a line: what, by how much, and how much there was then. */
function Changes({ changes }: { changes: readonly Change[] }): ReactElement {
  if (changes.length === 0) return <>—</>;
  return (
    <>
      {changes.map(({ item = "", change, after }) => (
        <Text key={item} size="sm" style={{ whiteSpace: "nowrap" }}>
          {item} <strong>{`${change > 0 ? "+" : ""}${number(change)}`}</strong>
          {(after ?? null) !== null && ` → ${number(Number(after))}`}
        </Text>
      ))}
    </>
  );
}

interface MovementsProps {
  player: number;
  name: string;
  /** What the filters begin with. */
  initial?: Row;
}

/** Movements of items and points, around a moment, of an item or with a cause; each can be undone. */
export function Movements({ player, name, initial = {} }: MovementsProps): ReactElement {
  const { functions } = useHere();
  const texts = useTexts();
  const { schemas } = functions;
  const schema = usePartSchema(PART);
  const elements = schemas.elements(schemas.resolved(schemas.properties(schema)["entries"]));
  return (
    <PagedList
      called="player_view"
      data={{ player, part: PART }}
      filters={["from", "to", "item", "cause"]}
      initial={initial}
      read={(reply) => pageOf(reply, PART)}
      schema={elements}
      columns={COLUMNS}
      cells={{
        changes: ({ changes }) => <Changes changes={changes as Change[]} />,
        points: ({ points }) => <Changes changes={(points ?? null) === null ? [] : [points as Change]} />,
      }}
      file={`movements-${name}`}
      actions={(row: Row) => (
        <Group gap={6} justify="flex-end" wrap="nowrap">
          {functions.has("player_as_of") && (
            <Button
              component={Link}
              href={`/players/${player}/time/${String(row["at"])}`}
              size="xs"
              variant="default"
              data-link="time"
            >
              {texts.time.beforeAndAfter}
            </Button>
          )}
          <ActionButton called="movement_undo" preset={{ player, movement: row["number"] }} isGrave />
        </Group>
      )}
    />
  );
}
