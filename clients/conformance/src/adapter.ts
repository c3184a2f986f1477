/** A client under test: a program that takes orders and reports as JSON lines (see README.md). */

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readJsonLines } from "./lines.js";
import type { Fields } from "./scenario.js";

/** The client's program. */
export class Adapter {
  /** What it has said, in order, without what steps have used up. */
  readonly told: Fields[] = [];
  /** All ends of calls, by `ref`. */
  readonly ends = new Map<string, Fields[]>();
  /** Why its output could not be read. */
  mistake: string | undefined;
  private isStopping = false;
  private readonly process: ChildProcess;

  constructor(command: readonly string[]) {
    const [program = "", ...args] = command;
    this.process = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.process.on("error", (error) => {
      this.mistake = error.message;
    });
    this.process.on("exit", (code, signal) => {
      if (!this.isStopping) {
        this.mistake ??= `the adapter ended with ${code ?? signal}`;
      }
    });
    // Its end is noticed above.
    this.process.stdin?.on("error", () => undefined);
    void this.read();
  }

  /** Gives an order. */
  tell(order: Fields): void {
    this.isStopping ||= order["do"] === "close";
    this.process.stdin?.write(`${JSON.stringify(order)}\n`);
  }

  /** Ends it; returns its exit code, or `null` if it had to be killed. */
  async stop(patienceMilliseconds: number): Promise<number | null> {
    this.isStopping = true;
    this.process.stdin?.end();
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const timer = setTimeout(() => this.process.kill("SIGKILL"), patienceMilliseconds);
      await once(this.process, "exit");
      clearTimeout(timer);
    }
    return this.process.exitCode;
  }

  private async read(): Promise<void> {
    if (this.process.stdout === null) {
      return;
    }
    try {
      for await (const line of readJsonLines(this.process.stdout)) {
        const fields = line as Fields;
        this.told.push(fields);
        if (fields["ended"] !== undefined) {
          const ref = JSON.stringify(fields["ref"]);
          this.ends.set(ref, [...(this.ends.get(ref) ?? []), fields]);
        }
      }
    } catch (error) {
      this.mistake = error instanceof Error ? error.message : String(error);
    }
  }
}
