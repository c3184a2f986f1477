import { readFrame } from "./wire.js";
import type { Pushed, Reply } from "./wire.js";
import type { Runtime, Socket, SocketFactory } from "./runtime.js";
import { waitMs } from "./functions.js";

/** How a line is watched. */
export interface LivenessOptions {
  /** Silence after which the line is probed, in milliseconds. */
  quietMs: number;
  /** How long the oldest request may be without an answer before the line counts as dead, in milliseconds. */
  patienceMs: number;
  /** How long a connection may take to open, in milliseconds. */
  openMs: number;
}

/** What a line tells its owner. After `closed` it tells nothing more. */
export interface LineEvents {
  opened(): void;
  reply(reply: Reply): void;
  event(event: Pushed): void;
  /** Nothing was heard for a while: something should be asked. */
  quiet(): void;
  /** The code is that of the WebSocket, 4000 where the line was found dead. */
  closed(code: number): void;
}

/** Codes from 4000 on are for applications. */
const DEAD = 4000;

/** How long the other side may take to answer a close. */
const LEAVING_MS = 2_000;

/**
 * One WebSocket from opening to closing, with what was asked on it and is not answered. Replies come in the order of
 * requests, so the oldest one tells whether the line is alive: a half-open connection never closes by itself.
 */
export class Line {
  private readonly socket: Socket;
  /** How long the server may wait before it answers each, in milliseconds; oldest first. */
  private readonly unanswered = new Map<number, number>();
  private isOpen = false;
  private isOver = false;
  private patienceMs: number;
  private cancelWatch: () => void;

  constructor(
    private readonly runtime: Runtime,
    private readonly options: LivenessOptions,
    private readonly events: LineEvents,
    open: { factory: SocketFactory; url: string; protocols: string[] },
  ) {
    this.patienceMs = options.patienceMs;
    this.socket = open.factory(open.url, open.protocols);
    this.socket.onopen = () => {
      this.onOpen();
    };
    this.socket.onmessage = (event: { data: unknown }) => {
      this.onMessage(event.data);
    };
    this.socket.onclose = (event: { code?: number }) => {
      this.end(event.code ?? 1006);
    };
    // What went wrong follows as a close.
    this.socket.onerror = () => undefined;
    this.cancelWatch = runtime.after(options.openMs, () => {
      this.giveUp("the connection did not open in time");
    });
  }

  /** Sends a request; the reply will have its id. */
  ask(id: number, called: string, text: string): void {
    const isOldest = this.unanswered.size === 0;
    this.unanswered.set(id, waitMs(called));
    this.socket.send(text);
    if (isOldest) this.watch();
  }

  /** Gives a dead line up: the other side will not answer a close either. */
  private giveUp(reason: string): void {
    if (this.isOver) return;
    this.detach();
    if (this.socket.terminate) this.socket.terminate();
    else this.socket.close(DEAD, reason);
    this.end(DEAD);
  }

  /** Closes the line in order. Nothing more is told. */
  leave(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.detach();
    this.cancelWatch();
    const { socket } = this;
    socket.close(1000, "");
    // A line that died unnoticed answers no close, and a socket that waits for the answer keeps its process alive.
    if (socket.terminate) socket.onclose = this.runtime.after(LEAVING_MS, () => socket.terminate?.());
  }

  /** Looks at once whether the line is alive, with little patience. */
  probe(patienceMs: number): void {
    if (!this.isOpen || this.isOver) return;
    this.events.quiet();
    this.patienceMs = Math.min(this.patienceMs, patienceMs);
    this.watch();
  }

  private onOpen(): void {
    this.isOpen = true;
    this.events.opened();
    this.watch();
  }

  private onMessage(text: unknown): void {
    this.patienceMs = this.options.patienceMs;
    const frame = readFrame(text);
    if (frame === undefined) return;
    if ("status" in frame) {
      if (typeof frame.id === "number") this.unanswered.delete(frame.id);
      this.events.reply(frame);
    } else {
      this.events.event(frame);
    }
    this.watch();
  }

  /**
   * Begins to wait anew: for the answer to the oldest request, else for anything. Only timers count here: the local clock
   * may be set at any time.
   */
  private watch(): void {
    if (this.isOver || !this.isOpen) return;
    this.cancelWatch();
    const oldest = this.unanswered.values().next();
    const ms = oldest.done ? this.options.quietMs : this.patienceMs + oldest.value;
    this.cancelWatch = this.runtime.after(ms, () => {
      if (oldest.done) this.events.quiet();
      else this.giveUp("no answer");
    });
  }

  private detach(): void {
    this.socket.onopen = this.socket.onmessage = this.socket.onclose = null;
  }

  private end(code: number): void {
    if (this.isOver) return;
    this.isOver = true;
    this.detach();
    this.cancelWatch();
    this.events.closed(code);
  }
}
