import { Alert, Group } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { ReactElement, ReactNode } from "react";
import { Link } from "wouter";
import { type Metrics, useMetrics } from "../api/metrics.js";
import { useHere, useReply } from "../api/use.js";
import { type Texts, useTexts } from "../texts/index.js";
import { ActionButton } from "../ui/action.js";
import { Facts } from "../ui/facts.js";
import { bytes, latency, number, span } from "../ui/format.js";
import { Card, Page } from "../ui/page.js";
import { Sparkline } from "../ui/sparkline.js";
import { ErrorNote, Loading } from "../ui/states.js";
import { State } from "../ui/value.js";
import classes from "./overview.module.css";

const EVERY_MS = 5000;
const PERCENTILE = 0.99;
const REQUEST = "raidkeep_request_seconds";
const COMMIT = "raidkeep_commit_seconds";

export function Overview(): ReactElement {
  const texts = useTexts();
  const metrics = useMetrics(EVERY_MS);
  return (
    <Page name="overview">
      {metrics.error !== null && <ErrorNote error={metrics.error} retry={() => void metrics.refetch()} />}
      {metrics.isPending && <Loading />}
      {metrics.data !== undefined && <Now moments={metrics.data} />}
      <Card title={texts.overview.tasks}>
        <Group gap="xs">
          <ActionButton called="backup" />
          <ActionButton called="clock_mend" isGrave />
          <ActionButton called="clock_advance" isGrave />
        </Group>
      </Card>
    </Page>
  );
}

function Now({ moments }: { moments: readonly Metrics[] }): ReactElement | null {
  const texts = useTexts();
  const last = moments.at(-1);
  if (last === undefined) return null;
  const { overview } = texts;
  const rates = ratesOf(moments);
  const online = moments.map((moment) => moment.sum("raidkeep_players_online") ?? 0);
  return (
    <>
      <Warnings metrics={last} />
      <div className={classes["tiles"]}>
        <Tile name={overview.online} value={number(online.at(-1) ?? 0)} line={online} />
        <Tile name={overview.requests} value={number(Math.round(rates.at(-1) ?? 0))} line={rates} />
        <Tile name={overview.latency} value={quantile(texts, moments, REQUEST, {})} note={overview.overLast} />
        <Tile name={overview.commit} value={quantile(texts, moments, COMMIT, {})} note={overview.overLast} />
        <Tile name={overview.disk} value={bytes(last.sum("raidkeep_database_bytes") ?? 0)} />
        <OpenIncidents count={last.sum("raidkeep_incidents_open")} />
        <Tile name={overview.memory} value={bytes(last.sum("process_resident_memory_bytes") ?? 0)} />
      </div>
      <Card title={overview.worlds}>
        <Worlds moments={moments} />
      </Card>
      <ServerFacts metrics={last} />
    </>
  );
}

/** Requests a second from one moment to the next. */
function ratesOf(moments: readonly Metrics[]): number[] {
  const count = (moment: Metrics) => moment.sum(`${REQUEST}_count`) ?? 0;
  return moments.slice(1).map((moment, index) => {
    const before = moments[index] ?? moment;
    const seconds = (moment.at - before.at) / 1000;
    return seconds <= 0 ? 0 : Math.max(0, count(moment) - count(before)) / seconds;
  });
}

function quantile(texts: Texts, moments: readonly Metrics[], name: string, labels: Record<string, string>): string {
  const [last, before] = [moments.at(-1), moments.at(-25) ?? moments[0]];
  const since = before === last ? undefined : before;
  const found = last?.quantile(PERCENTILE, name, labels, since) ?? last?.quantile(PERCENTILE, name, labels);
  if (found === undefined) return texts.common.none;
  return Number.isFinite(found) ? `≤ ${latency(found)}` : texts.overview.worst;
}

/** How many incidents nobody has seen; a link to them for who may see them. */
function OpenIncidents({ count }: { count: number | undefined }): ReactElement | null {
  const texts = useTexts();
  const { functions } = useHere();
  if (count === undefined) return null;
  const shown = number(count);
  const value = functions.may("incident_list") ? (
    <Link href="/incidents" className={classes["link"] ?? ""}>
      {shown}
    </Link>
  ) : (
    shown
  );
  return <Tile name={texts.overview.incidents} value={value} />;
}

