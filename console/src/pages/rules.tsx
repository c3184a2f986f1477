import { Alert } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { ReactElement } from "react";
import { type Row, useHere, useReply } from "../api/use.js";
import { useTexts } from "../texts/index.js";
import { ActionButton } from "../ui/action.js";
import { Facts } from "../ui/facts.js";
import { List } from "../ui/list.js";
import { Card, Page } from "../ui/page.js";
import { ErrorNote, Loading } from "../ui/states.js";
import { DataTable } from "../ui/table.js";
import { Moment } from "../ui/value.js";

const EVERY_MS = 5000;
const COLUMNS = ["severity", "file", "line", "column", "key", "message", "hint"];

export function Rules(): ReactElement {
  const texts = useTexts();
  const { functions } = useHere();
  const status = useReply("rules_status", {}, { every: EVERY_MS });
  const shown = status.data;
  return (
    <Page
      name="rules"
      actions={
        <>
          <ActionButton called="rules_usage" />
          <ActionButton called="rule_set_unpin" />
          <ActionButton called="rules_reload" variant="filled" />
        </>
      }
    >
      {status.error !== null && <ErrorNote error={status.error} retry={() => void status.refetch()} />}
      {status.isPending && <Loading />}
      {shown?.refused && (
        <Alert color="red" variant="light" icon={<IconAlertTriangle />} title={texts.rules.refused} role="alert">
          <Problems problems={shown.refused.problems} />
        </Alert>
      )}
      {shown !== undefined && (
        <>
          <Card title={texts.rules.running}>
            <Facts
              facts={[
                [texts.rules.fingerprint, <code key="fingerprint">{shown.fingerprint}</code>],
                [texts.rules.source, shown.source ?? texts.common.none],
                [texts.rules.watched, shown.watched ? texts.common.yes : texts.common.no],
                [
                  texts.rules.adopted,
                  shown.changed_at === null ? texts.common.none : <Moment key="moment" at={shown.changed_at} />,
                ],
              ]}
            />
          </Card>
          <Card title={texts.rules.warnings}>
            {shown.warnings.length === 0 ? texts.rules.noWarnings : <Problems problems={shown.warnings} />}
          </Card>
        </>
      )}
      {functions.has("rule_sets") && (
        <Card title={texts.rules.history}>
          <List
            called="rule_sets"
            list="sets"
            actions={(row) => (
              <ActionButton called="rule_set_pin" preset={{ fingerprint: row["fingerprint"] }} isGrave />
            )}
          />
        </Card>
      )}
    </Page>
  );
}

/** Mistakes and warnings, each at its place. */
function Problems({ problems }: { problems: readonly object[] }): ReactElement {
  return <DataTable rows={problems as readonly Row[]} schema={{}} columns={COLUMNS} />;
}
