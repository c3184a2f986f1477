import type { Events } from "./api.gen.js";
import { OpenCall } from "./calls.js";
import { Connection } from "./connection.js";
import { Emitter } from "./emitter.js";
import { EnergyMeter } from "./energy.js";
import type { Energy } from "./energy.js";
import { settings } from "./settings.js";
import type { ClientOptions, Settings } from "./settings.js";
import type { Gap, State } from "./state.js";
import { ServerClock } from "./time.js";
import type { AnswerOf, CallArguments, CallOptions, EventName, FunctionName, RequestOf } from "./types.js";
import { verdict } from "./verdict.js";
import type { Arena } from "./verdict.js";

/** What the client itself tells. */
interface Notices {
  state: State;
  gap: Gap;
}

/**
 * A player's connection to a server. It logs in, stays connected, and ends every call exactly once: with the reply, a
 * refusal, or an error that says whether the change was made.
 *
 * ```ts
 * const client = new Client({ url: "ws://127.0.0.1:7350", guest: "device-1" });
 * await client.connect();
 * const { energy } = await client.call("enter_stage_general", { stage: 8 });
 * ```
 */
export class Client {
  private readonly settings: Settings;
  private readonly connection: Connection;
  private readonly clock: ServerClock;
  private readonly meter: EnergyMeter;
  private readonly pushed = new Emitter<Events>();
  private readonly notices = new Emitter<Notices>();

  constructor(options: ClientOptions) {
    this.settings = settings(options);
    const { runtime, energy } = this.settings;
    this.clock = new ServerClock(() => runtime.now());
    this.meter = new EnergyMeter(energy);
    this.connection = new Connection(
      this.settings,
      {
        state: (state) => {
          this.notices.emit("state", state);
        },
        gap: (gap) => {
          this.notices.emit("gap", gap);
        },
        event: ({ event, data }) => {
          this.pushed.emit(event as EventName, data as Events[EventName]);
        },
        data: (data) => {
          this.meter.observe(data, this.clock.serverNow());
        },
      },
      this.clock,
    );
  }

  /**
   * Connects and logs in, and stays connected until `close`. Resolves once the player is logged in, however long the
   * server cannot be reached; rejects with a {@link StoppedError} when it does not let the player in. After that, or after
   * `close`, it may be called again.
   */
  connect(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.state.name === "open") {
        resolve();
        return;
      }
      this.connection.start();
      const leave = this.onState((state) => {
        if (state.name === "open") resolve();
        else if (state.name === "stopped") reject(state.error);
        else if (state.name === "idle") reject(new Error("the client was closed before it was connected"));
        else return;
        leave();
      });
    });
  }

  /**
   * Calls a function. Calls are sent in the order they are made, and several may be open. One that can change something is
   * repeated under its key until its end is known, across reconnects and restarts of the server, and carried out once.
   *
   * Resolves to the reply's `data`, or to `{ status, data }` where several statuses are answers. Rejects with a
   * {@link RefusedError}, a {@link ReplyLostError} or a {@link FailedError}.
   */
  call<F extends FunctionName>(called: F, ...[data, options]: CallArguments<F>): Promise<AnswerOf<F>> {
    return new Promise((resolve, reject) => {
      this.begin(called, data ?? {}, options, { resolve, reject });
    });
  }

  /** Makes a call; its end is told in the turn in which it comes, before what follows on the line. */
  private begin<F extends FunctionName>(
    called: F,
    data: object,
    options: CallOptions | undefined,
    end: { resolve: (answer: AnswerOf<F>) => void; reject: (error: Error) => void },
  ): void {
    const call = new OpenCall(
      this.connection.nextId(),
      called,
      data,
      { resolve: end.resolve as (answer: unknown) => void, reject: end.reject },
      (ended) => {
        this.connection.forget(ended);
      },
    );
    const { runtime, timeoutMs } = this.settings;
    call.endsBy(runtime, { timeoutMs: options?.timeoutMs ?? timeoutMs, signal: options?.signal });
    if (!call.hasEnded) this.connection.call(call);
  }

  /**
   * Acts in a battle, and waits for the verdict of the round. `call("battle", ..)` waits too, but the server answers in the
   * order of requests, so that everything else would wait with it for up to a minute; this leaves the line free. Rejects
   * with a {@link ReplyLostError} when the verdict was missed, as over a reconnect: the next round shows the state.
   */
  battle(request: RequestOf<"battle">, options?: CallOptions): Promise<AnswerOf<"battle">> {
    return new Promise((resolve, reject) => {
      const acted = (told: AnswerOf<"battle">) => {
        resolve(verdict(told, request.id, this.arena()));
      };
      this.begin("battle", { ...request, wait: false }, options, { resolve: acted, reject });
    });
  }

  private arena(): Arena {
    return {
      runtime: this.settings.runtime,
      onVerdict: (listener) => this.on("battle_verdict", listener),
      onEnd: (listener) =>
        this.onState(({ name }) => {
          if (name === "stopped") listener("stopped");
          else if (name === "idle") listener("closed");
        }),
    };
  }

  /** Hears an event of the server. Events may be missed: see {@link onGap}. The function that comes back ends it. */
  on<E extends EventName>(event: E, listener: (data: Events[E]) => void): () => void {
    return this.pushed.on(event, listener);
  }

  /** Hears that events may have been missed, so that what was shown has to be asked for again. */
  onGap(listener: (gap: Gap) => void): () => void {
    return this.notices.on("gap", listener);
  }

  /** Hears what the connection is doing. */
  onState(listener: (state: State) => void): () => void {
    return this.notices.on("state", listener);
  }

  /** What the connection is doing now. */
  get state(): State {
    return this.connection.state;
  }

  /** The token of the log-in. It is as good as the password: keep it where only this player can read it. */
  get token(): string | undefined {
    return this.connection.token;
  }

  /** The server's clock now, in milliseconds since 1970; the local one until the server was heard. */
  now(): number {
    return this.clock.serverNow();
  }

  /** By how many milliseconds `now` may be wrong; `Infinity` until the server was heard. */
  nowUncertainty(): number {
    return this.clock.uncertainty();
  }

  /**
   * The player's energy at a moment of the server's clock, in milliseconds since 1970, as the server computes it from the
   * last reply that told it. `undefined` until one did.
   */
  energyAt(moment: number = this.now()): Energy | undefined {
    return this.meter.at(moment);
  }

  /** Logs nobody out, but ends the connection and all open calls. */
  close(): void {
    this.connection.close();
  }
}
