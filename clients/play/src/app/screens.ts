import type { ComponentType } from "preact";
import type { IconName } from "../art/icons.js";
import { BossesScreen } from "../screens/bosses/screen.js";
import { bossesTexts } from "../screens/bosses/texts.js";
import { ChestScreen } from "../screens/chest/screen.js";
import { chestTexts } from "../screens/chest/texts.js";
import { MapScreen } from "../screens/map/screen.js";
import { mapTexts } from "../screens/map/texts.js";
import { TowerScreen } from "../screens/tower/screen.js";
import { towerTexts } from "../screens/tower/texts.js";
import { TrialsScreen } from "../screens/trials/screen.js";
import { trialsTexts } from "../screens/trials/texts.js";
import { sectionTexts } from "./sections.js";

export interface ScreenDefinition {
  /** In the address, `#/map`. */
  id: string;
  icon: IconName;
  title: () => string;
  View: ComponentType;
}

export interface Section {
  id: string;
  icon: IconName;
  title: () => string;
  screens: readonly ScreenDefinition[];
}

/** All screens, in the order of the navigation. A screen is made by adding a line here. */
export const SECTIONS: readonly Section[] = [
  {
    id: "journey",
    icon: "map",
    title: () => sectionTexts().journey,
    screens: [
      { id: "map", icon: "map", title: () => mapTexts().title, View: MapScreen },
      { id: "tower", icon: "tower", title: () => towerTexts().title, View: TowerScreen },
      { id: "trials", icon: "trial", title: () => trialsTexts().title, View: TrialsScreen },
      { id: "bosses", icon: "boss", title: () => bossesTexts().title, View: BossesScreen },
      { id: "chest", icon: "chest", title: () => chestTexts().title, View: ChestScreen },
    ],
  },
];

const [firstSection] = SECTIONS;
const [firstScreen] = firstSection?.screens ?? [];
if (firstSection === undefined || firstScreen === undefined) throw new Error("there are no screens");
const HOME = { section: firstSection, screen: firstScreen };

/** The screen with this id and its section; an id that is none gives the first. */
export function screenOf(id: string): { section: Section; screen: ScreenDefinition } {
  for (const section of SECTIONS) {
    const screen = section.screens.find((one) => one.id === id);
    if (screen !== undefined) return { section, screen };
  }
  return HOME;
}
