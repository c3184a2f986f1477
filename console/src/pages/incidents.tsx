import { Group, Text } from "@mantine/core";
import type { ReactElement } from "react";
import type { Row } from "../api/use.js";
import { useTexts } from "../texts/index.js";
import { ActionButton } from "../ui/action.js";
import { List } from "../ui/list.js";
import { Card, Page } from "../ui/page.js";
import { Value } from "../ui/value.js";

const EVERY_MS = 10_000;
const COLUMNS = ["state", "kind", "world", "what", "detail", "count", "last_at", "note"];

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
          cells={{ detail: (row) => <Detail row={row} />, note: (row) => <Note row={row} /> }}
          every={EVERY_MS}
          file="incidents"
          actions={(row) => row["state"] !== "closed" && <Steps incident={row["incident"]} state={row["state"]} />}
        />
      </Card>
    </Page>
  );
}

/** What is known of the last time, and where it comes from: a place in a file, or a part of the program. */
function Detail({ row: { detail, source } }: { row: Row }): ReactElement {
  return (
    <>
      <Value name="detail" value={detail} schema={{}} />
      {typeof source === "string" && source !== "" && (
        <Text size="xs" c="dimmed">
          {source}
        </Text>
      )}
    </>
  );
}

/** What somebody said of it, and who. */
function Note({ row: { note, by } }: { row: Row }): ReactElement {
  return (
    <>
      <Value name="note" value={note} schema={{}} />
      {typeof by === "string" && (
        <Text size="xs" c="dimmed">
          {by}
        </Text>
      )}
    </>
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
