import { Backoff } from "./backoff.js";
import { Calls } from "./calls.js";
import type { OpenCall } from "./calls.js";
import { Entrance, refusedEntry } from "./entrance.js";
import type { StoppedError } from "./errors.js";
import { EventCount } from "./gaps.js";
import { LogIn } from "./identity.js";
import { Keys } from "./keys.js";
import { Line } from "./line.js";
import { meaningOf } from "./meaning.js";
import type { Meaning } from "./meaning.js";
import { Pauses } from "./pauses.js";
import { Sampling } from "./sampling.js";
import type { Settings } from "./settings.js";
import type { ConnectionEvents, State } from "./state.js";
import type { ServerClock } from "./time.js";
import type { Pushed, Reply } from "./wire.js";
import { requestFrame } from "./wire.js";

/** The protocol that is offered at the handshake. */
const PROTOCOL = "raidkeep.v1";
/** After this long in one piece, a connection's next failure is the first one again. */
const STEADY_MS = 5_000;
/** Patience with a line that may have died while the page slept. */
const WAKE_PATIENCE_MS = 4_000;
/** A server that cannot say what became of a request is asked this often. */
const UNCLEAR_TIMES = 5;
/** Closed because a frame was too large. */
const TOO_LARGE = 1009;

/**
 * One log-in over many lines: opens them, gets in, sends what is open with its keys in order, and does what each answer
 * means for the whole connection. It knows nothing of the types of functions.
 */
export class Connection {
  private current: State = { name: "idle" };
  private line: Line | undefined;
  private readonly keys: Keys;
  private readonly calls: Calls;
  private readonly logIn: LogIn;
  private readonly entrance: Entrance;
  private readonly count = new EventCount();
  private readonly reconnects: Backoff;
  private readonly pauses: Pauses;
  private readonly sampling: Sampling;
  /** What the connection itself has asked on this line. */
  private readonly asked = new Map<number, (reply: Reply) => void>();
  private readonly timers = new Map<string, () => void>();
  private deafen: (() => void)[] = [];
  private lastId = 0;
  private isIn = false;
  private isHeld = false;
  private heldUntil = 0;
  private isClosed = false;
  private isPlain = false;
  private hasConnected = false;
  private hasBeenIn = false;
  private subscription: string | undefined;

  constructor(
    private readonly settings: Settings,
    private readonly events: ConnectionEvents,
    clock: ServerClock,
  ) {
    const { runtime, storage, backoff, world, url } = settings;
    this.keys = new Keys(storage, runtime);
    this.calls = new Calls(this.keys, settings);
    this.reconnects = new Backoff(backoff, () => runtime.random());
    this.pauses = new Pauses(backoff, runtime, clock);
    this.sampling = new Sampling(clock, {
      runtime,
      ask: (called, data, answered) => {
        this.ask(called, JSON.stringify(data), answered);
      },
      after: (ms, action) => {
        this.after("clock", ms, action);
      },
    });
    this.logIn = new LogIn(settings.identity, storage, `${world}@${url}`);
    this.entrance = new Entrance(this.logIn, settings.client, {
      ask: (called, data, answered) => {
        this.ask(called, JSON.stringify(data), answered);
      },
      pause: (meaning, action) => {
        this.after("entrance", this.pauseAfter(meaning), action);
      },
      entered: (overview) => {
        this.entered(overview);
      },
      stop: (error) => {
        this.stop(error);
      },
    });
  }

  get state(): State {
    return this.current;
  }

  /** The token of the log-in, if there is one. */
  get token(): string | undefined {
    return this.logIn.token;
  }

  /** Begins to connect, unless that is under way. Throws what the platform throws at a wrong `url`. */
  start(): void {
    if (this.current.name !== "idle" && this.current.name !== "stopped") return;
    this.isClosed = false;
    this.reconnects.reset();
    this.openLine();
    if (this.line === undefined) return;
    const { runtime } = this.settings;
    this.deafen = [
      runtime.onWake(() => {
        this.wake();
      }),
      runtime.onLeave(() => {
        this.keys.putBack();
      }),
    ];
  }

  /** Ends the connection and all open calls. */
  close(): void {
    this.isClosed = true;
    this.leave("closed");
    this.enter({ name: "idle" });
  }

