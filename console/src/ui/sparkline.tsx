import type { ReactElement } from "react";
import classes from "./sparkline.module.css";

const WIDTH = 100;
const HEIGHT = 24;

/** The shape of the latest values; what they are stands beside it. */
export function Sparkline({ values }: { values: readonly number[] }): ReactElement {
  const most = Math.max(...values, 1);
  const step = WIDTH / Math.max(values.length - 1, 1);
  const points = values.map(
    (value, index) => `${(index * step).toFixed(1)},${(HEIGHT - (value / most) * (HEIGHT - 2) - 1).toFixed(1)}`,
  );
  return (
    <svg className={classes["line"]} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden>
      <polyline points={points.join(" ")} />
    </svg>
  );
}
