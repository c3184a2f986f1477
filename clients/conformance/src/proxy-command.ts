/**
 * The hostile proxy as a command: `npm run -s proxy -- HOST:PORT [PORT]`.
 *
 * It says `{"listening":"127.0.0.1:PORT"}`, reads orders as JSON lines (see `Order` in proxy.ts, and
 * `{"do":"retarget","to":"HOST:PORT"}`), answers each with `{"done":ORDER,"connections":COUNT}` or `{"error":TEXT}`, and ends
 * with its standard input.
 */

import { parseArgs } from "node:util";
import { readJsonLines, say } from "./lines.js";
import { Proxy, type Direction, type Order } from "./proxy.js";

const directions: readonly unknown[] = ["to_server", "to_client"];

function isDirection(value: unknown): value is Direction {
  return directions.includes(value);
}

function count(value: unknown, field: string): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0) {
    return value;
  }
  throw new Error(`${field}: expected a whole number, 0 or more`);
}

/** Reads an order as it comes from outside. */
function readOrder(line: unknown): Order | { do: "retarget"; to: string } {
  const fields: Record<string, unknown> = typeof line === "object" && line !== null ? { ...line } : {};
  const { do: name, direction, milliseconds, bytes, to } = fields;
  switch (name) {
    case "pass":
    case "cut":
    case "refuse":
      return { do: name };
    case "drop":
      return direction === undefined ? { do: name } : { do: name, direction: readDirection(direction) };
    case "delay":
      return { do: name, milliseconds: count(milliseconds, "milliseconds") };
    case "split":
      return { do: name, bytes: count(bytes, "bytes") };
    case "cut_after":
      return { do: name, direction: readDirection(direction), bytes: count(bytes, "bytes") };
    case "retarget":
      if (typeof to === "string") {
        return { do: name, to };
      }
      throw new Error("to: expected HOST:PORT");
    default:
      throw new Error("do: expected pass, cut, refuse, drop, delay, split, cut_after or retarget");
  }
}

function readDirection(value: unknown): Direction {
  if (isDirection(value)) {
    return value;
  }
  throw new Error("direction: expected to_server or to_client");
}

const { positionals } = parseArgs({ allowPositionals: true });
const [target, port = "0"] = positionals;
if (target === undefined) {
  process.stderr.write("usage: proxy HOST:PORT [PORT]\n");
  process.exit(2);
}
const proxy = await Proxy.start(target, Number(port));
say({ listening: proxy.address });
for await (const line of readJsonLines(process.stdin)) {
  try {
    const order = readOrder(line);
    if (order.do === "retarget") {
      proxy.retarget(order.to);
    } else {
      proxy.obey(order);
    }
    say({ done: order, connections: proxy.connections });
  } catch (error) {
    say({ error: error instanceof Error ? error.message : String(error) });
  }
}
await proxy.close();
