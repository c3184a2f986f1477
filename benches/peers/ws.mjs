// The game behind Node's usual WebSocket library: one text frame of JSON for a request, one for its reply.
import { WebSocketServer } from "ws";
import { Game } from "./game.mjs";

const game = new Game();
const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });

function answer(text, session) {
  try {
    return game.answer(JSON.parse(text), session);
  } catch {
    return { status: 12, message: "expected JSON" };
  }
}

server.on("connection", (socket) => {
  socket.on("error", () => socket.terminate());
  const session = {};
  socket.on("message", (text) => socket.send(JSON.stringify(answer(text, session))));
});
server.on("listening", () => {
  const { address, port } = server.address();
  console.log(`listening on ${address}:${port}`);
});
