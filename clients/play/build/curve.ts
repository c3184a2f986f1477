/**
 * Formulas of the assets in `n`, the number of a stage (docs/sheets.md#curves).
 *
 * The server evaluates them too, but this build cannot ask it: the program contains what is built here. Both are tested
 * with the same table, crates/engine/src/rules/curve/cases.json.
 */
const CHARS_MAX = 200;
const DEPTH_MAX = 32;
const HIGHEST = 2n ** 63n - 1n;
const LOWEST = -HIGHEST - 1n;

/** The value of a formula at an `n`. Every step is exact in 64 bits; whatever has no value is an error. */
export function evaluate(formula: string, n: number): bigint {
  if (Array.from(formula).length > CHARS_MAX) throw new Error(`the formula "${formula}" is too long`);
  return new Evaluation(formula, BigInt(n)).whole();
}

class Evaluation {
  private at = 0;
  private depth = 0;

  constructor(
    private readonly text: string,
    private readonly n: bigint,
  ) {}

  whole(): bigint {
    const value = this.sum();
    return this.peek() === "" ? value : this.fail();
  }

  private fail(): never {
    throw new Error(`the formula "${this.text}" cannot be read at ${this.at}, or has no value at n = ${this.n}`);
  }

  private exact(value: bigint): bigint {
    return value >= LOWEST && value <= HIGHEST ? value : this.fail();
  }

  /** The next character that is no blank; empty at the end. */
  private peek(): string {
    while (/\s/.test(this.text.charAt(this.at))) this.at += 1;
    return this.text.charAt(this.at);
  }

  private take(wanted: string): boolean {
    const found = this.peek() === wanted;
    if (found) this.at += 1;
    return found;
  }

  private sum(): bigint {
    let value = this.product();
    for (;;) {
      if (this.take("+")) value = this.exact(value + this.product());
      else if (this.take("-")) value = this.exact(value - this.product());
      else return value;
    }
  }

  private product(): bigint {
    let value = this.sign();
    for (;;) {
      if (this.take("*")) value = this.exact(value * this.sign());
      else if (this.take("/")) value = this.down(value, this.sign());
      else if (this.take("%")) {
        const divisor = this.sign();
        value = this.exact(value - this.exact(this.down(value, divisor) * divisor));
      } else return value;
    }
  }

  /** Divides and rounds down. */
  private down(left: bigint, right: bigint): bigint {
    if (right === 0n) return this.fail();
    const isBelow = left % right !== 0n && left < 0n !== right < 0n;
    return this.exact(left / right - (isBelow ? 1n : 0n));
  }

  private sign(): bigint {
    const isNegative = this.take("-");
    const base = this.value();
    const value = this.take("^") ? this.power(base, this.value()) : base;
    return isNegative ? this.exact(-value) : value;
  }

  private power(base: bigint, exponent: bigint): bigint {
    if (exponent < 0n || exponent >= 2n ** 32n) return this.fail();
    const isSmall = base >= -1n && base <= 1n;
    // 64 is even, so that it stands for every even exponent of -1.
    if (isSmall) return base ** (exponent > 64n ? 64n + (exponent % 2n) : exponent);
    return exponent > 63n ? this.fail() : this.exact(base ** exponent);
  }

  private value(): bigint {
    this.depth += 1;
    if (this.depth > DEPTH_MAX) return this.fail();
    const value = this.valueWithin();
    this.depth -= 1;
    return value;
  }

  private valueWithin(): bigint {
    if (this.take("(")) {
      const inner = this.sum();
      return this.take(")") ? inner : this.fail();
    }
    this.peek();
    const word = /^[\p{L}\p{N}_]+/u.exec(this.text.slice(this.at))?.[0] ?? "";
    const isNumber = /^[0-9][0-9_]*$/.test(word);
    if (word !== "n" && word !== "min" && word !== "max" && !isNumber) return this.fail();
    this.at += word.length;
    if (word === "n") return this.n;
    if (isNumber) return this.exact(BigInt(word.replaceAll("_", "")));
    const values = this.arguments();
    return values.reduce((best, value) => ((word === "min") === value < best ? value : best));
  }

  private arguments(): bigint[] {
    if (!this.take("(")) return this.fail();
    const values = [this.sum()];
    while (!this.take(")")) {
      if (!this.take(",")) return this.fail();
      values.push(this.sum());
    }
    return values;
  }
}

/** A number, or a formula's value at a stage. */
export function numberAt(written: number | string, n: number): number {
  return typeof written === "number" ? written : Number(evaluate(written, n));
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
