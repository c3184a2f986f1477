import { texts } from "../../texts/texts.js";

export const guideTexts = texts(
  {
    title: "入门",
    lead: "一分钟走一遍江湖。每一步都是真的：做到了才算。",
    done: "已做到",
    go: "前往",
    finished: "江湖路远，后会有期。你已经会玩了！",
    progress: (done: number, all: number) => `${done} / ${all}`,
    next: "下一步",
    hide: "收起指引",
    steps: {
      fight: ["打赢第8关", "在地图上点金色的关卡，出战，然后收取战利品"],
      sweep: ["扫荡一次", "通关的关卡可以直接扫荡：再点一次第8关"],
      chest: ["开始挂机", "让侠客在通关的关卡里替你打下去"],
      task: ["接一件委托", "从告示板接一件，说书人会把故事讲给你听"],
      spar: ["与木人过招", "在擂台向系统木人下战书，三胜为赢"],
      boss: ["讨伐世界首领", "所有人一起打同一个首领，伤害进榜"],
    },
  },
  {
    title: "Tutorial",
    lead: "The whole road in a minute. Every step is real: it counts once you have done it.",
    done: "done",
    go: "Go there",
    finished: "The road is long. You know how to walk it now!",
    progress: (done: number, all: number) => `${done} of ${all}`,
    next: "Next",
    hide: "Hide the guide",
    steps: {
      fight: ["Win stage 8", "Choose the golden stage on the map, fight, and collect the loot"],
      sweep: ["Sweep once", "What you have passed can be swept: choose stage 8 again"],
      chest: ["Fill the chest", "Let your hero fight on in a passed stage"],
      task: ["Take a quest", "Take one from the board: the storyteller tells it with you"],
      spar: ["Spar with the dummy", "Challenge the wooden dummy in the arena; three rounds win"],
      boss: ["Fight a world boss", "Everybody fights the same one; your damage is ranked"],
    },
  },
);
