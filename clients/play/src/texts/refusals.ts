import type { FunctionName, RefusedError } from "../client/client.js";
import { locale } from "./texts.js";

/** What a status means for every function. */
const EVERYWHERE: Readonly<Record<number, string>> = {
  10: "这台服务器没有这项功能",
  11: "登录已失效，请重新进入",
  12: "请先进入江湖",
  13: "填写的内容不对",
  15: "手速太快了，歇一口气",
  16: "服务器正忙，请稍后再试",
  17: "此账号已被封停",
  18: "江湖正在修缮，请稍后再来",
  19: "页面太旧，请刷新",
  [-1]: "出了岔子，请稍后再试",
  [-2]: "等了太久，不知成与不成",
};

const STAGE: Readonly<Record<number, string>> = {
  88: "这一页没有数据",
  89: "没有这一页",
  90: "等级不够，再历练历练",
  91: "还去不了这一关",
  92: "挑战券用完了，明日再来",
  93: "伤害数值异常",
  94: "关卡不符",
  95: "材料不足",
  96: "次数不对",
  97: "体力不足，喝瓶药水或歇一歇",
  98: "这一关还没有开放",
  99: "先通关才行",
};

/** What a function's own status means, where the table of the stages does not hold. */
const OWN: Readonly<Partial<Record<FunctionName, Readonly<Record<number, string>>>>> = {
  enter_stage_endless: { 94: "这一层已经登过了" },
  enter_stage_boss: { 92: "没有挑战券，或首领都已倒下" },
  enter_stage: { 95: "还在另一关里，先打完它", 96: "这一关还没有开放", 98: "材料不足", 99: "活动尚未开启" },
  use_item: { 95: "数量不够", 96: "数量不对", 98: "这件物品不能使用", 99: "没有这件物品" },
  buy_ticket: { 92: "今日已不能再买", 95: "钱不够", 98: "还有一笔订单未结清", 99: "不能用点券购买" },
  buy_item: { 95: "点券不足", 98: "还有一笔订单未结清", 99: "没有这件商品" },
  start_hang_up: { 99: "只能在通关过的关卡挂机" },
  get_hang_up_reward: { 96: "这一关没有挂机收益", 99: "还没有开始挂机" },
  get_hang_up_info: { 96: "这一关没有挂机收益", 99: "还没有开始挂机" },
  delete_mail: { 97: "附件还没有领取", 99: "没有这封信" },
  claim_mail: { 97: "已经领取过了", 98: "没有附件", 99: "没有这封信" },
  send_mail: { 97: "对方的信箱满了", 98: "没有这位侠客", 99: "今日寄信已达上限", 422: "内容含有不当字词" },
  found_family: { 96: "这个名字已有人用", 97: "你已在一个家族里", 99: "名字不合规" },
  join_family: { 95: "家族已满", 97: "你已在一个家族里", 98: "没有这个家族" },
  leave_family: { 94: "你还没有加入家族" },
  family_members: { 94: "你还没有加入家族", 98: "没有这个家族" },
  sud_bind: { 97: "SUD 不认识这个会话", 98: "这个 uid 已被另一个账号绑定" },
  merge: { 95: "材料不足", 99: "数量已达上限", 422: "名字或描述不合规" },
  select: { 404: "这件差事已经没有了", 409: "先做完手上的差事" },
  select_personal: { 404: "这件差事已经没有了", 409: "先做完手上的差事" },
  feedback: { 404: "没有进行中的差事" },
  task_request: { 409: "这件差事已经有了", 422: "没听明白，说说想讨伐、寻宝、护送还是打探", 429: "今日的差事够多了" },
  battle: { 403: "这不是你的对决", 404: "没有这场对决", 409: "这一回合已经出过招了" },
  challenge_info: { 404: "这封战书已经失效" },
};

/** What the payment platform means, which speaks Chinese alone. */
const PLATFORM_EN: Readonly<Record<number, string>> = {
  95: "You have not enough points",
  102: "The payment platform did not accept it",
  203: "Cards of this kind are not taken at present",
  208: "This card was used before",
  303: "This card is not valid, or its number or password has the wrong length",
};

/** Why the server said no, in the player's language. In English its own words are the best. */
export function refusalText({ function: called, status, reason }: RefusedError): string {
  if (locale.value === "en") {
    if (/\p{Script=Han}/u.test(reason)) return PLATFORM_EN[status] ?? `The payment platform says: ${reason}`;
    return reason.charAt(0).toUpperCase() + reason.slice(1);
  }
  return OWN[called as FunctionName]?.[status] ?? EVERYWHERE[status] ?? STAGE[status] ?? reason;
}
