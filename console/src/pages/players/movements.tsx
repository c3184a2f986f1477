import { Group } from "@mantine/core";
import { type ReactElement } from "react";
import { type Row, useHere } from "../../api/use.js";
import { ActionButton } from "../../ui/action.js";
import { PagedList } from "../../ui/list.js";
import { pageOf, usePartSchema } from "./part.js";

const PART = "movements";

/** Movements of items and points, around a moment, of an item or with a cause; each can be undone. */
export function Movements({ player, name }: { player: number; name: string }): ReactElement {
  const { functions } = useHere();
  const { schemas } = functions;
  const schema = usePartSchema(PART);
  const elements = schemas.elements(schemas.resolved(schemas.properties(schema)["entries"]));
  return (
    <PagedList
      called="player_view"
      data={{ player, part: PART }}
      filters={["from", "to", "item", "cause"]}
      read={(reply) => pageOf(reply, PART)}
      schema={elements}
      file={`movements-${name}`}
      actions={(row: Row) => (
        <Group gap={6} justify="flex-end">
          <ActionButton called="movement_undo" preset={{ player, movement: row["number"] }} isGrave />
        </Group>
      )}
    />
  );
}
