import { Button, Group, SegmentedControl, TextInput } from "@mantine/core";
import { type ReactElement, useMemo, useState } from "react";
import type { DayShown, ItemFlow } from "@raidkeep/api";
import { type Row, useAnyReply, useHere, useReply } from "../api/use.js";
import { type Texts, useTexts, word } from "../texts/index.js";
import { Chart } from "../ui/chart.js";
import { Card, Page } from "../ui/page.js";
import { Empty, ErrorNote, Loading } from "../ui/states.js";
import { DataTable } from "../ui/table.js";
import classes from "./figures.module.css";

const DAY_MS = 86_400_000;
const SPANS = ["7", "30", "90"] as const;
const FIRST_SPAN = "30";
/** For how many days the server tells details at once. */
const DETAIL_DAYS = 31;

/** What is drawn together. Numbers of one picture are of the same kind, so that they share an axis. */
const CHARTS = {
  players: ["active_day", "active_week", "active_month", "new"],
  online: ["online_most"],
  sessions: ["sessions", "sessions_ended"],
  returned: ["day_1", "day_3", "day_7", "day_30"],
  stages: ["stages_entered", "stages_won"],
  progress: ["levels_reached", "bosses_killed"],
  points: ["points_gained", "points_spent"],
  orders: ["orders", "orders_granted", "orders_refused"],
} as const satisfies Partial<Record<keyof Texts["figures"]["charts"], readonly string[]>>;
type ChartName = keyof typeof CHARTS;

/** The first and the last day, `YYYY-MM-DD`. */
interface Days {
  from: string;
  to: string;
}

/** A day of `figures`. */
interface Day extends Row {
  date: string;
}

/** Numbers of each day as lines, and as a table. */
export function Figures(): ReactElement {
  const texts = useTexts();
  const [days, setDays] = useState(() => lastDays(FIRST_SPAN));
  const figures = useAnyReply<{ today: string; online: number; days: Day[] }>("figures", days);
  return (
    <Page name="figures">
      <Card>
        <Span days={days} onChange={setDays} />
      </Card>
      {figures.error !== null && <ErrorNote error={figures.error} retry={() => void figures.refetch()} />}
      {figures.isLoading && <Loading />}
      {figures.data?.days.length === 0 && <Empty text={texts.figures.none} />}
      {figures.data !== undefined && figures.data.days.length > 0 && (
        <>
          <Shown days={figures.data.days} />
          <Economy days={days} />
        </>
      )}
    </Page>
  );
}

/** The days until today by the browser's calendar, and one more: the game's may be ahead. */
function lastDays(span: string): Days {
  const day = (before: number) => new Date(Date.now() - before * DAY_MS).toISOString().slice(0, 10);
  return { from: day(Number(span) - 1), to: day(-1) };
}

function Span({ days, onChange }: { days: Days; onChange: (days: Days) => void }): ReactElement {
  const texts = useTexts();
  const [typed, setTyped] = useState(days);
  const choose = (chosen: Days) => {
    setTyped(chosen);
    onChange(chosen);
  };
  const shown = SPANS.find((span) => lastDays(span).from === days.from && lastDays(span).to === days.to);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        choose(typed);
      }}
    >
      <Group gap="sm" align="flex-end">
        <SegmentedControl
          aria-label={texts.figures.span}
          value={shown ?? ""}
          data={SPANS.map((span) => ({ value: span, label: texts.common.days(Number(span)) }))}
          onChange={(span) => {
            choose(lastDays(span));
          }}
        />
        {(["from", "to"] as const).map((end) => (
          <TextInput
            key={end}
            type="date"
            required
            withAsterisk={false}
            label={texts.figures[end]}
            value={typed[end]}
            onChange={(event) => {
              setTyped({ ...typed, [end]: event.currentTarget.value });
            }}
          />
        ))}
        <Button type="submit" variant="default">
          {texts.common.apply}
        </Button>
      </Group>
    </form>
  );
}

function Shown({ days }: { days: readonly Day[] }): ReactElement {
  const texts = useTexts();
  const { functions } = useHere();
  const { schemas } = functions;
  const rows = useMemo(() => days.map(flat), [days]);
  const charts = useMemo(() => {
    const dates = rows.map(({ date }) => date);
    return (Object.keys(CHARTS) as ChartName[]).map((chart) => ({
      chart,
      dates,
      series: CHARTS[chart].map((name) => ({
        name: word(texts.fields, name),
        values: rows.map((row) => (typeof row[name] === "number" ? row[name] : null)),
      })),
    }));
  }, [rows, texts]);
  const schema = schemas.elements(schemas.resolved(schemas.properties(functions.find("figures")?.reply ?? {})["days"]));
  return (
    <>
      <div className={classes["charts"]}>
        {charts.map(({ chart, dates, series }) => (
          <Card key={chart} title={texts.figures.charts[chart]}>
            <Chart
              dayName={word(texts.fields, "date")}
              label={texts.figures.charts[chart]}
              days={dates}
              series={series}
            />
          </Card>
        ))}
      </div>
      <Card title={texts.figures.table}>
        <DataTable rows={[...rows].reverse()} schema={schema} file="figures" />
      </Card>
    </>
  );
}

/** Where each item and the points came from and went to, by cause: the sums of the days, of the last 31 if there are more. */
function Economy({ days: { from, to } }: { days: Days }): ReactElement {
  const texts = useTexts();
  const { functions } = useHere();
  const { schemas } = functions;
  const earliest = new Date(Date.parse(to) - (DETAIL_DAYS - 1) * DAY_MS).toISOString().slice(0, 10);
  const first = from < earliest ? earliest : from;
  const figures = useReply("figures", { from: first, to, details: true });
  const points = texts.figures.charts.points;
  const rows = useMemo(() => sums(figures.data?.days ?? [], points), [figures.data, points]);
  const day = schemas.elements(schemas.resolved(schemas.properties(functions.find("figures")?.reply ?? {})["days"]));
  const details = schemas.properties(schemas.resolved(schemas.properties(day)["details"]));
  return (
    <Card title={texts.figures.economy(first, to)}>
      {figures.error !== null && <ErrorNote error={figures.error} retry={() => void figures.refetch()} />}
      {figures.isLoading && <Loading />}
      {figures.data !== undefined && (
        <DataTable
          rows={rows}
          schema={schemas.elements(schemas.resolved(details["items"]))}
          columns={["item", "why", "gained", "spent", "movements"]}
          file="economy"
        />
      )}
    </Card>
  );
}

/** The flows of all days, those of each item and cause added up; the name for points takes the place of an item. */
function sums(days: readonly DayShown[], points: string): Row[] {
  const found = new Map<string, ItemFlow>();
  for (const { details } of days) {
    const ofPoints = (details?.points ?? []).map((flow) => ({ ...flow, item: points }));
    for (const flow of [...ofPoints, ...(details?.items ?? [])]) {
      const key = `${flow.item} ${flow.why}`;
      const { gained = 0, spent = 0, movements = 0 } = found.get(key) ?? {};
      found.set(key, {
        ...flow,
        gained: gained + flow.gained,
        spent: spent + flow.spent,
        movements: movements + flow.movements,
      });
    }
  }
  return [...found.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, flow]) => ({ ...flow }));
}

/** A day with the numbers of players who came back beside the others. */
function flat({ retained, ...day }: Day): Day {
  return { ...day, ...(retained as Row | undefined) };
}
