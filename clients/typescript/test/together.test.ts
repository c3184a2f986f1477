/** Several clients on the real server: who throws whom out, and which events reach whom. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import WebSocket from "ws";
import { Client, FailedError, StoppedError } from "../src/index.js";
import type { ClientOptions, Gap, State } from "../src/index.js";
import { Program, skip } from "./support/program.js";

describe("clients together on a real server", { skip }, () => {
  let program: Program;
  const clients: Client[] = [];
  before(async () => {
    program = await Program.start();
  });
  after(async () => {
    for (const client of clients) client.close();
    await program.stop();
  });

  async function connected(guest: string, options: Partial<ClientOptions> = {}): Promise<Client> {
    const client = new Client({
      url: program.url,
      guest,
      socket: (url, protocols) => new WebSocket(url, protocols),
      backoff: { firstMs: 20, mostMs: 200 },
      ...options,
    } as ClientOptions);
    clients.push(client);
    await client.connect();
    return client;
  }

  function state(client: Client, name: State["name"]): Promise<State> {
    return new Promise((resolve) => {
      const look = (state: State) => {
        if (state.name !== name) return;
        leave();
        resolve(state);
      };
      const leave = client.onState(look);
      look(client.state);
    });
  }

  test("the protocol that is offered is the one that is spoken", async () => {
    let spoken = "";
    await connected("protocol", {
      socket: (url, protocols) => {
        const socket = new WebSocket(url, protocols);
        socket.on("open", () => (spoken = socket.protocol));
        return socket;
      },
    });
    assert.equal(spoken, "raidkeep.v1");
  });

  test("who logs in elsewhere ends the first client for good, and it says why", async () => {
    const first = await connected("twice");
    const second = await connected("twice");
    const call = await first.call("mopping_up_stage", { stage: 3 }).catch((error: unknown) => error);
    const stopped = await state(first, "stopped");
    assert.ok(call instanceof FailedError && call.made === "no");
    assert.ok(stopped.name === "stopped" && stopped.error.why === "replaced");
    assert.equal((await second.call("mopping_up_stage", { stage: 3 })).remain.includes("3:1:1"), true);
  });

  test("an account is signed up once, logged in later, and kept from whoever has the wrong password", async () => {
    const account = { email: "a@example.org", password: "a-hash-of-it", username: "先行者" };
    const options = (password: string) => ({ guest: undefined, account: { ...account, password } }) as never;
    const first = await connected("", options(account.password));
    assert.equal((await first.call("get_player_info")).name, account.username);
    first.close();
    const again = await connected("", options(account.password));
    assert.equal((await again.call("get_player_info")).name, account.username);
    await assert.rejects(connected("", options("another-hash")), (error) => {
      assert.ok(error instanceof StoppedError);
      assert.deepEqual([error.why, error.details.statusCode], ["refused", 401]);
      return true;
    });
  });

  test("a token that the server does not know is replaced by a log-in, once", async () => {
    const items = new Map([[`raidkeep.token 0@${program.url} forgotten`, "of another server"]]);
    const storage = {
      getItem: (key: string) => items.get(key) ?? null,
      setItem: (key: string, value: string) => void items.set(key, value),
      removeItem: (key: string) => void items.delete(key),
    };
    const client = await connected("forgotten", { storage });
    assert.equal(client.state.name, "open");
    assert.notEqual(client.token, "of another server");
  });

  test("mails are heard one by one; a restart of the server is a gap, and they are heard again after it", async () => {
    const [writer, reader] = [await connected("writer"), await connected("reader")];
    const gaps: Gap[] = [];
    reader.onGap((gap) => gaps.push(gap));
    const { name } = await reader.call("get_player_info");
    const write = async (subj: string): Promise<void> => {
      const heard = new Promise<void>((resolve) => {
        reader.on("mail_received", (mail) => {
          if (mail.subj === subj) resolve();
        });
      });
      await writer.call("send_mail", { gn_target: name, subj, body: "" });
      await heard;
    };
    for (const subj of ["a", "b", "c"]) await write(subj);
    assert.deepEqual(gaps, [], "nothing was missed");

    const away = state(reader, "waiting");
    await program.killAndRestart();
    await away;
    await state(reader, "open");
    assert.deepEqual(gaps, [{ reason: "reconnected" }]);
    await write("d");
    assert.equal(gaps.length, 1, "the new count is known from the first reply");
  });
});
