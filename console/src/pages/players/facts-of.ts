/** An item and how many of it, such as `3:1:500`. */
const AMOUNT = /^(\d+:\d+):(-?\d+)$/;

/** One value of a player at three times: before, after, now. */
export interface Fact {
  /** Names from the part down, joined by dots. */
  path: string;
  /** As text; a dash where there is none. */
  values: readonly string[];
  /** Whether the first two differ. */
  isChanged: boolean;
  /** Whether the last differs from the one before. */
  isChangedSince: boolean;
}

/** The single values in something, by their paths. In a list of amounts each item has a path of its own. */
export function flattened(value: unknown, path = ""): Map<string, string> {
  const found = new Map<string, string>();
  const below = (name: string) => (path === "" ? name : `${path}.${name}`);
  if (Array.isArray(value)) {
    const amounts = value.map((element) => (typeof element === "string" ? AMOUNT.exec(element) : null));
    if (value.length > 0 && amounts.every((amount) => amount !== null)) {
      for (const amount of amounts) found.set(below(amount[1] ?? ""), amount[2] ?? "");
    } else if (value.length > 0) {
      found.set(path, JSON.stringify(value));
    }
  } else if (typeof value === "object" && value !== null) {
    for (const [name, part] of Object.entries(value)) {
      for (const [where, what] of flattened(part, below(name))) found.set(where, what);
    }
  } else if (value !== null && value !== undefined) {
    found.set(path, typeof value === "string" ? value : JSON.stringify(value));
  }
  return found;
}

/** What the parts of these names say, in the order of the paths. */
export function factsOf(times: readonly Map<string, string>[], parts: readonly string[]): Fact[] {
  const paths = new Set(times.flatMap((time) => [...time.keys()]));
  const wanted = [...paths].filter((path) => parts.includes(path.split(".")[0] ?? ""));
  return wanted.map((path) => {
    const values = times.map((time) => time.get(path) ?? "—");
    const [before, after, now] = values;
    return { path, values, isChanged: before !== after, isChangedSince: after !== now };
  });
}
