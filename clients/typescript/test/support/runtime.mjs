/** A short story with the built package, for any Node: logs in, enters a stage, says what it has used. */
import console from "node:console";
import process from "node:process";
import { Client } from "@raidkeep/client";

const [url, guest] = process.argv.slice(2);
const hasOwn = typeof WebSocket !== "undefined";
console.log(process.version, hasOwn ? "its own" : "ws");
const options = hasOwn ? {} : { socket: await wsFactory() };
const client = new Client({ url, guest, ...options });
try {
  await client.connect();
  const { energy } = await client.call("enter_stage_general", { stage: 8 });
  console.log("energy", energy.remain);
} catch (error) {
  console.log("failed", error);
} finally {
  client.close();
}

async function wsFactory() {
  const { WebSocket } = await import("ws");
  return (address, protocols) => new WebSocket(address, protocols);
}
