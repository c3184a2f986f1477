import { texts } from "../../texts/texts.js";

export const familyTexts = texts(
  {
    title: "家族",
    lead: "独行不如结伴。家族的名号会写在首领殿的排行上。",
    found: "创立家族",
    foundHint: "2 到 16 个字，你就是族长",
    name: "家族名",
    join: "加入家族",
    look: "看看有谁",
    joinThis: (name: string) => `加入「${name}」`,
    members: (count: number, max: number) => `${count}/${max} 人`,
    leader: "族长",
    me: "你",
    leave: "离开家族",
    leaving: {
      ends: "你是最后一人，离开后家族就此解散。",
      hands_over: "离开后，族长之位传给入族最早的人。",
      goes: "离开后随时可以再加入。",
    },
    heir: (name: string) => `下一任族长：${name}`,
  },
  {
    title: "Family",
    lead: "Better together than alone. The name of your family stands next to yours in the ranking of the boss hall.",
    found: "Found a family",
    foundHint: "2 to 16 characters; you will lead it",
    name: "Name of the family",
    join: "Join a family",
    look: "Look who is in it",
    joinThis: (name: string) => `Join “${name}”`,
    members: (count: number, max: number) => `${count} of ${max}`,
    leader: "leader",
    me: "you",
    leave: "Leave the family",
    leaving: {
      ends: "You are the last one: without you the family ends.",
      hands_over: "The member who joined next will lead the family.",
      goes: "You may come back at any time.",
    },
    heir: (name: string) => `Next leader: ${name}`,
  },
);
