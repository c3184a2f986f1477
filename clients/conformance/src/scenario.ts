/** Scenarios: what a client is told to do, what a server sees of it and answers, and what the client must say. */

/** JSON as it comes. */
export type Json = null | boolean | number | string | Json[] | { [field: string]: Json };
/** A JSON object. */
export type Fields = Record<string, Json>;

/** One step. Steps are taken one after the other; each waits for what it names. */
export type Step =
  /** An order to the client (see README.md). `url` is added to `connect`. */
  | { do: Fields }
  /** A connection comes that was not waited for before. */
  | { opened: { subprotocol?: string } }
  /**
   * The next request of a function of the game has these fields. It is answered with `reply`, or not at all.
   * `no_sooner_than_milliseconds` counts from the server's last answer.
   */
  | { request: Fields; reply?: Fields; no_sooner_than_milliseconds?: number }
  /** From now on every token that was given so far is answered so. */
  | { tokens: Fields }
  /** From now on log-ins are answered so; with `null` they succeed again. */
  | { logins: Fields | null }
  /** The server sends this. `n` in it is the count of the account's events from now on. */
  | { push: Fields }
  /** So many events of the account happen that do not reach the client. */
  | { missed_events: number }
  /** The connection is reset, is closed with a code, or goes on without a sign of life. */
  | { cut: "reset" | "silent" | number }
  /** The client says this. What it says meanwhile is left for later steps. */
  | { told: Fields }
  /** Nothing of this kind was said until now. */
  | { never_told: Fields }
  /** For so long nobody connects and nothing is asked. */
  | { quiet_milliseconds: number }
  /** The keys of these names belong to one series, and their numbers rise. */
  | { rising: string[] };

/** A scenario of `exchanges/`. */
export interface Scenario {
  /** What holds, as a sentence. */
  name: string;
  /** Where the rule is written. */
  rule: string;
  steps: Step[];
}

/**
 * Compares what came with what was expected: every field that is expected must be there, `null` means that it must not.
 * `$name` stands for any text, the same one each time. Returns what is wrong, or nothing.
 */
export function difference(
  expected: Json,
  found: Json | undefined,
  names: Map<string, string>,
  path = "",
): string | undefined {
  const at = path === "" ? "it" : path;
  if (expected === null) {
    return found === undefined || found === null
      ? undefined
      : `${at}: expected nothing, found ${JSON.stringify(found)}`;
  }
  if (typeof expected === "string" && expected.startsWith("$")) {
    return bind(expected, found, names, at);
  }
  if (typeof expected === "object" && !Array.isArray(expected)) {
    const fields = typeof found === "object" && found !== null && !Array.isArray(found) ? found : {};
    for (const [field, value] of Object.entries(expected)) {
      const wrong = difference(value, fields[field], names, path === "" ? field : `${path}.${field}`);
      if (wrong !== undefined) {
        return wrong;
      }
    }
    return undefined;
  }
  return JSON.stringify(expected) === JSON.stringify(found)
    ? undefined
    : `${at}: expected ${JSON.stringify(expected)}, found ${shown(found)}`;
}

function bind(name: string, found: Json | undefined, names: Map<string, string>, at: string): string | undefined {
  if (typeof found !== "string") {
    return `${at}: expected a text, found ${shown(found)}`;
  }
  const known = names.get(name);
  if (known !== undefined && known !== found) {
    return `${at}: expected ${known} again (${name}), found ${found}`;
  }
  names.set(name, found);
  return undefined;
}

function shown(found: Json | undefined): string {
  return found === undefined ? "nothing" : JSON.stringify(found);
}

/** `{"$seconds_from_now": 1}` becomes that moment in unix seconds. */
export function filled(value: Json, nowMilliseconds: number): Json {
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map((item) => filled(item, nowMilliseconds));
  }
  const { $seconds_from_now: seconds } = value;
  if (typeof seconds === "number") {
    return Math.ceil(nowMilliseconds / 1000) + seconds;
  }
  return Object.fromEntries(Object.entries(value).map(([field, item]) => [field, filled(item, nowMilliseconds)]));
}
