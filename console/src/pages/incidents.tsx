import { Group } from "@mantine/core";
import type { ReactElement } from "react";
import type { Row } from "../api/use.js";
import { useTexts } from "../texts/index.js";
import { ActionButton } from "../ui/action.js";
import { List } from "../ui/list.js";
import { Card, Page } from "../ui/page.js";

const EVERY_MS = 10_000;
const COLUMNS = [
  "state",
  "kind",
  "what",
  "count",
  "last_at",
  "detail",
  "source",
  "world",
  "first_at",
  "by",
  "handled_at",
  "note",
];

/** What went wrong in the worlds and in the process, and who looks at it. */
export function Incidents(): ReactElement {
  const texts = useTexts();
  return (
    <Page name="incidents">
      <Card title={texts.incidents.list}>
        <List
          called="incident_list"
          list="incidents"
          filters={["state", "kind"]}
          columns={COLUMNS}
          every={EVERY_MS}
          file="incidents"
          actions={(row) => row["state"] !== "closed" && <Steps incident={row["incident"]} state={row["state"]} />}
        />
      </Card>
    </Page>
  );
}

function Steps({ incident, state }: Row): ReactElement {
  return (
    <Group gap={6} wrap="nowrap" justify="flex-end">
      {state === "open" && <ActionButton called="incident_seen" preset={{ incident }} />}
      <ActionButton called="incident_close" preset={{ incident }} />
    </Group>
  );
}
