import { texts } from "./texts.js";

const REFUSED: Readonly<Record<number, string>> = {
  403: "这不是你的角色",
  404: "没有这位侠客",
  409: "你们之中有人正在对决",
  410: "对方不在江湖上",
  422: "不能挑战自己",
  429: "战书发得太多了，等等回音",
};

const REFUSED_EN: Readonly<Record<number, string>> = {
  403: "That is not your role",
  404: "There is no such player",
  409: "One of you is in a battle",
  410: "The other player is offline",
  422: "One cannot challenge oneself",
  429: "Too many of your challenges are open",
};

/** Challenges, as they are told on any screen. */
export const duelTexts = texts(
  {
    refused: (code: number, role: string) => `${role}：${REFUSED[code] ?? String(code)}`,
    gone: "这封战书已经失效",
    tooLate: "这一回合已经出过招了",
    rejected: (role: string) => `${role}谢绝了你的战书`,
    calls: (role: string) => `${role}向你下了战书！`,
    accept: "应战",
    reject: "谢绝",
  },
  {
    refused: (code: number, role: string) => `${role}: ${REFUSED_EN[code] ?? String(code)}`,
    gone: "That challenge is over",
    tooLate: "You have acted in this round already",
    rejected: (role: string) => `${role} declined your challenge`,
    calls: (role: string) => `${role} challenges you!`,
    accept: "Accept",
    reject: "Decline",
  },
);
