import { type Definitions, type Schema, Schemas } from "./schema.js";

/** A function as `functions` describes it. */
export interface FunctionInfo {
  function: string;
  may_change: boolean;
  arguments: Schema;
  reply: Schema;
  codes: { number: number | null; meaning: string }[];
  /** The right that it needs; absent where the server has no rights. */
  right?: string;
}

/** The reply of `functions`. */
export interface FunctionsTold {
  functions: FunctionInfo[];
  definitions: Definitions;
}

/** What the server can do, and what the operator may do. */
export class Functions {
  readonly schemas: Schemas;
  private readonly byName: ReadonlyMap<string, FunctionInfo>;

  constructor(
    told: FunctionsTold,
    private readonly rights: readonly string[] | undefined,
  ) {
    this.schemas = new Schemas(told.definitions);
    this.byName = new Map(told.functions.map((info) => [info.function, info]));
  }

  /** All, by name. */
  all(): FunctionInfo[] {
    return [...this.byName.values()];
  }

  find(name: string): FunctionInfo | undefined {
    return this.byName.get(name);
  }

  has(name: string): boolean {
    return this.byName.has(name);
  }

  /** Whether the operator has the right to it. */
  may(name: string): boolean {
    const right = this.byName.get(name)?.right;
    return right === undefined || this.rights === undefined || this.rights.includes(right);
  }

  /** What the server's types say about it. */
  about(name: string): string {
    const info = this.byName.get(name);
    return info === undefined ? "" : (this.schemas.resolved(info.arguments).description ?? "");
  }
}
