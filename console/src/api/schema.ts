/** A JSON Schema, as far as the server writes them. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  default?: unknown;
  enum?: unknown[];
  const?: unknown;
  format?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  unit?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema | boolean;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
}

/** What schemas refer to, by the kinds of their types: `arguments` and `replies`. */
export type Definitions = Record<string, Record<string, Schema>>;

/** What a field of a form is. */
export type FieldKind =
  | "text"
  | "secret"
  | "integer"
  | "number"
  | "boolean"
  | "choice"
  | "moment"
  | "player"
  | "texts"
  | "integers"
  | "group"
  | "json";

/** A field of a form, made from a schema. */
export interface Field {
  name: string;
  kind: FieldKind;
  isRequired: boolean;
  description: string;
  choices: string[];
  minimum: number | undefined;
  maximum: number | undefined;
  maxLength: number | undefined;
  unit: string | undefined;
  fallback: unknown;
  /** Those of a group. */
  fields: Field[];
}

const SECRETS = /password|secret|^totp$|^token$/;
const MOMENTS = /(^|_)(at|until)$/;

/** Schemas with what they refer to put in. */
export class Schemas {
  constructor(private readonly definitions: Definitions) {}

  /** The schema itself, without references, and without the `null` of what may be missing. */
  resolved(schema: Schema | undefined): Schema {
    if (schema === undefined) return {};
    const found = schema.$ref === undefined ? schema : { ...this.named(schema.$ref), ...withoutRef(schema) };
    const whole = found.allOf?.length === 1 ? { ...this.resolved(found.allOf[0]), ...without(found, "allOf") } : found;
    const options = whole.anyOf?.filter((option) => option.type !== "null");
    const only = options?.length === 1 ? options[0] : undefined;
    if (only !== undefined) return { ...this.resolved(only), ...without(whole, "anyOf") };
    if (Array.isArray(whole.type)) {
      const types = whole.type.filter((type) => type !== "null");
      const [type] = types;
      if (types.length === 1 && type !== undefined) return { ...whole, type };
    }
    return whole;
  }

  /** The schema of the elements of a list. */
  elements(schema: Schema): Schema {
    return this.resolved(typeof schema.items === "object" ? schema.items : undefined);
  }

  /** The fields of an object, those of all its variants if it has several. */
  properties(schema: Schema): Record<string, Schema> {
    const whole = this.resolved(schema);
    const parts = [...(whole.allOf ?? []), ...(whole.oneOf ?? []), ...(whole.anyOf ?? [])];
    return Object.assign({}, ...parts.map((part) => this.properties(part)), whole.properties) as Record<string, Schema>;
  }

  /** The form of a function's arguments. */
  fields(schema: Schema): Field[] {
    const required = new Set(this.resolved(schema).required ?? []);
    const order = signature(this.resolved(schema).description ?? "");
    const place = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
    const fields = Object.entries(this.properties(schema))
      .sort(([one], [other]) => place(one) - place(other))
      .map(([name, property]) => this.field(name, property, required.has(name)));
    return [...fields.filter((field) => field.isRequired), ...fields.filter((field) => !field.isRequired)];
  }

  private field(name: string, property: Schema, isRequired: boolean): Field {
    const schema = this.resolved(property);
    const choices = choicesOf(schema);
    const kind = choices.length > 0 ? "choice" : this.kindOf(name, schema);
    return {
      name,
      kind,
      isRequired,
      description: property.description ?? schema.description ?? "",
      choices,
      minimum: schema.minimum,
      maximum: schema.maximum,
      maxLength: schema.maxLength,
      unit: schema.unit,
      fallback: property.default,
      fields: kind === "group" ? this.fields(schema) : [],
    };
  }

  private kindOf(name: string, schema: Schema): FieldKind {
    if (SECRETS.test(name)) return "secret";
    if (isInteger(schema)) {
      if (name === "player") return "player";
      return isMoment(name, schema) ? "moment" : "integer";
    }
    if (schema.type === "number") return "number";
    if (schema.type === "boolean") return "boolean";
    if (schema.type === "string") return "text";
    if (schema.type === "array") {
      const elements = this.elements(schema).type;
      return elements === "string" ? "texts" : elements === "integer" ? "integers" : "json";
    }
    const isPlain = schema.properties !== undefined && schema.oneOf === undefined && schema.anyOf === undefined;
    return isPlain ? "group" : "json";
  }

  private named(reference: string): Schema {
    const [kind = "", name = ""] = reference.split("/").slice(-2);
    return this.resolved(this.definitions[kind]?.[name]);
  }
}

/** The names of arguments in the order in which a type's comment begins with them, "`f {player, until?, reason}`: ..". */
function signature(comment: string): string[] {
  return /^`\w+ \{([^}]*)\}`/.exec(comment)?.[1]?.match(/\w+/g) ?? [];
}

/** Whether a number is a moment, in unix seconds. */
export function isMoment(name: string, schema: Schema): boolean {
  const isSaid = /unix seconds/i.test(schema.description ?? "");
  return isSaid || (MOMENTS.test(name) && schema.unit === undefined);
}

/** The values of an enumeration. */
export function choicesOf(schema: Schema): string[] {
  const values = schema.enum ?? schema.oneOf?.map((option) => option.const) ?? [];
  return values.every((value) => typeof value === "string") ? values : [];
}

/** Whether it is an integer, also one that may be sent as text. */
function isInteger(schema: Schema): boolean {
  return (
    schema.type === "integer" || (Array.isArray(schema.type) && schema.type.includes("integer")) || isLenient(schema)
  );
}

function isLenient(schema: Schema): boolean {
  return [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].some((option) => option.type === "integer");
}

function withoutRef(schema: Schema): Schema {
  return without(schema, "$ref");
}

function without(schema: Schema, key: keyof Schema): Schema {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== key));
}
