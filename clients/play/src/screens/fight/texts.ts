import { texts } from "../../texts/texts.js";

export const fightTexts = texts(
  {
    strike: "出剑",
    how: "点击敌人，或按空格、回车出剑",
    foes: (left: number) => `余敌 ${left}`,
    hearts: (left: number) => `还能挨 ${left} 下`,
    won: "大获全胜",
    lost: "力有不逮",
    lostHint: "敌人冲破了防线。升级之后再来，或者出剑再快些。",
    settle: "收取战利品",
    noLoot: "这一关没有战利品，但江湖记住了你的名字。",
    retreat: "先撤",
    again: "再打一次",
    field: (place: string) => `${place}的战场`,
  },
  {
    strike: "Strike",
    how: "Tap a foe, or press Space or Enter, to strike",
    foes: (left: number) => `${left} foes left`,
    hearts: (left: number) => `${left} hearts left`,
    won: "Victory",
    lost: "Not this time",
    lostHint: "The foes broke through. Come back with a higher level, or strike faster.",
    settle: "Collect the loot",
    noLoot: "No loot here, but your name will be remembered.",
    retreat: "Retreat",
    again: "Fight again",
    field: (place: string) => `The field of ${place}`,
  },
);
