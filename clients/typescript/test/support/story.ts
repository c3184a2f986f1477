/** A client and a server that it talks to, in virtual time. */
import { Client } from "../../src/index.js";
import type { CallError, ClientOptions, Gap, State, TabStorage } from "../../src/index.js";
import { FakeServer } from "./fake.js";
import { VirtualRuntime } from "./virtual.js";

/** A storage like that of a tab. */
export function memory(items = new Map<string, string>()): TabStorage & { items: Map<string, string> } {
  return {
    items,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => {
      items.set(key, value);
    },
    removeItem: (key) => {
      items.delete(key);
    },
  };
}

/** How a call has ended so far. */
export interface Watched<T> {
  answer?: T;
  error?: CallError;
  times: number;
}

export class Story {
  readonly runtime: VirtualRuntime;
  readonly server: FakeServer;
  readonly client: Client;
  readonly states: State[] = [];
  readonly gaps: Gap[] = [];

  constructor(options: Partial<ClientOptions> = {}, shared?: { runtime: VirtualRuntime; server: FakeServer }) {
    this.runtime = shared?.runtime ?? new VirtualRuntime();
    this.server = shared?.server ?? new FakeServer(this.runtime);
    this.client = new Client({
      url: "ws://fake",
      ...(options.account === undefined && options.token === undefined ? { guest: "device-1" } : {}),
      socket: this.server.socket,
      storage: memory(),
      runtime: this.runtime,
      ...options,
    } as ClientOptions);
    this.client.onState((state) => this.states.push(state));
    this.client.onGap((gap) => this.gaps.push(gap));
  }

  /** A client that is logged in. */
  static async open(options: Partial<ClientOptions> = {}): Promise<Story> {
    const story = new Story(options);
    await story.connect();
    return story;
  }

  async connect(): Promise<void> {
    const connected = this.watch(this.client.connect());
    await this.runtime.until(() => connected.times > 0, "connected");
    if (connected.error !== undefined) throw connected.error;
  }

  /** Notes how a promise ends. */
  watch<T>(promise: Promise<T>): Watched<T> {
    const watched: Watched<T> = { times: 0 };
    promise.then(
      (answer) => {
        watched.answer = answer;
        watched.times += 1;
      },
      (error: unknown) => {
        watched.error = error as CallError;
        watched.times += 1;
      },
    );
    return watched;
  }

  /** Lets time pass until a call has ended. */
  async ended(...calls: Watched<unknown>[]): Promise<void> {
    await this.runtime.until(() => calls.every((call) => call.times > 0), "every call has ended");
  }

  get stateNames(): string[] {
    return this.states.map((state) => state.name);
  }
}
