import type { GameClient } from "../client/client.js";
import { absorb, parseAmount, patchPlayer } from "../state/player.js";
import { toast } from "../state/toasts.js";
import { bossName } from "../texts/names.js";
import { told } from "../texts/frame.js";
import { bossesChanged, mailArrived, ordersSettled } from "../state/news.js";

/** Takes what the server tells by itself, on whatever screen the player is. */
export function followEvents(client: GameClient): void {
  client.on("energy_full", () => {
    toast("info", told().energyFull);
  });
  client.on("tickets_reset", ({ at }) => {
    patchPlayer({ nextResetAt: at.next_reset_at });
    toast("info", told().newDay);
  });
  client.on("boss_died", ({ boss, name }) => {
    bossesChanged.value += 1;
    toast("good", told().bossDied(bossName(boss, name)));
  });
  client.on("season_reset", ({ season }) => {
    bossesChanged.value += 1;
    toast("info", told().season(season));
  });
  client.on("mail_received", ({ subj, from }) => {
    mailArrived.value += 1;
    toast("info", told().mail(from, subj));
  });
  client.on("order_settled", ({ state, message, remain, reward }) => {
    absorb({ remain });
    ordersSettled.value += 1;
    toast(state === "granted" ? "good" : "bad", told().orders[state] ?? message, reward.map(parseAmount));
  });
}