  /** A number for a request, by which its reply is found. */
  nextId(): number {
    this.lastId += 1;
    return this.lastId;
  }

  /** Makes a call: it is sent once the connection is open and what was called before is sent. */
  call(call: OpenCall): void {
    if (this.current.name === "stopped") call.fail("stopped", this.current.error);
    else if (this.isClosed) call.fail("closed");
    else if (this.calls.isFull) call.fail("too_many");
    else this.calls.add(call);
    this.send();
  }

  /** Takes a call that has ended off the list. */
  forget(call: OpenCall): void {
    this.calls.forget(call);
  }

  private openLine(): void {
    const { runtime, liveness, socket, url } = this.settings;
    let hasOpened = false;
    this.line = new Line(
      runtime,
      liveness,
      {
        opened: () => {
          hasOpened = true;
          this.hasConnected = true;
          this.count.restart();
          this.entrance.begin();
        },
        reply: (reply) => {
          this.onReply(reply);
        },
        event: (event) => {
          this.onEvent(event);
        },
        quiet: () => {
          this.sampling.ask();
        },
        closed: (code) => {
          this.onClosed(code, hasOpened);
        },
      },
      { factory: socket, url, protocols: this.isPlain ? [] : [PROTOCOL] },
    );
    this.enter({ name: "connecting" });
  }

  private entered(overview: unknown): void {
    this.isIn = true;
    this.pauses.reset();
    this.events.data(overview);
    this.after("steady", STEADY_MS, () => {
      this.reconnects.reset();
    });
    this.sampling.begin();
    if (this.subscription !== undefined) this.ask("listen", this.subscription, () => undefined);
    this.send();
    const isReturn = this.hasBeenIn;
    this.hasBeenIn = true;
    this.enter({ name: "open" });
    if (isReturn && this.current.name === "open") this.events.gap({ reason: "reconnected" });
  }

  private onClosed(code: number, hasOpened: boolean): void {
    this.line = undefined;
    if (code === TOO_LARGE) this.calls.blameLargest();
    this.calls.lineBroke();
    this.asked.clear();
    this.cancelTimers();
    this.isIn = this.isHeld = false;
    if (this.isClosed) return;
    if (!hasOpened) {
      // A server of before refuses the handshake, or the platform does in its place, when a protocol is offered.
      this.isPlain = !this.isPlain;
      if (this.isPlain && !this.hasConnected) {
        this.reopen();
        return;
      }
    }
    this.reopenIn(this.reconnects.next());
  }

  private reopenIn(ms: number): void {
    this.after("reopen", ms, () => {
      this.reopen();
    });
    this.enter({ name: "waiting", until: this.settings.runtime.now() + ms, why: "unreachable" });
  }

  private reopen(): void {
    try {
      this.openLine();
    } catch {
      // What the platform threw at the first attempt was thrown to the caller; a later one is a failure like others.
      this.reopenIn(this.reconnects.next());
    }
  }

  private wake(): void {
    if (this.line !== undefined) this.line.probe(WAKE_PATIENCE_MS);
    else if (this.current.name === "waiting") {
      this.cancelTimers();
      this.reopen();
    }
  }

  private stop(error: StoppedError): void {
    // A ban and an old program leave the log-in as it is.
    if (error.why !== "banned" && error.why !== "too_old") this.logIn.forget();
    this.leave("stopped", error);
    this.enter({ name: "stopped", error });
  }

  private leave(reason: "closed" | "stopped", error?: StoppedError): void {
    const { line } = this;
    this.line = undefined;
    this.isIn = this.isHeld = false;
    this.cancelTimers();
    this.asked.clear();
    line?.leave();
    for (const call of this.calls.all()) call.fail(reason, error);
    for (const remove of this.deafen.splice(0)) remove();
    this.keys.putBack();
  }

  private onReply(reply: Reply): void {
    if (typeof reply.n === "number") this.count.noteReply(reply.n);
    const answered = this.asked.get(reply.id as number);
    const call = this.calls.get(reply.id);
    if (answered !== undefined) {
      this.asked.delete(reply.id as number);
      answered(reply);
    } else if (call?.isOnWire === true) {
      call.isOnWire = false;
      this.onCallReply(call, reply);
    }
    if (this.isIn && this.sampling.isDue) this.sampling.ask();
    this.send();
  }

