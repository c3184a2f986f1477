import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { serverUrl } from "./session.js";

/** One sample of `/metrics`. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** The samples of one moment. */
export class Metrics {
  constructor(
    readonly samples: readonly Sample[],
    /** When they were taken, in milliseconds. */
    readonly at: number,
  ) {}

  /** The sum of a metric over all samples that have these labels; `undefined` if there is none. */
  sum(name: string, labels: Record<string, string> = {}): number | undefined {
    const found = this.samples.filter((sample) => sample.name === name && has(sample, labels));
    return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0);
  }

  /** The values that a label has. */
  values(label: string): string[] {
    return [...new Set(this.samples.flatMap(({ labels }) => labels[label] ?? []))].sort();
  }

  /** The quantile of a histogram since an earlier moment, as its bucket's upper bound. */
  quantile(quantile: number, name: string, labels: Record<string, string>, before?: Metrics): number | undefined {
    const count = (bound: string, of: Metrics | undefined) => of?.sum(`${name}_bucket`, { ...labels, le: bound }) ?? 0;
    const bounds = this.samples
      .filter((sample) => sample.name === `${name}_bucket` && has(sample, labels))
      .map((sample) => sample.labels["le"] ?? "");
    const total = count("+Inf", this) - count("+Inf", before);
    if (total <= 0) return undefined;
    const found = bounds.find((bound) => count(bound, this) - count(bound, before) >= total * quantile);
    return found === undefined || found === "+Inf" ? Infinity : Number(found);
  }
}

function has(sample: Sample, labels: Record<string, string>): boolean {
  return Object.entries(labels).every(([label, value]) => sample.labels[label] === value);
}

/** Reads the text of `/metrics`. */
export function readMetrics(text: string, at: number): Metrics {
  const samples = text.split("\n").flatMap((line) => {
    const found = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (found === null) return [];
    const labels = [...(found[2] ?? "").matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
    return {
      name: found[1] ?? "",
      labels: Object.fromEntries(labels.map(([, label = "", value = ""]) => [label, value.replace(/\\(.)/g, "$1")])),
      value: Number(found[3]),
    };
  });
  return new Metrics(samples, at);
}

const KEPT = 120;

/** The latest moments of `/metrics`, the newest last. */
export function useMetrics(everyMs: number): UseQueryResult<readonly Metrics[]> {
  return useQuery<readonly Metrics[]>({
    queryKey: ["/metrics"],
    queryFn: async ({ signal, client }) => {
      const reply = await fetch(serverUrl("metrics"), { signal });
      if (!reply.ok) throw new Error(`/metrics: ${reply.status}`);
      const earlier = client.getQueryData<readonly Metrics[]>(["/metrics"]) ?? [];
      return [...earlier, readMetrics(await reply.text(), Date.now())].slice(-KEPT);
    },
    refetchInterval: everyMs,
    structuralSharing: false,
  });
}

const WORLDS_EVERY_MS = 5000;

/** The numbers of the worlds that the server says something of. */
export function useWorlds(): number[] {
  const metrics = useMetrics(WORLDS_EVERY_MS).data?.at(-1);
  const named = metrics?.values("world").filter((name) => /^\d+$/.test(name)) ?? [];
  return named.map(Number).sort((one, other) => one - other);
}
