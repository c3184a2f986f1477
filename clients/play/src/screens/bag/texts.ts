import { texts } from "../../texts/texts.js";

export const bagTexts = texts(
  {
    title: "行囊",
    items: "物品",
    empty: "行囊里还没有东西。去闯几关吧",
    use: "喝下",
    energy: (points: number) => `每瓶恢复 ${points} 点体力`,
    count: "数量",
    above: "体力可以超过上限，下一点的计时不受影响",
    limited: "限时物品，到期即消失",
    part: (count: number, time: string) => `其中 ${count} 件还剩 ${time}`,
    last: (moment: string) => `最后一件到期于 ${moment}`,
    plain: "留着自有用处",
    expires: (time: string) => `还剩 ${time}`,
    owned: (count: string) => `拥有 ${count}`,
  },
  {
    title: "Inventory",
    items: "Items",
    empty: "Nothing yet. Win a stage or two",
    use: "Drink",
    energy: (points: number) => `Each gives ${points} energy`,
    count: "How many",
    above: "Energy may rise above its maximum; the time to the next point goes on",
    limited: "Lasts for a limited time and is gone then",
    part: (count: number, time: string) => `${count} of them end in ${time}`,
    last: (moment: string) => `The last ends on ${moment}`,
    plain: "It will be of use one day",
    expires: (time: string) => `${time} left`,
    owned: (count: string) => `You own ${count}`,
  },
);
