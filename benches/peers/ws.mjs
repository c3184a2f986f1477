// The game behind Node's usual WebSocket library: one text frame of JSON for a request, one for its reply.
import { WebSocketServer } from "ws";
import { Game } from "./game.mjs";

const game = new Game();
const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });

function answer(text) {
  try {
    return game.answer(JSON.parse(text));
  } catch {
    return { status: 12, message: "expected JSON" };
  }
}

server.on("connection", (socket) => {
  socket.on("error", () => socket.terminate());
  socket.on("message", (text) => socket.send(JSON.stringify(answer(text))));
});
server.on("listening", () => {
  const { address, port } = server.address();
  console.log(`listening on ${address}:${port}`);
});
