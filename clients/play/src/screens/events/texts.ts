import { texts } from "../../texts/texts.js";

const NAMES: Readonly<Record<string, string>> = {
  商队: "A caravan",
  节庆: "A festival",
  天象: "A sign in the sky",
  奇遇: "A strange meeting",
};

export const eventsTexts = texts(
  {
    title: "奇闻",
    lead: "路上遇见怪事，报给说书人听；他会把故事接下去",
    name: (event: string) => event,
    report: (event: string) => `遇见了${event}`,
    say: "接下来呢？",
    send: "说",
    topics: ["问一问", "看看", "离开"],
    talk: "奇闻",
  },
  {
    title: "Tales",
    lead: "When you meet something strange, report it: the storyteller takes it from there",
    name: (event: string) => NAMES[event] ?? event,
    report: (event: string) => `You met: ${NAMES[event] ?? event}`,
    say: "And then? (the stories are in Chinese)",
    send: "Say",
    topics: ["问一问", "看看", "离开"],
    talk: "Tale",
  },
);
