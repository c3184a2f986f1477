import { Button, Group, Progress, Stack, Text, Title } from "@mantine/core";
import { IconDownload, IconReportAnalytics } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { type ReactElement, useMemo, useState } from "react";
import type { OperatorFunctions } from "@raidkeep/api";
import { type Row, useHere, useReply } from "../api/use.js";
import { useTexts, word } from "../texts/index.js";
import { ActionButton } from "../ui/action.js";
import { Chart } from "../ui/chart.js";
import { download } from "../ui/format.js";
import { Card } from "../ui/page.js";
import { Empty, ErrorNote, Loading } from "../ui/states.js";
import { DataTable } from "../ui/table.js";
import { Value } from "../ui/value.js";
import classes from "./figures.module.css";

const EVERY_MS = 2000;
/** What a set may be called besides its fingerprint. */
export const SIDES = { from: ["running", "folder"], to: ["folder", "running"] };
const COLUMNS = ["study", "state", "kind", "from", "to", "players", "days", "seeds", "by", "at"];

type Report = OperatorFunctions["rules_study_report"]["reply"];

/** What a rule set would do: studies beside the server, and the report of one. */
export function RuleStudies(): ReactElement {
  const texts = useTexts();
  const [chosen, setChosen] = useState<number>();
  const studies = useReply("rules_studies", {}, { every: EVERY_MS });
  const rows = studies.data?.studies ?? [];
  return (
    <Card title={texts.rules.study} actions={<ActionButton called="rules_study" choices={SIDES} variant="filled" />}>
      <Text size="sm" c="dimmed" mb="sm">
        {texts.rules.studyHint}
      </Text>
      {studies.error !== null && <ErrorNote error={studies.error} retry={() => void studies.refetch()} />}
      {studies.isPending && <Loading />}
      {studies.data !== undefined && rows.length === 0 && <Empty text={texts.rules.noStudies} />}
      {rows.length > 0 && (
        <DataTable
          rows={rows as readonly object[] as readonly Row[]}
          schema={{}}
          columns={COLUMNS}
          cells={{ state: (row) => <State row={row} /> }}
          actions={(row) => {
            const study = Number(row["study"]);
            if (row["state"] === "running") {
              return <ActionButton called="rules_study_stop" preset={{ study }} isGrave />;
            }
            if (row["state"] !== "done") return null;
            return (
              <Button
                size="compact-sm"
                variant="default"
                leftSection={<IconReportAnalytics size={14} aria-hidden />}
                onClick={() => {
                  setChosen(study);
                }}
              >
                {texts.rules.report}
              </Button>
            );
          }}
        />
      )}
      {chosen !== undefined && rows.some(({ study }) => study === chosen) && <StudyReport study={chosen} />}
    </Card>
  );
}

/** How far a study is, or why it failed. */
function State({ row }: { row: Row }): ReactElement {
  const texts = useTexts();
  const percent = Number(row["percent"]);
  const failure = row["failure"];
  return (
    <Stack gap={4}>
      <span>
        <Value name="state" value={row["state"]} schema={{}} />
      </span>
      {row["state"] === "running" && (
        <Progress value={percent} aria-label={texts.rules.progress(percent)} miw={80} size="sm" />
      )}
      {typeof failure === "string" && <Value name="failure" value={failure} schema={{}} />}
    </Stack>
  );
}

/** What a study has found. */
function StudyReport({ study }: { study: number }): ReactElement {
  const texts = useTexts();
  const report = useReply("rules_study_report", { study });
  if (report.error !== null) return <ErrorNote error={report.error} retry={() => void report.refetch()} />;
  if (report.data === undefined) return <Loading />;
  const { verdict, notes, tables, charts } = report.data;
  return (
    <Stack gap="md" mt="md" data-report={study}>
      <Group justify="space-between">
        <Title order={3} size="h4">
          {texts.rules.reportOf(study)}
        </Title>
        <PageButton study={study} />
      </Group>
      <Text>{verdict}</Text>
      {tables.map((table) => (
        <section key={table.title}>
          <Title order={4} size="h5" mb="xs">
            {word(texts.fields, table.title)}
          </Title>
          <DataTable rows={rowsOf(table)} schema={{}} columns={table.columns} />
        </section>
      ))}
      <div className={classes["charts"]}>
        {charts.map((chart) => (
          <ReportChart key={chart.title} chart={chart} />
        ))}
      </div>
      {notes.map((note) => (
        <Text key={note} size="sm" c="dimmed">
          {note}
        </Text>
      ))}
    </Stack>
  );
}

/** A button that fetches the whole report as a file; it is long, and nobody may want it. */
function PageButton({ study }: { study: number }): ReactElement {
  const texts = useTexts();
  const { line, world } = useHere();
  const fetching = useMutation({
    mutationFn: async () => {
      const { page } = (await line.call("rules_study_report", { study, page: true }, { world })) as Report;
      download(`study-${study}.html`, page ?? "", "text/html");
    },
  });
  return (
    <>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconDownload size={14} aria-hidden />}
        loading={fetching.isPending}
        onClick={() => {
          fetching.mutate();
        }}
      >
        {texts.common.download(`study-${study}.html`)}
      </Button>
      {fetching.error !== null && <ErrorNote error={fetching.error} />}
    </>
  );
}

function ReportChart({ chart }: { chart: Report["charts"][number] }): ReactElement {
  const texts = useTexts();
  const { title, unit, lines } = chart;
  const days = useMemo(() => (lines[0]?.values ?? []).map((_value, index) => index + 1), [lines]);
  return (
    <div>
      <Text size="sm">
        {title} [{unit}]
      </Text>
      <Chart label={title} dayName={texts.rules.day} days={days} series={lines} />
    </div>
  );
}

function rowsOf({ columns, rows }: Report["tables"][number]): Row[] {
  return rows.map((cells) => Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? ""])));
}