function Tile({
  name,
  value,
  note,
  line,
}: {
  name: string;
  value: ReactNode;
  note?: string;
  line?: number[];
}): ReactElement {
  return (
    <div className={classes["tile"]}>
      <div className={classes["tileName"]}>{name}</div>
      <div className={classes["tileValue"]}>{value}</div>
      {note !== undefined && <div className={classes["tileNote"]}>{note}</div>}
      {line !== undefined && line.length > 1 && <Sparkline values={line} />}
    </div>
  );
}

function Warnings({ metrics }: { metrics: Metrics }): ReactElement | null {
  const texts = useTexts();
  const rules = useReply("rules_status", {});
  const on = (name: string) => metrics.samples.filter((sample) => sample.name === name && sample.value > 0);
  const sandboxed = on("raidkeep_sandboxed").map(({ labels }) => labels["platform"] ?? "");
  const warnings: string[] = [
    ...(rules.data?.refused ? [texts.overview.rulesRefused] : []),
    ...(on("raidkeep_archive_failing").length > 0 ? [texts.overview.archiveFailing] : []),
    ...on("raidkeep_circuit_open").map(({ labels }) => texts.overview.circuitOpen(labels["platform"] ?? "")),
    ...(sandboxed.length > 0 ? [texts.overview.sandboxed(sandboxed.join(", "))] : []),
  ];
  if (warnings.length === 0) return null;
  return (
    <Alert color="orange" variant="light" icon={<IconAlertTriangle />} role="status">
      {warnings.map((warning) => (
        <div key={warning}>{warning}</div>
      ))}
    </Alert>
  );
}

function Worlds({ moments }: { moments: readonly Metrics[] }): ReactElement | null {
  const texts = useTexts();
  const { overview } = texts;
  const last = moments.at(-1);
  if (last === undefined) return null;
  const worlds = last.values("world");
  return (
    <div className={classes["worlds"]}>
      {worlds.map((world) => {
        const sum = (name: string) => last.sum(name, { world });
        const backup = sum("raidkeep_last_backup_timestamp_seconds") ?? 0;
        return (
          <section key={world} className={classes["world"]}>
            <h3>
              {/^\d+$/.test(world) ? texts.shell.worldNumber(Number(world)) : texts.audit.realm}{" "}
              <State value={sum("raidkeep_archive_failing") ? "warning" : "running"} />
            </h3>
            <Facts
              facts={[
                [overview.online, number(sum("raidkeep_players_online") ?? 0)],
                [overview.inMemory, number(sum("raidkeep_players_in_memory") ?? 0)],
                [overview.latency, quantile(texts, moments, REQUEST, { world })],
                [overview.commit, quantile(texts, moments, COMMIT, { world })],
                [overview.disk, bytes(sum("raidkeep_database_bytes") ?? 0)],
                [overview.openOrders, number(sum("raidkeep_orders_open") ?? 0)],
                [overview.reports, number(sum("raidkeep_reports_pending") ?? 0)],
                [
                  overview.backup,
                  backup === 0 ? texts.common.never : texts.common.ago(span(texts, last.at / 1000 - backup)),
                ],
              ]}
            />
          </section>
        );
      })}
    </div>
  );
}

function ServerFacts({ metrics }: { metrics: Metrics }): ReactElement {
  const texts = useTexts();
  const { overview } = texts;
  const build = metrics.samples.find(({ name }) => name === "raidkeep_build_info")?.labels;
  const started = metrics.sum("process_start_time_seconds");
  const rules = useReply("rules_status", {});
  const facts: [string, ReactNode][] = [
    [
      overview.version,
      build === undefined
        ? texts.common.none
        : `${build["version"] ?? ""} · ${build["commit"] ?? ""} · ${build["profile"] ?? ""}`,
    ],
    [overview.uptime, started === undefined ? texts.common.none : span(texts, metrics.at / 1000 - started)],
    [overview.connections, number(metrics.sum("raidkeep_connections") ?? 0)],
    [overview.operators, number(metrics.sum("raidkeep_operator_connections") ?? 0)],
    [overview.rules, rules.data?.fingerprint ?? texts.common.none],
  ];
  return (
    <Card>
      <Facts facts={facts} />
    </Card>
  );
}
