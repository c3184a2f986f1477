import { Group } from "@mantine/core";
import type { ReactElement } from "react";
import { useHere } from "../api/use.js";
import { useTexts } from "../texts/index.js";
import { ActionButton } from "./action.js";
import { List } from "./list.js";
import { Card } from "./page.js";

const EVERY_MS = 10_000;

/** What went wrong, and what became of it. */
export function Incidents(): ReactElement | null {
  const texts = useTexts();
  const { functions } = useHere();
  if (!functions.has("incident_list")) return null;
  return (
    <Card title={texts.incidents.list}>
      <List
        called="incident_list"
        list="incidents"
        filters={["state"]}
        every={EVERY_MS}
        actions={(row) => (
          <Group gap={6} wrap="nowrap" justify="flex-end">
            <ActionButton
              called="incident_set"
              label={texts.incidents.seen}
              preset={{ incident: row["incident"], state: "seen" }}
            />
            <ActionButton
              called="incident_set"
              label={texts.incidents.closed}
              preset={{ incident: row["incident"], state: "closed" }}
            />
          </Group>
        )}
      />
    </Card>
  );
}
