import { texts } from "./texts.js";

/** Words that many screens use. */
export const common = texts(
  {
    title: "凤羽江湖",
    close: "关闭",
    cancel: "取消",
    confirm: "确定",
    loading: "正在展卷……",
    level: (level: number) => `${level}级`,
    exp: "经验",
    energy: "体力",
    rewards: "奖励",
    claimed: "已领取",
    times: (count: number) => `×${count}`,
    gained: "获得",
    online: "在线",
    toGate: "回到山门",
    skip: "跳到正文",
  },
  {
    title: "Raidkeep",
    close: "Close",
    cancel: "Cancel",
    confirm: "OK",
    loading: "Unrolling the scroll…",
    level: (level: number) => `Lv. ${level}`,
    exp: "Exp",
    energy: "Energy",
    rewards: "Rewards",
    claimed: "Claimed",
    times: (count: number) => `×${count}`,
    gained: "You got",
    online: "online",
    toGate: "Back to the gate",
    skip: "Skip to content",
  },
);
