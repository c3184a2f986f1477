import { texts } from "../../texts/texts.js";

export const bagTexts = texts(
  {
    title: "行囊",
    items: "物品",
    empty: "行囊里还没有东西。去闯几关吧",
    use: "喝下",
    energy: (points: number) => `每瓶恢复 ${points} 点体力`,
    count: "数量",
    expiring: "限时物品",
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
    expiring: "Limited items",
    expires: (time: string) => `${time} left`,
    owned: (count: string) => `You own ${count}`,
  },
);
