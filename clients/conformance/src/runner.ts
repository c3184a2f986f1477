/** Plays a scenario between a client and a fake server. */

import { setTimeout as wait } from "node:timers/promises";
import { Adapter } from "./adapter.js";
import { FakeServer } from "./fake-server.js";
import { difference, filled, type Fields, type Scenario, type Step } from "./scenario.js";

/** How long a step may wait for what it names. Generous, since a machine may be busy. */
const patienceMilliseconds = 20_000;
const lookMilliseconds = 5;
/** Timers may fire this much early. */
const timerMilliseconds = 5;

class Broken extends Error {}

/** Plays it; returns what went wrong, or nothing. */
export async function play(scenario: Scenario, command: readonly string[]): Promise<string | undefined> {
  const server = await FakeServer.start();
  const adapter = new Adapter(command);
  const run = new Run(server, adapter);
  try {
    for (const [number, step] of scenario.steps.entries()) {
      try {
        await run.take(step);
      } catch (error) {
        if (error instanceof Broken) {
          return `step ${number + 1} ${JSON.stringify(step)}: ${error.message}`;
        }
        throw error;
      }
    }
    adapter.tell({ do: "close" });
    const code = await adapter.stop(patienceMilliseconds);
    return run.leftOver() ?? (code === 0 ? undefined : `it ends with ${code ?? "a kill"} after close; expected 0`);
  } finally {
    await adapter.stop(0);
    await server.close();
  }
}

class Run {
  private readonly names = new Map<string, string>();

  constructor(
    private readonly server: FakeServer,
    private readonly adapter: Adapter,
  ) {}

  async take(step: Step): Promise<void> {
    if ("do" in step) {
      this.order(step.do);
    } else if ("opened" in step) {
      await this.connection(step.opened.subprotocol);
    } else if ("request" in step) {
      await this.request(step.request, step.reply, step.no_sooner_than_milliseconds ?? 0);
    } else if ("told" in step) {
      await this.told(step.told);
    } else if ("quiet_milliseconds" in step) {
      await this.quiet(step.quiet_milliseconds);
    } else if ("rising" in step) {
      this.rising(step.rising);
    } else if ("never_told" in step) {
      this.neverTold(step.never_told);
    } else {
      this.serve(step);
    }
  }

  /** What holds at the end of every scenario. */
  leftOver(): string | undefined {
    const twice = [...this.adapter.ends].find(([, ends]) => ends.length > 1);
    if (twice !== undefined) {
      return `call ${twice[0]} ended more than once: ${JSON.stringify(twice[1])}`;
    }
    const [complaint] = this.server.complaints;
    const [asked] = this.server.asked;
    return (
      this.adapter.mistake ??
      complaint ??
      (asked === undefined ? undefined : `a request that nobody expects: ${JSON.stringify(asked.fields)}`)
    );
  }

  private order(order: Fields): void {
    if (typeof order["token"] === "string") {
      this.server.allow(order["token"]);
    }
    this.adapter.tell(order["do"] === "connect" ? { ...order, url: this.server.url } : order);
  }

  private serve(step: Step): void {
    if ("tokens" in step) {
      this.server.answerTokens(step.tokens);
    } else if ("logins" in step) {
      this.server.answerLogins(step.logins);
    } else if ("push" in step) {
      this.server.push(step.push);
    } else if ("missed_events" in step) {
      this.server.miss(step.missed_events);
    } else if ("cut" in step) {
      this.server.cut(step.cut);
    }
  }

  private async connection(subprotocol: string | undefined): Promise<void> {
    const offered = await this.until("a connection", () => this.server.opened.shift());
    if (subprotocol !== undefined && !offered.includes(subprotocol)) {
      throw new Broken(`the connection offers no subprotocol ${subprotocol}`);
    }
  }

  private async request(expected: Fields, reply: Fields | undefined, waits: number): Promise<void> {
    const asked = await this.until("a request", () => this.server.asked.shift());
    const sooner = waits - (performance.now() - this.server.answeredMilliseconds);
    const wrong = difference(expected, asked.fields, this.names);
    if (wrong !== undefined) {
      throw new Broken(`another request came, ${JSON.stringify(asked.fields)}: ${wrong}`);
    }
    if (waits > 0 && sooner > timerMilliseconds) {
      throw new Broken(`it came ${sooner} ms too soon`);
    }
    if (reply !== undefined) {
      asked.answer(filled(reply, Date.now()) as Fields);
    }
  }

  private async told(expected: Fields): Promise<void> {
    await this.until(`the client to say ${JSON.stringify(expected)}; it has said ${this.said()}`, () => {
      const place = this.adapter.told.findIndex(
        (told) => difference(expected, told, new Map(this.names)) === undefined,
      );
      return place < 0 ? undefined : this.adapter.told.splice(place, 1);
    });
  }

  private neverTold(unexpected: Fields): void {
    const told = this.adapter.told.find((told) => difference(unexpected, told, new Map(this.names)) === undefined);
    if (told !== undefined) {
      throw new Broken(`the client said ${JSON.stringify(told)}`);
    }
  }

  private async quiet(milliseconds: number): Promise<void> {
    const before = this.server.signs;
    await wait(milliseconds);
    const signs = this.server.signs - before;
    if (signs > 0) {
      throw new Broken(`${signs} connections or requests came`);
    }
  }

  private rising(names: readonly string[]): void {
    const keys = names.map((name) => this.names.get(name) ?? "");
    const numbers = keys.map((key) => Number(/^.*#(\d+)$/.exec(key)?.[1] ?? NaN));
    const series = new Set(keys.map((key) => key.replace(/#\d+$/, "")));
    const isRising = numbers.every((number, at) => at === 0 || number > (numbers[at - 1] ?? Infinity));
    if (series.size !== 1 || !isRising || numbers.some(Number.isNaN)) {
      throw new Broken(`the keys are ${keys.join(", ")}; expected SERIES#NUMBER, one series, rising numbers`);
    }
  }

  private said(): string {
    return this.adapter.told.map((told) => JSON.stringify(told)).join(" ") || "nothing";
  }

  private async until<Found>(what: string, look: () => Found | undefined): Promise<Found> {
    const began = performance.now();
    for (;;) {
      const found = look();
      if (found !== undefined) {
        return found;
      }
      if (this.adapter.mistake !== undefined) {
        throw new Broken(this.adapter.mistake);
      }
      if (performance.now() - began > patienceMilliseconds) {
        throw new Broken(`waited ${patienceMilliseconds / 1000} s for ${what}; the client has said ${this.said()}`);
      }
      await wait(lookMilliseconds);
    }
  }
}
