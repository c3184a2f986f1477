import { texts } from "../../texts/texts.js";

export const towerTexts = texts(
  {
    title: "无尽塔",
    lead: "一层只登一次，每月初一重头再来",
    floor: (floor: number) => `第${floor}层`,
    passed: "已登",
    here: "你在这里",
    top: "云深不知处",
    climbed: (floor: number) => `已登 ${floor} 层`,
  },
  {
    title: "Endless tower",
    lead: "Each floor is climbed once; on the 1st of the month it all begins anew",
    floor: (floor: number) => `Floor ${floor}`,
    passed: "climbed",
    here: "you are here",
    top: "Beyond the clouds",
    climbed: (floor: number) => `${floor} floors climbed`,
  },
);
