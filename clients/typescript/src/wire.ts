/** A reply, as it comes: a frame with `status`. */
export interface Reply {
  status: number;
  message: string;
  data?: unknown;
  id?: unknown;
  /** The account's count of events, in the first reply of a connection that names the player. */
  n?: number;
}

/** An event, as it comes: a frame without `status`. */
export interface Pushed {
  event: string;
  data: unknown;
  /** The account's count of events; absent from those asked for with `listen`. */
  n?: number;
}

/** A request as it is sent: its envelope, and the arguments, which are JSON already. */
export function requestFrame(envelope: object, data: string): string {
  return `${JSON.stringify(envelope).slice(0, -1)},"data":${data}}`;
}

/** Reads a frame; `undefined` for one that is neither a reply nor an event. */
export function readFrame(text: unknown): Reply | Pushed | undefined {
  let frame: unknown;
  try {
    frame = JSON.parse(String(text));
  } catch {
    return undefined;
  }
  if (typeof frame !== "object" || frame === null) return undefined;
  if ("status" in frame && typeof frame.status === "number") return frame as Reply;
  if ("event" in frame && typeof frame.event === "string") return frame as Pushed;
  return undefined;
}

/** A field of a reply's `data`, if it is there and of this kind. */
export function field(data: unknown, name: string, kind: "number"): number | undefined;
export function field(data: unknown, name: string, kind: "string"): string | undefined;
export function field(data: unknown, name: string, kind: "number" | "string"): unknown {
  if (typeof data !== "object" || data === null) return undefined;
  const value = (data as Record<string, unknown>)[name];
  return typeof value === kind ? value : undefined;
}
