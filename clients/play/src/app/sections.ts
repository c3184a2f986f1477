import { texts } from "../texts/texts.js";

export const sectionTexts = texts(
  { journey: "征途", story: "差事", arena: "江湖", hero: "侠客", town: "集市" },
  { journey: "Journey", story: "Tasks", arena: "Arena", hero: "Hero", town: "Town" },
);
