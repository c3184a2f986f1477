import type { BackoffOptions } from "./backoff.js";
import type { CallLimits } from "./calls.js";
import type { EnergyPace } from "./energy.js";
import type { LivenessOptions } from "./line.js";
import { platform, platformSocket, platformStorage } from "./runtime.js";
import type { Runtime, SocketFactory, TabStorage } from "./runtime.js";
import type { Identity } from "./types.js";

/** How a client is made. Only `url` and who plays are needed. */
export type ClientOptions = Identity & {
  /** The server, such as `wss://play.example.org/ws`. */
  url: string;
  /** The number of the world; 0 if left out. */
  world?: number;
  /** Name of this program, told to the server with the log-in. */
  name?: string;
  /** Version of this program; a server may refuse old ones. */
  version?: string;
  /** Opens WebSockets where the platform has none of its own. */
  socket?: SocketFactory;
  /** Where the token and the series of keys outlive a reload; `sessionStorage` if there is one. */
  storage?: TabStorage;
  /** Clock, timers, chance and wake-ups of the platform. */
  runtime?: Partial<Runtime>;
  /** Pauses between attempts to connect; 500 ms, doubling up to 20 s. */
  backoff?: Partial<BackoffOptions>;
  /** How a dead line is found: after 15 s of silence it is probed, with 20 s of patience. */
  liveness?: Partial<LivenessOptions>;
  /** Rules of energy, where they are not the shipped ones. */
  energy?: Partial<EnergyPace>;
  /** Milliseconds after which a call fails that says nothing else; two minutes. `Infinity` = never. */
  timeoutMs?: number;
} & Partial<CallLimits>;

/** The options with everything filled in. */
export interface Settings extends CallLimits {
  identity: Identity;
  url: string;
  world: number;
  client: { name?: string; version?: string };
  socket: SocketFactory;
  storage: TabStorage;
  runtime: Runtime;
  backoff: BackoffOptions;
  liveness: LivenessOptions;
  energy: EnergyPace;
  timeoutMs: number;
}

/** Fills in the defaults. */
export function settings(options: ClientOptions): Settings {
  const { name, version } = options;
  return {
    identity: options,
    url: options.url,
    world: options.world ?? 0,
    client: { ...(name === undefined ? {} : { name }), ...(version === undefined ? {} : { version }) },
    socket: options.socket ?? platformSocket,
    storage: options.storage ?? platformStorage(),
    runtime: completed(options.runtime ?? {}),
    backoff: filled({ firstMs: 500, mostMs: 20_000 }, options.backoff),
    liveness: filled({ quietMs: 15_000, patienceMs: 20_000, openMs: 10_000 }, options.liveness),
    energy: filled({ maximum: 120, secondsPerPoint: 360 }, options.energy),
    timeoutMs: options.timeoutMs ?? 120_000,
    maxOpenCalls: options.maxOpenCalls ?? 1_000,
    maxInFlight: options.maxInFlight ?? 32,
  };
}

/** The defaults, with what was given in their place; `undefined` is nothing. */
function filled<T extends object>(defaults: T, given: Partial<T> = {}): T {
  const said = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...(Object.fromEntries(said) as Partial<T>) };
}

/** The platform, with what was given in its place; that may be an object of a class. */
function completed(given: Partial<Runtime>): Runtime {
  return {
    now: () => (given.now ? given.now() : platform.now()),
    after: (ms, action) => (given.after ? given.after(ms, action) : platform.after(ms, action)),
    random: () => (given.random ? given.random() : platform.random()),
    onWake: (listener) => (given.onWake ? given.onWake(listener) : platform.onWake(listener)),
    onLeave: (listener) => (given.onLeave ? given.onLeave(listener) : platform.onLeave(listener)),
  };
}
