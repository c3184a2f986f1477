import { Button, Group } from "@mantine/core";
import { type ReactElement } from "react";
import { useLocation } from "wouter";
import { type Row, useHere } from "../../api/use.js";
import { useTexts } from "../../texts/index.js";
import { ActionButton } from "../../ui/action.js";
import { PagedList } from "../../ui/list.js";
import { pageOf, usePartSchema } from "./part.js";

const PART = "movements";

/** Movements of items and points, around a moment, of an item or with a cause; each leads to what made it. */
export function Movements({ player, name }: { player: number; name: string }): ReactElement {
  const texts = useTexts();
  const { functions } = useHere();
  const [, go] = useLocation();
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
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => {
              go(`/time/${player}/${String(row["at"])}`);
            }}
          >
            {texts.time.then}
          </Button>
          <ActionButton called="movement_undo" preset={{ player, movement: row["number"] }} isGrave />
        </Group>
      )}
    />
  );
}
