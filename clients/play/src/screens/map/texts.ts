import { texts } from "../../texts/texts.js";

/** Names of the landscapes of the general stages. */
const REGIONS: Readonly<Record<string, string>> = {
  meadow: "草原",
  road: "古道",
  mine: "矿洞",
  swamp: "沼泽",
  snow: "雪山",
  desert: "沙漠",
};

export const mapTexts = texts(
  {
    title: "征途",
    regions: REGIONS,
    stage: (stage: number) => `第${stage}关`,
    passed: "已通关",
    next: "可以挑战",
    locked: "尚未开放",
    sweep: "扫荡",
    sweepCount: "扫荡次数",
  },
  {
    title: "Map",
    regions: {
      meadow: "Meadow",
      road: "Old road",
      mine: "Mine",
      swamp: "Swamp",
      snow: "Snow mountain",
      desert: "Desert",
    },
    stage: (stage: number) => `Stage ${stage}`,
    passed: "passed",
    next: "open",
    locked: "locked",
    sweep: "Sweep",
    sweepCount: "How many times",
  },
);
