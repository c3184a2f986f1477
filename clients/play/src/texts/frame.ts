import { texts } from "./texts.js";

/** How an order ended. */
const ORDERS_ZH: Readonly<Record<string, string>> = {
  granted: "订单已到账",
  refused: "订单没有成交，点券没有动",
  watched: "订单没有付成；若平台晚些才扣款，货物会补上",
  operator: "订单要请客服查看，点券不会丢",
};
const ORDERS_EN: Readonly<Record<string, string>> = {
  granted: "Your order has arrived",
  refused: "Your order was not carried out; no points were spent",
  watched: "Your order was not paid. If the platform takes the points late, the goods follow",
  operator: "An operator has to look at your order; no points are lost",
};

/** What the frame of the page says. */
export const told = texts(
  {
    got: "获得",
    failed: "没有送到，请再试一次",
    unclear: "不知道这一步成了没有，先看看再说",
    energyFull: "体力已满，正好出发",
    newDay: "新的一天，挑战券已补满",
    bossDied: (name: string) => `世界首领「${name}」已被击败！`,
    season: (season: number) => `第${season}赛季开始，首领们重整旗鼓`,
    mail: (from: string, subject: string) => `${from}来信：${subject}`,
    orders: ORDERS_ZH,
    navigation: "游戏各处",
    language: "English",
    full: (time: string) => `${time} 后全满`,
    energyIsFull: "体力已满",
    lead: "一剑、一酒、一江湖",
    email: "用邮箱注册或登录",
    guest: "以游客身份踏入江湖",
    guestHint: "无需注册；每个标签页是一位侠客",
  },
  {
    got: "You got",
    failed: "That did not arrive. Please try again",
    unclear: "It is not known whether that was done: look before you do it again",
    energyFull: "Your energy is full: time to set out",
    newDay: "A new day: your tickets are back",
    bossDied: (name: string) => `The world boss ${name} is dead!`,
    season: (season: number) => `Season ${season} begins: the bosses have gathered their strength`,
    mail: (from: string, subject: string) => `Mail from ${from}: ${subject}`,
    orders: ORDERS_EN,
    navigation: "Places of the game",
    language: "中文",
    full: (time: string) => `full in ${time}`,
    energyIsFull: "Energy is full",
    lead: "A sword, a cup, the open road",
    email: "Sign up or log in with e-mail",
    guest: "Enter as a guest",
    guestHint: "Nothing to sign up for; each tab is a hero of its own",
  },
);
