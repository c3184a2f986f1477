// The game as a room of Colyseus, which all players join. Its own protocol carries the envelope: the function is the type
// of a room's message, and the rest is msgpack.
import { Room, Server } from "@colyseus/core";
import { WebSocketTransport } from "@colyseus/ws-transport";
import { Game } from "./game.mjs";

const FUNCTIONS = ["login_unique", "enter_stage_general", "account_transfer"];

class World extends Room {
  #game = new Game();

  onCreate() {
    for (const name of FUNCTIONS) {
      this.onMessage(name, (client, message) => {
        client.userData ??= {};
        client.send(name, this.#game.answer({ ...message, function: name }, client.userData));
      });
    }
  }
}

const transport = new WebSocketTransport();
const server = new Server({ greet: false, transport });
server.define("world", World);
await server.listen(0, "127.0.0.1");
const { address, port } = transport.server.address();
console.log(`listening on ${address}:${port}, colyseus`);
