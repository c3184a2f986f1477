import { Alert, Button, Group, Text } from "@mantine/core";
import { IconAlertTriangle, IconPin } from "@tabler/icons-react";
import { type ReactElement, useState } from "react";
import type { OperatorFunctions } from "@raidkeep/api";
import { type Row, useHere, useReply } from "../api/use.js";
import { useTexts } from "../texts/index.js";
import { ActionButton } from "../ui/action.js";
import { Facts } from "../ui/facts.js";
import { List } from "../ui/list.js";
import { Card, Page } from "../ui/page.js";
import { ErrorNote, Loading } from "../ui/states.js";
import { DataTable } from "../ui/table.js";
import { Moment } from "../ui/value.js";
import { RuleStudies, SIDES } from "./rule-studies.js";

const EVERY_MS = 5000;
const RUNNING = "running";
const FOLDER = "folder";
const VALUES = ["file", "subject", "kind", "key", "from", "to"];
const COLUMNS = ["severity", "file", "line", "column", "key", "message", "hint"];

export function Rules(): ReactElement {
  const texts = useTexts();
  const { functions } = useHere();
  const status = useReply("rules_status", {}, { every: EVERY_MS });
  const shown = status.data;
  const [sides, setSides] = useState<Sides>({ from: RUNNING, to: FOLDER });
  return (
    <Page
      name="rules"
      actions={
        <>
          <ActionButton called="rules_usage" />
          <ActionButton called="rules_unpin" />
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
      {shown?.pinned && <Pinned pin={shown.pinned} offered={shown.offered} />}
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
      {functions.has("rules_diff") && (
        <Card title={texts.rules.differences}>
          <Differences from={sides.from} to={sides.to} change={setSides} />
        </Card>
      )}
      {functions.has("rules_study") && functions.may("rules_study") && <RuleStudies />}
      {functions.has("rules_history") && (
        <Card title={texts.rules.history}>
          <List
            called="rules_history"
            list="sets"
            actions={(row) => {
              const fingerprint = String(row["fingerprint"]);
              return (
                <>
                  <Button
                    size="compact-sm"
                    variant="default"
                    onClick={() => {
                      setSides({ from: RUNNING, to: fingerprint });
                    }}
                  >
                    {texts.rules.compare}
                  </Button>
                  <ActionButton called="rules_study" preset={{ to: fingerprint }} choices={SIDES} />
                  {fingerprint !== shown?.pinned?.fingerprint && (
                    <ActionButton called="rules_back" preset={{ fingerprint }} isGrave />
                  )}
                </>
              );
            }}
          />
        </Card>
      )}
    </Page>
  );
}

/** Says that what the folder has changes nothing, and since when. */
function Pinned({ pin, offered }: { pin: Pin; offered: string | null }): ReactElement {
  const texts = useTexts();
  return (
    <Alert color="yellow" variant="light" icon={<IconPin />} title={texts.rules.pinned} role="status">
      <Facts
        facts={[
          [texts.rules.fingerprint, <code key="fingerprint">{pin.fingerprint}</code>],
          [texts.rules.since, <Moment key="moment" at={pin.at} />],
          [texts.rules.by, pin.by],
          [texts.rules.reason, pin.reason],
          [texts.rules.offered, offered === null ? texts.common.none : <code key="offered">{offered}</code>],
        ]}
      />
    </Alert>
  );
}

type Pin = NonNullable<OperatorFunctions["rules_status"]["reply"]["pinned"]>;

interface Sides {
  from: string;
  to: string;
}

/** How two rule sets differ, once somebody has asked: comparing them takes the server a moment. */
function Differences({ from, to, change }: Sides & { change: (sides: Sides) => void }): ReactElement {
  const texts = useTexts();
  const compared = useReply("rules_diff", { from, to });
  const named = (side: string) =>
    side === RUNNING ? texts.rules.running : side === FOLDER ? texts.rules.folder : side;
  const rows = (compared.data?.differences ?? []).flatMap(({ file, subject, kind, values }) =>
    (values.length === 0 ? [{ key: "", from: null, to: null }] : values).map((value) => ({
      file,
      subject,
      kind,
      ...value,
    })),
  );
  return (
    <>
      <Group justify="space-between" mb="sm">
        <Text>{texts.rules.compared(named(from), named(to))}</Text>
        {to !== FOLDER && (
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => {
              change({ from: RUNNING, to: FOLDER });
            }}
          >
            {texts.rules.compareFolder}
          </Button>
        )}
      </Group>
      {compared.error !== null && <ErrorNote error={compared.error} retry={() => void compared.refetch()} />}
      {compared.isPending && <Loading />}
      {compared.data !== undefined &&
        (rows.length === 0 ? texts.rules.same : <DataTable rows={rows} schema={{}} columns={VALUES} />)}
      {compared.data !== undefined && compared.data.left_out > 0 && (
        <Text c="dimmed">{texts.rules.leftOut(compared.data.left_out)}</Text>
      )}
    </>
  );
}

/** Mistakes and warnings, each at its place. */
function Problems({ problems }: { problems: readonly object[] }): ReactElement {
  return <DataTable rows={problems as readonly Row[]} schema={{}} columns={COLUMNS} />;
}
