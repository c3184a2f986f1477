import { useComputedColorScheme } from "@mantine/core";
import { type ReactElement, useEffect, useRef } from "react";
import uPlot from "uplot";
import classes from "./chart.module.css";
import { number } from "./format.js";

const HEIGHT = 220;
/** Told apart by people who see colours differently, on light and on dark ground (Okabe and Ito's, darker and lighter). */
const COLOURS = {
  light: ["#0072b2", "#b34700", "#007a58", "#a3467f"],
  dark: ["#56b4e9", "#f0a03c", "#3dd6a5", "#e58fc2"],
} as const;

/** A line of a chart: its name, and a value for each day; null where there is none. */
export interface Series {
  name: string;
  values: readonly (number | null)[];
}

export interface ChartProps {
  /** What it shows, for those who do not see it; the numbers are in a table beside it. */
  label: string;
  /** What a day is called in the legend. */
  dayName: string;
  /** The days, `YYYY-MM-DD` or counted, the earliest first. */
  days: readonly string[] | readonly number[];
  series: readonly Series[];
}

/** Numbers of days as lines. */
export function Chart({ label, dayName, days, series }: ChartProps): ReactElement {
  const place = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme("light");
  useEffect(() => {
    const parent = place.current;
    if (parent === null) return undefined;
    const width = () => Math.max(parent.clientWidth, 200);
    const isCounted = typeof days[0] === "number";
    const data: uPlot.AlignedData = [days.map(placed), ...series.map(({ values }) => [...values])];
    const options = optionsOf(dayName, series, scheme, isCounted);
    const plot = new uPlot({ ...options, width: width(), height: HEIGHT }, data, parent);
    const watcher = new ResizeObserver(() => {
      plot.setSize({ width: width(), height: HEIGHT });
    });
    watcher.observe(parent);
    return () => {
      watcher.disconnect();
      plot.destroy();
    };
  }, [dayName, days, series, scheme]);
  return <div ref={place} className={classes["chart"]} role="figure" aria-label={label} />;
}

/** Its number, or a moment in the middle of a day, in seconds of UTC: days of the game's calendar have no place on local clocks. */
function placed(day: string | number): number {
  return typeof day === "number" ? day : Date.parse(`${day}T12:00:00Z`) / 1000;
}

function optionsOf(
  dayName: string,
  series: readonly Series[],
  scheme: "light" | "dark",
  isCounted: boolean,
): Omit<uPlot.Options, "width" | "height"> {
  const styles = getComputedStyle(document.documentElement);
  const [quiet, rule] = [styles.getPropertyValue("--quiet"), styles.getPropertyValue("--rule")];
  const axis: uPlot.Axis = { stroke: quiet, grid: { stroke: rule, width: 1 }, ticks: { stroke: rule, width: 1 } };
  return {
    tzDate: (moment) => uPlot.tzDate(new Date(moment * 1000), "Etc/UTC"),
    cursor: { y: false },
    scales: { x: { time: !isCounted }, y: { range: (_plot, _least, most) => [0, Math.max(most * 1.08, 1)] } },
    axes: [
      {
        ...axis,
        space: 70,
        incrs: [1, 2, 7, 14, 28].map((count) => (isCounted ? count : count * 86_400)),
        values: (_plot, days) => days.map((day) => (isCounted ? String(day) : dayOf(day).slice(5))),
      },
      {
        ...axis,
        size: 56,
        values: (_plot, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? number(tick) : "")),
      },
    ],
    series: [
      {
        label: dayName,
        value: (_plot, day: number | null) => (day === null ? "—" : isCounted ? String(day) : dayOf(day)),
      },
      ...series.map(({ name }, index) => ({
        label: name,
        stroke: COLOURS[scheme][index % COLOURS[scheme].length] ?? quiet,
        width: 2,
        points: { size: 6 },
        value: (_plot: uPlot, value: number | null) => (value === null ? "—" : number(value)),
      })),
    ],
  };
}

function dayOf(moment: number): string {
  return new Date(moment * 1000).toISOString().slice(0, 10);
}
