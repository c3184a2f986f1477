/** A server of one account that says what a scenario wants: tokens, log-ins and the count of events it keeps by itself. */

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import type { Fields, Json } from "./scenario.js";

/** What clients may ask at any time, and what they get. */
const incidental: Record<string, () => Fields> = {
  ping: () => ({}),
  server_time: () => ({
    now: Math.floor(Date.now() / 1000),
    time: "",
    zone: "Asia/Shanghai",
    cd: 1000,
    mcd: 1000,
    at: {},
  }),
  listen: () => ({ events: [] }),
  get_player_info: () => ({ name: "玩家#1", energy: { cooling: 0, remain: 120 }, at: {} }),
};
const tokenless: readonly string[] = ["login_unique", "login", "signup", "ping", "server_time", "legal"];

/** A request that waits for its answer. */
export interface Asked {
  fields: Fields;
  answer: (reply: Fields) => void;
}

interface Connection {
  socket: WebSocket;
  token: string | undefined;
  /** Whether a reply has named the player. */
  isCounted: boolean;
  isSilent: boolean;
}

/** The server. */
export class FakeServer {
  /** Requests of the game's functions, in the order they came. */
  readonly asked: Asked[] = [];
  /** Subprotocols of the connections that no step has waited for, as they were offered. */
  readonly opened: string[][] = [];
  /** Connections and requests since the start, without those that a client may make at any time. */
  signs = 0;
  /** When the last answer to another request was sent. */
  answeredMilliseconds = 0;
  /** What is wrong with what came, whatever the scenario expects. */
  readonly complaints: string[] = [];
  private readonly tokens = new Map<string, Fields | null>();
  private logins: Fields | null = null;
  private events = 0;
  private current: Connection | undefined;

  private constructor(private readonly server: WebSocketServer) {
    server.on("connection", (socket) => {
      this.welcome(socket);
    });
  }

  static async start(): Promise<FakeServer> {
    const offered: string[][] = [];
    const server = new WebSocketServer({
      host: "127.0.0.1",
      port: 0,
      handleProtocols: (protocols) => {
        offered.push([...protocols]);
        return protocols.has("raidkeep.v1") ? "raidkeep.v1" : false;
      },
    });
    await once(server, "listening");
    return new FakeServer(server);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}/ws`;
  }

  /** A token that is valid without a log-in. */
  allow(token: string): void {
    this.tokens.set(token, null);
  }

  answerTokens(reply: Fields): void {
    for (const token of this.tokens.keys()) {
      this.tokens.set(token, reply);
    }
  }

  answerLogins(reply: Fields | null): void {
    this.logins = reply;
  }

  push(message: Fields): void {
    this.events = typeof message["n"] === "number" ? message["n"] : this.events;
    this.current?.socket.send(JSON.stringify(message));
  }

  miss(count: number): void {
    this.events += count;
  }

  cut(how: "reset" | "silent" | number): void {
    const connection = this.current;
    if (how === "silent" && connection !== undefined) {
      connection.isSilent = true;
      connection.socket.pause();
    } else if (how === "reset") {
      connection?.socket.terminate();
    } else if (typeof how === "number") {
      connection?.socket.close(how);
    }
  }

  async close(): Promise<void> {
    for (const socket of this.server.clients) {
      socket.terminate();
    }
    this.server.close();
    await once(this.server, "close");
  }

  private welcome(socket: WebSocket): void {
    const connection: Connection = { socket, token: undefined, isCounted: false, isSilent: false };
    this.current = connection;
    this.signs += 1;
    this.opened.push([socket.protocol]);
    socket.on("error", () => {
      socket.terminate();
    });
    socket.on("message", (data, isBinary) => {
      if (isBinary) {
        this.complaints.push("a binary frame came; requests are text");
      } else {
        this.take(connection, (data as Buffer).toString("utf8"));
      }
    });
  }

  private take(connection: Connection, text: string): void {
    const fields = parse(text);
    const name = fields?.["function"];
    if (fields === undefined || typeof name !== "string") {
      this.complaints.push(`no request: ${text}`);
      return;
    }
    const usual = incidental[name];
    this.signs += usual === undefined ? 1 : 0;
    const answer = (reply: Fields): void => {
      this.answer(connection, fields, reply);
      if (usual === undefined) {
        this.answeredMilliseconds = performance.now();
      }
    };
    const given = dataOf(fields)["token"];
    if (name === "login_unique") {
      answer(this.logins ?? this.logIn(connection));
      return;
    }
    const token = typeof given === "string" ? given : connection.token;
    if (!tokenless.includes(name)) {
      const refusal = this.refusal(token);
      if (refusal !== undefined) {
        answer(refusal);
        return;
      }
      connection.token = token;
    }
    if (usual === undefined) {
      this.asked.push({ fields, answer });
    } else {
      answer({ status: 0, message: "success", data: usual() });
    }
  }

  private refusal(token: string | undefined): Fields | undefined {
    if (token === undefined) {
      return { status: 12, message: "token not present" };
    }
    const known = this.tokens.get(token);
    return known === undefined
      ? { status: 11, message: "invalid token", data: { reason: "unknown" } }
      : (known ?? undefined);
  }

  private logIn(connection: Connection): Fields {
    const token = `T${this.tokens.size + 1}`;
    this.tokens.set(token, null);
    connection.token = token;
    return { status: 0, message: "success", data: { token } };
  }

  private answer(connection: Connection, request: Fields, reply: Fields): void {
    if (connection.isSilent || connection.socket.readyState !== connection.socket.OPEN) {
      return;
    }
    const id: Fields = request["id"] === undefined ? {} : { id: request["id"] };
    const isFirst = connection.token !== undefined && !connection.isCounted;
    connection.isCounted ||= isFirst;
    const n: Fields = isFirst ? { n: this.events } : {};
    connection.socket.send(JSON.stringify({ ...reply, ...id, ...n }));
  }
}

function parse(text: string): Fields | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function dataOf(fields: Fields): Fields {
  const data = fields["data"];
  return typeof data === "object" && data !== null && !Array.isArray(data) ? data : {};
}
