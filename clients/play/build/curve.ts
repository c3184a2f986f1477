/**
 * Formulas of the assets in `n`, the number of a stage: whole numbers, `n`, `+ - * / ^` and brackets (docs/sheets.md).
 * The server refuses a formula that is wrong, so that here a wrong one only ends the build.
 */
export function evaluate(formula: string, n: number): number {
  const tokens = formula.match(/\d+|n|[-+*/^()]/g) ?? [];
  let at = 0;
  const fail = (): never => {
    throw new Error(`the page's build does not understand the formula "${formula}"`);
  };
  const take = (...wanted: string[]): string | undefined => {
    const token = tokens[at];
    if (token === undefined || !wanted.includes(token)) return undefined;
    at += 1;
    return token;
  };
  const atom = (): number => {
    if (take("(") !== undefined) {
      const inner = sum();
      return take(")") === undefined ? fail() : inner;
    }
    if (take("-") !== undefined) return -power();
    if (take("n") !== undefined) return n;
    const number = Number(tokens[at] ?? Number.NaN);
    at += 1;
    return Number.isInteger(number) ? number : fail();
  };
  const power = (): number => {
    const base = atom();
    return take("^") === undefined ? base : base ** power();
  };
  const product = (): number => {
    let value = power();
    for (let sign = take("*", "/"); sign !== undefined; sign = take("*", "/")) {
      const other = power();
      value = sign === "*" ? value * other : Math.trunc(value / other);
    }
    return value;
  };
  const sum = (): number => {
    let value = product();
    for (let sign = take("+", "-"); sign !== undefined; sign = take("+", "-")) {
      const other = product();
      value = sign === "+" ? value + other : value - other;
    }
    return value;
  };
  const value = sum();
  return at === tokens.length ? value : fail();
}

/** A number, or a formula's value at a stage. */
export function numberAt(written: number | string, n: number): number {
  return typeof written === "number" ? written : evaluate(written, n);
}

/** An amount `group:id:quantity`, whose quantity may be a formula. */
export function amountAt(written: string, n: number): string {
  const parts = /^(\d+:\d+):(.*)$/.exec(written);
  return parts === null ? written : `${parts[1] ?? ""}:${evaluate(parts[2] ?? "", n)}`;
}

/** A text in which `{..}` holds formulas. */
export function textAt(written: string, n: number): string {
  return written.replace(/\{([^}]*)\}/g, (_, formula: string) => String(evaluate(formula, n)));
}
