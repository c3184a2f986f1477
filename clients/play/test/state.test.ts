import assert from "node:assert/strict";
import { test } from "node:test";
import { serverAddress } from "../src/game/account.js";
import { scoreIn } from "../src/screens/arena/model.js";
import { secondsOf } from "../src/screens/chest/model.js";
import { rowsOf } from "../src/screens/shop/model.js";
import { choicesIn, rewardOf } from "../src/screens/tasks/model.js";
import { absorb, parseAmount, player, playerTold } from "../src/state/player.js";
import { durationText, numberText } from "../src/texts/texts.js";

test("the page talks to the server that served it, and to another one only on this machine", () => {
  const page = (href: string): Location => new URL(href) as unknown as Location;
  assert.equal(serverAddress(page("http://127.0.0.1:7350/play/")), "ws://127.0.0.1:7350/ws");
  assert.equal(serverAddress(page("https://play.example.org/play/")), "wss://play.example.org/ws");
  assert.equal(serverAddress(page("http://localhost/play/?ws=ws://127.0.0.1:9/ws")), "ws://127.0.0.1:9/ws");
  assert.equal(
    serverAddress(page("https://play.example.org/play/?ws=wss://evil.example/ws")),
    "wss://play.example.org/ws",
    "a link cannot send a player's token elsewhere",
  );
});

test("a reply changes what it speaks of, and nothing else", () => {
  playerTold({
    name: "甲",
    exp: 180,
    level: 2,
    need: 180,
    energy: { cooling: -1, remain: 120 },
    limits: { "18": 3 },
    items: ["3:1:5", "3:10:1"],
    expiring: [],
    stages: { general: 7, endless: 0, boss: 0, coin: 0, exp: 0 },
    hang_up: { hang_stage: 0, time: "0:00:00" },
    session: null,
    at: { next_reset_at: 2_000, next_month_at: 3_000 },
  });
  absorb({ remain: ["3:1:380"], exp_info: { exp: 680, level: 3, need: 40 } });
  const now = player.peek();
  assert.ok(now !== undefined);
  assert.equal(now.items.get("3:1"), 380);
  assert.equal(now.items.get("3:10"), 1, "other items stay");
  assert.equal(now.level, 3);
});

test("what the server writes in words is read", () => {
  assert.deepEqual(parseAmount("3:51:-2"), { item: "3:51", quantity: -2 });
  assert.equal(secondsOf("1:02:03"), 3_723);
  assert.equal(secondsOf(61), 61);
  assert.deepEqual(scoreIn("稳占上风。（第2回合，玩家#7 2：1 系统木人）", "玩家#7"), [2, 1]);
  assert.deepEqual(
    scoreIn("稳占上风。（第2回合，玩家#7 2：1 玩家#8）", "玩家#8"),
    [1, 2],
    "one's own score comes first",
  );
  assert.equal(scoreIn("平局。", "玩家#7"), undefined);
  assert.deepEqual(rewardOf({ 龙眼: 2, 凤羽: 0, 经验值: 30 }), [
    { item: "3:51", quantity: 2 },
    { item: "exp", quantity: 30 },
  ]);
});

test("the lists of the platform are rows", () => {
  assert.deepEqual(rowsOf(""), []);
  assert.deepEqual(rowsOf([{ money: "1", need: "2" }]), [{ money: "1", need: "2" }]);
});

test("numbers and durations are written as people read them", () => {
  assert.equal(numberText(1_234), "1,234");
  assert.equal(numberText(100_000_000_000), "1000亿");
  assert.equal(durationText(59), "0:59");
  assert.equal(durationText(3_600), "1:00:00");
  assert.equal(durationText(200_000), "2天 7:33:20");
});

test("the ways that a storyteller asks about become answers", () => {
  assert.deepEqual(choicesIn("老猎户：“血迹在这儿。咱们是循着痕迹追，还是设个陷阱等？”"), ["循着痕迹追", "设个陷阱等"]);
  assert.deepEqual(choicesIn("“想替他赢回去？押大，还是押小？”"), ["押大", "押小"]);
  assert.deepEqual(choicesIn("头目挥了挥刀。打、谈、付钱，还是想法子绕过去？"), ["打", "谈", "付钱", "想法子绕过去"]);
  assert.deepEqual(choicesIn("天亮了，城门自己开了。"), []);
});
