import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { after, before, beforeEach, afterEach, test } from "node:test";
import { readJsonLines } from "../src/lines.js";
import { Proxy } from "../src/proxy.js";

/** A server that sends back what it gets, and keeps it. */
let echo: Server;
let pieces: string[] = [];
let proxy: Proxy;

before(async () => {
  echo = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.on("data", (bytes) => {
      pieces.push(bytes.toString());
      socket.write(bytes);
    });
  });
  echo.listen(0, "127.0.0.1");
  await once(echo, "listening");
});

after(() => echo.close());

beforeEach(async () => {
  pieces = [];
  proxy = await Proxy.start(`127.0.0.1:${(echo.address() as AddressInfo).port}`);
});

afterEach(() => proxy.close());

function dial(): Socket {
  const [, port] = proxy.address.split(":");
  return connect({ host: "127.0.0.1", port: Number(port), noDelay: true }).setEncoding("utf8");
}

async function client(): Promise<Socket> {
  const socket = dial();
  await once(socket, "connect");
  return socket;
}

/** Reads until so much has come. */
async function read(socket: Socket, length: number): Promise<string> {
  let text = "";
  while (text.length < length) {
    const [piece] = (await once(socket, "data")) as [string];
    text += piece;
  }
  return text;
}

/** Resolves when a connection is gone, whether a reset or an end came first. */
function ended(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      resolve();
    });
  });
}

test("without orders everything passes", async () => {
  const socket = await client();
  socket.write("hello");
  assert.equal(await read(socket, 5), "hello");
  socket.destroy();
});

test("a cut ends every connection, and later ones pass", async () => {
  const socket = await client();
  socket.write("a");
  await read(socket, 1);
  const gone = ended(socket);
  proxy.obey({ do: "cut" });
  await gone;
  const next = await client();
  next.write("b");
  assert.equal(await read(next, 1), "b");
  next.destroy();
});

test("what is dropped is never seen, though the connection stays open", async () => {
  const socket = await client();
  proxy.obey({ do: "drop", direction: "to_client" });
  socket.write("lost");
  while (proxy.droppedBytes < 4) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual(pieces, ["lost"], "the other direction passes");
  proxy.obey({ do: "pass" });
  socket.write("seen");
  assert.equal(await read(socket, 4), "seen", "the client sees only what comes afterwards");
  socket.destroy();
});

test("what is split arrives byte by byte and whole", async () => {
  proxy.obey({ do: "split", bytes: 1 });
  const socket = await client();
  socket.write("0123456789");
  assert.equal(await read(socket, 10), "0123456789");
  assert.ok(pieces.length > 1, `the server should get it in pieces: ${JSON.stringify(pieces)}`);
  socket.destroy();
});

test("what is delayed keeps its order", async () => {
  proxy.obey({ do: "delay", milliseconds: 20 });
  const socket = await client();
  const began = performance.now();
  for (const part of ["a", "b", "c"]) {
    socket.write(part);
  }
  assert.equal(await read(socket, 3), "abc");
  assert.ok(performance.now() - began >= 35, "there and back it waits twice");
  socket.destroy();
});

test("a connection can be cut in the middle of a reply", async () => {
  proxy.obey({ do: "cut_after", direction: "to_client", bytes: 3 });
  const socket = await client();
  let text = "";
  socket.on("data", (piece: string) => (text += piece));
  const gone = ended(socket);
  socket.write("abcdef");
  await gone;
  assert.ok("abc".startsWith(text), `no more than three bytes may arrive: ${text}`);
});

test("who is refused can come again when everything passes", async () => {
  proxy.obey({ do: "refuse" });
  await ended(dial());
  proxy.obey({ do: "pass" });
  const socket = await client();
  socket.write("x");
  assert.equal(await read(socket, 1), "x");
  socket.destroy();
});

test("as a command it is led by lines of JSON, and tells what it does not understand", async () => {
  const target = `127.0.0.1:${(echo.address() as AddressInfo).port}`;
  const command = spawn(process.execPath, ["--import", "tsx", "src/proxy-command.ts", target], {
    cwd: new URL("..", import.meta.url),
    stdio: ["pipe", "pipe", "inherit"],
  });
  const said = readJsonLines(command.stdout);
  const { listening } = (await said.next()).value as { listening: string };
  assert.match(listening, /^127\.0\.0\.1:\d+$/);
  command.stdin.write('{"do":"split","bytes":2}\n{"do":"explode"}\n{"do":"drop","direction":"up"}\n');
  assert.deepEqual((await said.next()).value, { done: { do: "split", bytes: 2 }, connections: 0 });
  assert.match(JSON.stringify((await said.next()).value), /do: expected pass, cut/);
  assert.match(JSON.stringify((await said.next()).value), /direction: expected to_server or to_client/);
  command.stdin.end();
  const [code] = (await once(command, "exit")) as [number];
  assert.equal(code, 0, "it ends with its input");
});
