/**
 * A bot that plays stage 8 until its energy is spent, then sweeps whenever there is enough.
 *
 *     npx tsx examples/bot.ts ws://127.0.0.1:7350 my-bot
 *
 * On Node 22 and newer `socket` can be left out.
 */
import WebSocket from "ws";
import { Client, isRefused, StoppedError } from "@raidkeep/client";

const [url = "ws://127.0.0.1:7350", guest = "example-bot"] = process.argv.slice(2);
const SWEEP_ENERGY = 6;

const client = new Client({
  url,
  guest,
  name: "example-bot",
  version: "1.0.0",
  socket: (address, protocols) => new WebSocket(address, protocols),
});

client.onState((state) => {
  if (state.name === "waiting") console.log(`no connection, next attempt at ${new Date(state.until).toISOString()}`);
  else console.log(state.name);
});
client.on("mail_received", ({ subj, from }) => {
  console.log(`mail from ${from}: ${subj}`);
});

try {
  await client.connect();
  await pass(8);
  await sweepForever(8);
} catch (error) {
  if (error instanceof StoppedError) console.error(`stopped: ${error.why}, ${error.message}`);
  else throw error;
} finally {
  client.close();
}

/** Enters a stage and wins it, as often as there is energy for it. */
async function pass(stage: number): Promise<void> {
  for (;;) {
    try {
      const { energy } = await client.call("enter_stage_general", { stage });
      const { reward } = await client.call("victory_stage_general", { stage });
      console.log(`stage ${stage}: ${reward.join(" ")}, energy ${energy.remain}`);
    } catch (error) {
      // 97: no energy left. Any other refusal is a mistake of this bot.
      if (isRefused(error, "enter_stage_general") && error.status === 97) return;
      throw error;
    }
  }
}

/** Sweeps a stage whenever the energy is there, counted by the server's clock. */
async function sweepForever(stage: number): Promise<void> {
  for (;;) {
    const energy = client.energyAt();
    if (energy !== undefined && energy.remain >= SWEEP_ENERGY) {
      const { reward, remain } = await client.call("mopping_up_stage", { stage });
      console.log(`swept: ${reward.join(" ")}, now ${remain.join(" ")}`);
    } else {
      await new Promise((resolve) => setTimeout(resolve, 1_000 * Math.max(1, energy?.cooling ?? 1)));
    }
  }
}
