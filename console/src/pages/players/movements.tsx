import { Button, Group } from "@mantine/core";
import { type ReactElement } from "react";
import { Link } from "wouter";
import { type Row, useHere } from "../../api/use.js";
import { useTexts } from "../../texts/index.js";
import { ActionButton } from "../../ui/action.js";
import { PagedList } from "../../ui/list.js";
import { pageOf, usePartSchema } from "./part.js";

const PART = "movements";

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
      file={`movements-${name}`}
      actions={(row: Row) => (
        <Group gap={6} justify="flex-end" wrap="nowrap">
          {functions.has("player_as_of") && (
            <Button
              component={Link}
              href={`/players/${player}/time/${String(row["at"])}`}
              size="xs"
              variant="default"
              data-action="time"
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
