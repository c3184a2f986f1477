/**
 * The skeleton of a WeChat mini game: `npx esbuild examples/wechat/game.ts --bundle --format=iife --outfile=game.js`, next to
 * game.json. The server's address must be `wss:`, and one of the mini game's socket domains (开发设置, socket 合法域名).
 */
import { Client } from "@raidkeep/client";
import { wechat } from "@raidkeep/client/wechat";
import type { Wx } from "@raidkeep/client/wechat";

declare const wx: Wx & { showToast(options: { title: string; icon: "none" }): void };

const client = new Client({ url: "wss://play.example.org/ws", guest: guestOfThisDevice(), ...wechat(wx) });

client.onState((state) => {
  if (state.name === "waiting") toast(state.why === "maintenance" ? (state.message ?? "维护中") : "正在重新连接…");
  if (state.name === "stopped") toast(state.error.why === "replaced" ? "账号已在别处登录" : state.error.message);
});
client.onGap(() => void refresh());

void client.connect().then(refresh);

/** Asks for everything that is on the screen. */
async function refresh(): Promise<void> {
  const { name, level } = await client.call("get_player_info");
  toast(`${name} Lv.${level}`);
}

function guestOfThisDevice(): string {
  const kept = wx.getStorageSync("guest");
  if (typeof kept === "string" && kept !== "") return kept;
  const made = Array.from({ length: 4 }, () => Math.random().toString(36).slice(2, 10)).join("");
  wx.setStorageSync("guest", made);
  return made;
}

function toast(title: string): void {
  wx.showToast({ title, icon: "none" });
}
