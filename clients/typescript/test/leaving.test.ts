import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import WebSocket, { WebSocketServer } from "ws";
import { Client } from "../src/index.js";

test("a client that closes on a half-open line keeps no socket, so that its process can end", async () => {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  server.on("connection", (near) => {
    near.on("message", (data) => {
      const { id, function: called } = JSON.parse((data as Buffer).toString("utf8")) as {
        id: number;
        function: string;
      };
      const answers =
        called === "login_unique"
          ? { token: "T1" }
          : { name: "ann", now: 0, energy: { remain: 1, cooling: 0 }, at: {} };
      near.send(JSON.stringify({ status: 0, message: "success", data: answers, id }));
    });
  });
  await once(server, "listening");
  const sockets: WebSocket[] = [];
  const client = new Client({
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    guest: "ann",
    socket: (url, protocols) => {
      const socket = new WebSocket(url, protocols);
      sockets.push(socket);
      return socket;
    },
  });
  await client.connect();
  const [socket] = sockets;
  assert.ok(socket !== undefined);
  for (const near of server.clients) near.pause();
  const closed = once(socket, "close");
  client.close();
  // Left to itself, the package ws waits for half a minute, longer than a test may take.
  await closed;
  for (const near of server.clients) near.terminate();
  server.close();
});
