import { texts } from "../../texts/texts.js";

export const chestTexts = texts(
  {
    title: "挂机宝箱",
    at: (stage: number) => `在第${stage}关挂机`,
    idle: "还没有开始挂机",
    idleHint: "选一关通过的关卡，侠客会在那里一直打下去，离线也算",
    hanging: (time: string) => `已积攒 ${time}`,
    open: "打开宝箱",
    contents: "箱中",
    start: "在这里挂机",
    change: "换到这里挂机",
    choose: "挂机的关卡",
    same: "已经在这一关了",
    opened: "宝箱已打开",
    minute: "满一分钟才有收益",
  },
  {
    title: "Idle chest",
    at: (stage: number) => `Fighting on stage ${stage}`,
    idle: "Nobody is fighting for you",
    idleHint: "Choose a stage you have passed: your hero fights there on and on, also while you are away",
    hanging: (time: string) => `Filling for ${time}`,
    open: "Open the chest",
    contents: "Inside",
    start: "Fight here",
    change: "Fight here instead",
    choose: "The stage",
    same: "That is where you are",
    opened: "The chest is open",
    minute: "It pays by whole minutes",
  },
);
