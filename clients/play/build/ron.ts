/** A value of a RON file: what the assets use of the format, which is all but raw strings and byte strings. */
export type Ron = string | number | boolean | null | Ron[] | { [key: string]: Ron };

/** Reads a RON document. Structs and maps become objects, tuples arrays; `Name(..)` keeps its name in the field `kind`. */
export function parseRon(text: string, file: string): Ron {
  const reader = new Reader(text, file);
  const value = reader.value();
  reader.end();
  return value;
}

class Reader {
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly file: string,
  ) {}

  value(): Ron {
    this.skip();
    const next = this.text[this.at];
    if (next === '"') return this.string();
    if (next === "[") return this.sequence("]");
    if (next === "{") return this.map();
    if (next === "(") return this.group();
    const number = this.match(/[+-]?\d[\d_]*(\.\d+)?([eE][+-]?\d+)?/y);
    if (number !== undefined) return Number(number.replaceAll("_", ""));
    return this.named();
  }

  end(): void {
    this.skip();
    if (this.at < this.text.length) this.fail("the end of the file");
  }

  private named(): Ron {
    const name = this.match(/[A-Za-z_]\w*/y) ?? this.fail("a value");
    if (name === "true" || name === "false") return name === "true";
    if (name === "None") return null;
    this.skip();
    if (this.text[this.at] !== "(") return name;
    const inner = this.group();
    if (name === "Some") return Array.isArray(inner) ? (inner[0] ?? null) : inner;
    if (Array.isArray(inner)) return { kind: name, values: inner };
    return typeof inner === "object" && inner !== null ? { kind: name, ...inner } : { kind: name, value: inner };
  }

  /** A struct, `(a: 1)`, or a tuple, `(1, 2)`. */
  private group(): Ron {
    const start = this.at;
    this.expect("(");
    this.skip();
    const isStruct = /[A-Za-z_]\w*\s*:/y;
    isStruct.lastIndex = this.at;
    if (!isStruct.test(this.text)) {
      this.at = start;
      return this.sequence(")");
    }
    const fields: Record<string, Ron> = {};
    while (!this.take(")")) {
      const key = this.match(/[A-Za-z_]\w*/y) ?? this.fail("a field");
      this.expect(":");
      fields[key] = this.value();
      this.separator(")");
    }
    return fields;
  }

  private map(): Ron {
    this.expect("{");
    const entries: Record<string, Ron> = {};
    while (!this.take("}")) {
      const key = this.value();
      if (typeof key !== "string" && typeof key !== "number") this.fail("a key");
      this.expect(":");
      entries[String(key)] = this.value();
      this.separator("}");
    }
    return entries;
  }

  private sequence(close: string): Ron[] {
    this.at += 1;
    const values: Ron[] = [];
    while (!this.take(close)) {
      values.push(this.value());
      this.separator(close);
    }
    return values;
  }

  private string(): string {
    const quoted = this.match(/"(?:[^"\\]|\\.)*"/sy) ?? this.fail("the end of a string");
    return JSON.parse(quoted.replace(/\\\n\s*/g, "").replaceAll("\n", "\\n")) as string;
  }

  private separator(close: string): void {
    this.skip();
    if (this.text[this.at] === ",") this.at += 1;
    else if (this.text[this.at] !== close) this.fail(`"," or "${close}"`);
    this.skip();
  }

  private take(sign: string): boolean {
    this.skip();
    if (this.text[this.at] !== sign) return false;
    this.at += 1;
    return true;
  }

  private expect(sign: string): void {
    if (!this.take(sign)) this.fail(`"${sign}"`);
  }

  private skip(): void {
    this.match(/(?:\s+|\/\/[^\n]*|\/\*.*?\*\/)+/sy);
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    this.at += found?.length ?? 0;
    return found;
  }

  private fail(expected: string): never {
    const line = this.text.slice(0, this.at).split("\n").length;
    throw new Error(`${this.file}:${line}: expected ${expected}`);
  }
}
