import type { Server } from "./server.js";

/** A player with a past, and some others, so that every page has something to show. Returns the account's number. */
export async function veterans(server: Server): Promise<number> {
  const { name } = (await server.play("veteran", "get_player_info")) as { name: string };
  await server.grantPoints(name, 500);
  for (const stage of [8, 9]) {
    await server.play("veteran", "enter_stage_general", { stage });
    await server.play("veteran", "victory_stage_general", { stage });
  }
  await server.play("veteran", "buy_item", { offer: "starter" });
  await server.play("veteran", "enter_stage_boss", { stage: 3001 });
  await server.play("veteran", "victory_stage_boss", { stage: 3001, damage: 123_456 });
  for (const guest of ["ann", "bob"]) await server.play(guest, "get_player_info");
  return 1;
}