  private onCallReply(call: OpenCall, reply: Reply): void {
    const meaning = meaningOf(reply);
    switch (meaning.do) {
      case "wait":
      case "maintain":
        this.hold(meaning);
        break;
      case "unclear":
        call.isInDoubt = true;
        call.timesUnclear += 1;
        if (call.timesUnclear >= UNCLEAR_TIMES) call.fail("server_failed");
        else this.hold(meaning);
        break;
      case "fail":
        call.isInDoubt = true;
        call.fail("server_failed");
        break;
      case "lose_reply":
        call.loseReply();
        break;
      case "log_in":
        this.logInAgainFor(call, reply);
        break;
      case "stop":
        this.stop(meaning.error);
        break;
      case "end":
        this.onAnswer(call, reply);
    }
  }

  private onAnswer(call: OpenCall, reply: Reply): void {
    this.pauses.reset();
    if (call.name === "listen" && reply.status === 0) this.subscription = call.data;
    // A repeated call may get the reply of its first time, which tells of an earlier moment.
    if (!call.isInDoubt) this.events.data(reply.data);
    else if (!this.calls.all().some((other) => other.isOnWire && other.isInDoubt)) this.refresh();
    call.answer(reply);
  }

  private refresh(): void {
    this.ask("get_player_info", "{}", (reply) => {
      if (reply.status === 0) this.events.data(reply.data);
    });
  }

  private logInAgainFor(call: OpenCall, reply: Reply): void {
    if (call.hasLoggedInAgain) {
      this.stop(refusedEntry(reply));
      return;
    }
    call.hasLoggedInAgain = true;
    // Calls that were sent behind this one get the same answer; the log-in that has begun is for them too.
    if (!this.isIn) return;
    this.isIn = false;
    this.enter({ name: "connecting" });
    this.entrance.again();
  }

  private onEvent(event: Pushed): void {
    if (this.count.noteEvent(event.n)) this.events.gap({ reason: "events_missing" });
    this.events.data(event.data);
    this.events.event(event);
  }

  /** Sends nothing more for a while: what holds for one call holds for the others. */
  private hold(meaning: Meaning): void {
    const ms = this.isHeld ? this.pauseStill(meaning) : this.pauseAfter(meaning);
    const until = this.settings.runtime.now() + ms;
    if (this.isHeld && until <= this.heldUntil) return;
    this.isHeld = true;
    this.heldUntil = until;
    this.after("hold", ms, () => {
      this.isHeld = false;
      if (this.isIn) this.enter({ name: "open" });
      this.send();
    });
  }

  /** The pause after an answer that comes while one has begun. */
  private pauseStill(meaning: Meaning): number {
    return meaning.do === "maintain" ? this.told(meaning, this.pauses.stillAfter(meaning)) : Pauses.told(meaning);
  }

  private pauseAfter(meaning: Meaning): number {
    return this.told(meaning, this.pauses.after(meaning));
  }

  /** Tells the player of a maintenance. */
  private told(meaning: Meaning, ms: number): number {
    if (meaning.do === "maintain") {
      const until = this.settings.runtime.now() + ms;
      this.enter({ name: "waiting", until, why: "maintenance", message: meaning.message });
    }
    return ms;
  }

  private send(): void {
    if (!this.isIn || this.isHeld) return;
    for (const call of this.calls.toSend()) {
      call.isOnWire = true;
      this.write(call.id, call.name, call.data, call.key);
    }
  }

  /** Asks something of the connection's own; `data` is JSON. */
  private ask(called: string, data: string, answered: (reply: Reply) => void): void {
    if (this.line === undefined) return;
    const id = this.nextId();
    this.asked.set(id, answered);
    this.write(id, called, data);
  }

  private write(id: number, called: string, data: string, once?: string): void {
    this.line?.ask(id, called, requestFrame({ world: this.settings.world, function: called, id, once }, data));
  }

  private after(name: string, ms: number, action: () => void): void {
    this.timers.get(name)?.();
    this.timers.set(name, this.settings.runtime.after(ms, action));
  }

  private cancelTimers(): void {
    for (const cancel of this.timers.values()) cancel();
    this.timers.clear();
  }

  private enter(state: State): void {
    if (state.name === "open" && this.current.name === "open") return;
    this.current = state;
    this.events.state(state);
  }
}
