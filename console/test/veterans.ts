import type { Server } from "./server.js";

const DAY_SECONDS = 86_400;

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

/** What operators have done, so that their pages have something to show. */
export async function deeds(server: Server, player: number): Promise<void> {
  const tomorrow = Math.floor(Date.now() / 1000) + DAY_SECONDS;
  await server.operate("note_add", { player, text: "Wrote twice about lost tickets. Answered on Monday." });
  await server.operate("player_grant", { player, items: ["3:1:50"], reason: "ticket 4711: the fight was cut off" });
  await server.operate("operator_add", { name: "ann", role: "support", password: "for the first day" });
  const codes = { items: ["3:1:50", "3:5:2"], until: tomorrow, reason: "the fair in March" };
  await server.operate("code_make", { ...codes, count: 20 });
  await server.operate("code_make", { ...codes, count: 5, uses: 100 });
  await server.operate("code_withdraw", { batch: 2, reason: "printed with a mistake" });
  const mail = { title: "感谢支持", text: "祝您游戏愉快。", items: ["3:5:100"], until: tomorrow };
  await server.operate("mail_all", { ...mail, reason: "outage of Friday", audience: { level_min: 2 } });
  const message = "我们将进行例行维护，请提前下线。";
  await server.operate("maintenance", { from: tomorrow, until: tomorrow + 3600, message });
  await server.operate("announce", { text: "春季活动今晚开始！", repeat_minutes: 30, until: tomorrow });
  await server.operate("client_minimum", { name: "android", version: "1.4.2", url: "https://example.com/get" });
}
