/** A TCP proxy that does to connections what bad networks do. */

import { once } from "node:events";
import { createServer, connect as dial, type AddressInfo, type Server, type Socket } from "node:net";

/** What the proxy does with the bytes of one direction. */
export type Direction = "to_server" | "to_client";

/** An order to the proxy. Each holds for the connections that are open and for those to come, until another one. */
export type Order =
  /** Everything passes again, at once and as it comes. Bytes that were held back until now are sent. */
  | { do: "pass" }
  /** Every connection ends without a word, as when a phone changes its network. Later ones are accepted. */
  | { do: "cut" }
  /** Connections are reset when they come, and open ones too, as when the server is gone. */
  | { do: "refuse" }
  /** Bytes of one direction, or of both, are swallowed; the connection stays open. Nobody is told: it is half open. */
  | { do: "drop"; direction?: Direction }
  /** Every piece waits so long before it is sent on. */
  | { do: "delay"; milliseconds: number }
  /** Everything arrives in pieces of so many bytes, each sent by itself. */
  | { do: "split"; bytes: number }
  /** So many more bytes of a direction pass; with the next one, the connection is reset. */
  | { do: "cut_after"; direction: Direction; bytes: number };

interface Pipe {
  from: Socket;
  to: Socket;
  direction: Direction;
  /** What has come and is not sent on yet. */
  waiting: Promise<void>;
}

const bothDirections: readonly Direction[] = ["to_server", "to_client"];

/** A running proxy. */
export class Proxy {
  /** `host:port` that clients connect to. */
  readonly address: string;
  /** Connections since the start. */
  connections = 0;
  /** Bytes that were swallowed since the start. */
  droppedBytes = 0;
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  /** All sockets that are not closed, those of half a pair too. */
  private readonly sockets = new Set<Socket>();
  private dropped = new Set<Direction>();
  private delayMilliseconds = 0;
  private pieceBytes = Infinity;
  private refuses = false;
  private allowed: Partial<Record<Direction, number>> = {};

  private constructor(
    private readonly server: Server,
    private target: string,
  ) {
    const { address, port } = server.address() as AddressInfo;
    this.address = `${address}:${port}`;
    server.on("connection", (client) => {
      this.serve(client);
    });
  }

  /** Listens on this machine and passes connections on to `target`, `host:port`. */
  static async start(target: string, port = 0): Promise<Proxy> {
    const server = createServer({ noDelay: true });
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return new Proxy(server, target);
  }

  /** Later connections go there, as when a server was started anew on another port. */
  retarget(target: string): void {
    this.target = target;
  }

  /** Carries an order out. */
  obey(order: Order): void {
    switch (order.do) {
      case "pass":
        this.dropped.clear();
        this.allowed = {};
        this.delayMilliseconds = 0;
        this.pieceBytes = Infinity;
        this.refuses = false;
        break;
      case "cut":
        this.cutAll();
        break;
      case "refuse":
        this.refuses = true;
        this.cutAll();
        break;
      case "drop":
        this.dropped = new Set(order.direction === undefined ? bothDirections : [order.direction]);
        break;
      case "delay":
        this.delayMilliseconds = order.milliseconds;
        break;
      case "split":
        this.pieceBytes = Math.max(1, order.bytes);
        break;
      case "cut_after":
        this.allowed[order.direction] = order.bytes;
        break;
    }
  }

  /** Ends it with all its connections. */
  async close(): Promise<void> {
    this.cutAll();
    for (const socket of this.sockets) {
      socket.destroy();
    }
    this.server.close();
    await once(this.server, "close");
  }

  private cutAll(): void {
    for (const pair of this.pairs) {
      for (const socket of pair) {
        socket.resetAndDestroy();
      }
    }
    this.pairs.clear();
  }

  private serve(client: Socket): void {
    this.connections += 1;
    client.on("error", () => client.destroy());
    if (this.refuses) {
      client.resetAndDestroy();
      return;
    }
    const [host = "", port = ""] = this.target.split(/:(?=\d+$)/);
    const server = dial({ host, port: Number(port), noDelay: true });
    const pair = [client, server] as const;
    this.pairs.add(pair);
    for (const socket of pair) {
      this.sockets.add(socket);
      socket.on("close", () => this.sockets.delete(socket));
    }
    this.pipe({ from: client, to: server, direction: "to_server", waiting: Promise.resolve() }, pair);
    this.pipe({ from: server, to: client, direction: "to_client", waiting: Promise.resolve() }, pair);
  }

  private pipe(pipe: Pipe, pair: readonly [Socket, Socket]): void {
    const { from, to } = pipe;
    from.on("data", (bytes) => {
      const delay = this.delayMilliseconds;
      pipe.waiting = pipe.waiting.then(async () => {
        if (delay > 0) {
          await new Promise((resolve) => setTimeout(resolve, delay));
        }
        await this.send(pipe, bytes, pair);
      });
    });
    from.on("end", () => {
      void pipe.waiting.then(() => to.end());
    });
    from.on("error", () => {
      this.pairs.delete(pair);
      to.resetAndDestroy();
    });
    from.on("close", () => {
      this.pairs.delete(pair);
    });
  }

  private async send(pipe: Pipe, bytes: Buffer, pair: readonly [Socket, Socket]): Promise<void> {
    let rest = bytes;
    while (rest.length > 0 && !pipe.to.destroyed) {
      if (this.dropped.has(pipe.direction)) {
        this.droppedBytes += rest.length;
        return;
      }
      const allowed = this.allowed[pipe.direction] ?? Infinity;
      if (allowed <= 0) {
        this.allowed = {};
        this.pairs.delete(pair);
        pair.forEach((socket) => socket.resetAndDestroy());
        return;
      }
      const piece = rest.subarray(0, Math.min(this.pieceBytes, allowed));
      rest = rest.subarray(piece.length);
      if (this.allowed[pipe.direction] !== undefined) {
        this.allowed[pipe.direction] = allowed - piece.length;
      }
      // A piece that is written by itself leaves by itself only when the loop turns in between.
      await new Promise<void>((resolve) => {
        pipe.to.write(piece, () => {
          setImmediate(resolve);
        });
      });
    }
  }
}
