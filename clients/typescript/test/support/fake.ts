/** A server in the test's own process, which answers as the test says, over lines that the test can break. */
import type { Socket, SocketFactory } from "../../src/runtime.js";
import type { VirtualRuntime } from "./virtual.js";

export interface Request {
  world: number;
  function: string;
  data: Record<string, unknown>;
  id: number;
  once?: string;
}

export interface Answer {
  status?: number;
  message?: string;
  data?: unknown;
  n?: number;
}

/** Answers a request, or keeps silent. */
export type Handler = (request: Request, connection: FakeConnection) => Answer | undefined;

/** One way of a message, in milliseconds. */
const LATENCY_MS = 10;

export class FakeServer {
  readonly connections: FakeConnection[] = [];
  readonly requests: Request[] = [];
  /** Handshakes fail. */
  isDown = false;
  /** Handshakes hang. */
  isSilent = false;
  /** A server that knows no subprotocols: platforms fail the handshake in its place. */
  isOld = false;
  /** Its clock minus the local one, in milliseconds. */
  clockOffset = 0;
  private tokens = 0;

  readonly handlers: Record<string, Handler> = {
    login_unique: () => ({ data: { token: `token-${++this.tokens}` } }),
    get_player_info: () => ({ data: { energy: { cooling: -1, remain: 120 }, at: {} } }),
    server_time: () => ({ data: { now: Math.floor((this.runtime.now() + this.clockOffset) / 1000) } }),
    ping: () => ({}),
  };

  constructor(readonly runtime: VirtualRuntime) {}

  readonly socket: SocketFactory = (url, protocols) => {
    const connection = new FakeConnection(this, url, protocols);
    this.connections.push(connection);
    return connection.socket;
  };

  /** The newest connection. */
  get last(): FakeConnection {
    const last = this.connections.at(-1);
    if (last === undefined) throw new Error("nobody has connected");
    return last;
  }

  /** The requests of one function, on all connections. */
  asked(called: string): Request[] {
    return this.requests.filter((request) => request.function === called);
  }

  answer(request: Request, connection: FakeConnection): Answer | undefined {
    const handler = this.handlers[request.function];
    return handler === undefined ? {} : handler(request, connection);
  }
}

export class FakeConnection {
  readonly socket: Socket;
  readonly requests: Request[] = [];
  /** How the client closed it, if it did. */
  closedByClient: { code: number | undefined } | undefined;
  private isOver = false;
  private isDeaf = false;

  constructor(
    private readonly server: FakeServer,
    readonly url: string,
    readonly protocols: string[],
  ) {
    this.socket = {
      onopen: null,
      onmessage: null,
      onclose: null,
      onerror: null,
      send: (text) => {
        this.later(() => {
          this.receive(text);
        });
      },
      close: (code) => {
        this.closedByClient = { code };
        this.isOver = true;
      },
    };
    this.later(() => {
      if (server.isSilent) return;
      if (server.isDown || (server.isOld && protocols.length > 0)) this.cut();
      else this.socket.onopen?.({} as never);
    });
  }

  /** Whether the client still uses it. */
  get isOpen(): boolean {
    return !this.isOver;
  }

  /** Sends frames; several come in one piece, with no turn between them. */
  push(...frames: object[]): void {
    this.later(() => {
      for (const frame of frames) this.socket.onmessage?.({ data: JSON.stringify(frame) } as never);
    });
  }

  /** Breaks the line: what is on the way is lost. */
  cut(code = 1006): void {
    if (this.isOver) return;
    this.isOver = true;
    this.socket.onclose?.({ code } as never);
  }

  /** Nothing comes through any more in either direction, and nobody is told. */
  goDeaf(): void {
    this.isDeaf = true;
  }

  /** Answers a request that was kept waiting. */
  reply(request: Request, { status = 0, message = "said", data, n }: Answer, ...events: object[]): void {
    this.push({ status, message, data, id: request.id, n }, ...events);
  }

  private receive(text: string): void {
    const request = JSON.parse(text) as Request;
    this.requests.push(request);
    this.server.requests.push(request);
    const answer = this.server.answer(request, this);
    if (answer !== undefined) this.reply(request, answer);
  }

  private later(action: () => void): void {
    this.server.runtime.after(LATENCY_MS, () => {
      if (!this.isOver && !this.isDeaf) action();
    });
  }
}
