import { type Definitions, type Schema, Schemas } from "./schema.js";

/** A function as `functions` describes it. */
export interface FunctionInfo {
  function: string;
  may_change: boolean;
  /** Whether `try` can show beforehand what a call would change. */
  can_be_tried: boolean;
  arguments: Schema;
  reply: Schema;
  codes: { number: number | null; meaning: string }[];
  /** The right that a role must have to call it. */
  right: string;
  /** Whether the realm answers it, and no world. */
  in_realm: boolean;
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

  /** What the worlds tell, and what the realm tells. A function that both have is the worlds'. */
  constructor(
    ofWorlds: FunctionsTold,
    ofRealm: FunctionsTold,
    private readonly rights: readonly string[],
  ) {
    const realm = renamed(ofRealm);
    this.schemas = new Schemas({ ...ofWorlds.definitions, ...realm.definitions });
    const infos = [...realm.functions, ...ofWorlds.functions].map((info) => [info.function, info] as const);
    this.byName = new Map(infos.sort(([one], [other]) => one.localeCompare(other)));
  }

  /** All, by name. */
  all(): FunctionInfo[] {
    return [...this.byName.values()];
  }

  /** Those that the operator has the right to, by name. */
  allowed(): FunctionInfo[] {
    return this.all().filter((info) => this.may(info.function));
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
    return right !== undefined && this.rights.includes(right);
  }

  /** What the server's types say about it. */
  about(name: string): string {
    const info = this.byName.get(name);
    return info === undefined ? "" : (this.schemas.resolved(info.arguments).description ?? "");
  }
}

/** The same with definitions of other names: a type of the realm may have the name of a world's. */
function renamed(told: FunctionsTold): FunctionsTold {
  const text = JSON.stringify(told).replaceAll('"#/definitions/', '"#/definitions/realm-');
  const { functions, definitions } = JSON.parse(text) as FunctionsTold;
  const kinds = Object.entries(definitions).map(([kind, types]) => [`realm-${kind}`, types] as const);
  return { functions, definitions: Object.fromEntries(kinds) };
}
