import { Client } from "@raidkeep/client";
import { WebSocket } from "ws";
import type { Server } from "./server.js";

/** A guest with a past, so that every screen has something to show. Its `unique_id` is what a page enters with. */
export async function veteran(server: Server, uniqueId: string, { damage = 123_456 } = {}): Promise<void> {
  const client = new Client({
    url: `ws://${server.address}/ws`,
    guest: uniqueId,
    socket: (url, protocols) => new WebSocket(url, protocols),
  });
  await client.connect();
  const { name } = await client.call("get_player_info", {});
  await server.grant(name, 500);
  for (let stage = 8; stage <= 12; stage++) {
    await client.call("enter_stage_general", { stage });
    await client.call("victory_stage_general", { stage });
  }
  for (const offer of ["starter", "vip_month"]) await client.call("buy_item", { offer });
  await client.call("enter_stage_endless", { stage: 1001 });
  await client.call("victory_stage_endless", { stage: 1001 });
  await client.call("enter_stage_boss", { stage: 3001 });
  await client.call("victory_stage_boss", { stage: 3001, damage });
  await client.call("start_hang_up", { stage: 8 });
  await client.call("found_family", { name: `${name}家`.replace("#", "") });
  await client.call("task_request", { role: name, text: "我想去打狼" });
  await client.call("send_mail", { gn_target: name, subj: "江湖路远", body: "山高水长，后会有期。" });
  client.close();
}
