/** JSON lines over the streams of a process, which programs in any language can read and write. */

import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** Every line of a stream as JSON. Throws with the line at the first that is none. */
export async function* readJsonLines(stream: Readable): AsyncGenerator {
  for await (const line of createInterface({ input: stream })) {
    if (line.trim() !== "") {
      yield parse(line);
    }
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new Error(`expected a line of JSON, found: ${line}`);
  }
}

/** Writes a line to standard output. */
export function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
