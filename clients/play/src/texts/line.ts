import { texts } from "./texts.js";

/** How the line to the server is, said to players. */
export const lineTexts = texts(
  {
    pause: "山路起雾，正在重新连上……",
    pauseHint: "你的操作已记下，连上后会继续",
    maintenance: "江湖正在修缮，稍候片刻",
    comeBack: "在这里继续",
    stopped: {
      replaced: "这个账号在别处登录了",
      revoked: "登录已被服务器收回",
      signed_out: "登录已过期",
      refused: "进不去：账号或密码不对",
      banned: "此账号已被封停",
      too_old: "页面太旧了，请刷新",
    },
  },
  {
    pause: "Fog on the road. Reconnecting…",
    pauseHint: "What you did is noted and goes on afterwards",
    maintenance: "The world is being mended, please wait",
    comeBack: "Go on here",
    stopped: {
      replaced: "This account has logged in elsewhere",
      revoked: "The server has ended the log-in",
      signed_out: "The log-in has expired",
      refused: "No way in: wrong account or password",
      banned: "This account is banned",
      too_old: "This page is too old: please reload it",
    },
  },
);
