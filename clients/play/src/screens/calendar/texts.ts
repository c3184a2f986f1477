import { texts } from "../../texts/texts.js";

export const calendarTexts = texts(
  {
    title: "活动",
    running: "进行中",
    coming: "即将开始",
    none: "近日没有活动",
    own: "专属于你",
    endsIn: (time: string) => `${time} 后结束`,
    beginsIn: (time: string) => `${time} 后开始`,
    span: (begins: string, ends: string) => `${begins} 至 ${ends}`,
    opens: (stages: string) => `开放活动关卡 ${stages}`,
    toTrials: "前往试炼",
  },
  {
    title: "Calendar",
    running: "Now",
    coming: "Coming",
    none: "No events in the next days",
    own: "just for you",
    endsIn: (time: string) => `ends in ${time}`,
    beginsIn: (time: string) => `begins in ${time}`,
    span: (begins: string, ends: string) => `${begins} to ${ends}`,
    opens: (stages: string) => `opens event stage ${stages}`,
    toTrials: "To the trials",
  },
);
