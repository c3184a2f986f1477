import { texts } from "../../texts/texts.js";

export const inventoryTexts = texts(
  {
    title: "行囊",
    empty: "行囊空空，去打几关或逛逛商铺吧",
    owned: (count: string) => `拥有 ${count}`,
    gives: (energy: number) => `饮下一瓶，体力 +${energy}`,
    drink: (energy: number) => `饮用 · 体力 +${energy}`,
    drunk: (energy: number) => `饮下药水，体力 +${energy}`,
    count: "数量",
    above: "体力可以超过上限，恢复的计时不变。",
    ends: (time: string) => `剩余 ${time}`,
    endsOf: (count: number, time: string) => `其中 ${count} 件在 ${time} 后到期`,
    lastEnds: (moment: string) => `最后一件到期于 ${moment}`,
    plain: "材料，留着自有用处。",
    limited: "限时物品，到期即消失。",
  },
  {
    title: "Bag",
    empty: "Your bag is empty: win a stage, or look into the shop",
    owned: (count: string) => `You have ${count}`,
    gives: (energy: number) => `One gives ${energy} energy`,
    drink: (energy: number) => `Drink · +${energy} energy`,
    drunk: (energy: number) => `That was good: +${energy} energy`,
    count: "How many",
    above: "Energy may rise above its maximum; the time to the next point goes on.",
    ends: (time: string) => `${time} left`,
    endsOf: (count: number, time: string) => `${count} of them end in ${time}`,
    lastEnds: (moment: string) => `The last ends on ${moment}`,
    plain: "A material that will be of use.",
    limited: "Lasts for a limited time and is gone then.",
  },
);
