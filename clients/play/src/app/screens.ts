import type { ComponentType } from "preact";
import type { IconName } from "../art/icons.js";
import { AccountScreen } from "../screens/account/screen.js";
import { accountTexts } from "../screens/account/texts.js";
import { ArenaScreen } from "../screens/arena/screen.js";
import { arenaTexts } from "../screens/arena/texts.js";
import { BagScreen } from "../screens/bag/screen.js";
import { bagTexts } from "../screens/bag/texts.js";
import { BossesScreen } from "../screens/bosses/screen.js";
import { bossesTexts } from "../screens/bosses/texts.js";
import { CalendarScreen } from "../screens/calendar/screen.js";
import { calendarTexts } from "../screens/calendar/texts.js";
import { CharacterScreen } from "../screens/character/screen.js";
import { characterTexts } from "../screens/character/texts.js";
import { ChestScreen } from "../screens/chest/screen.js";
import { chestTexts } from "../screens/chest/texts.js";
import { CraftScreen } from "../screens/craft/screen.js";
import { craftTexts } from "../screens/craft/texts.js";
import { EventsScreen } from "../screens/events/screen.js";
import { eventsTexts } from "../screens/events/texts.js";
import { FamilyScreen } from "../screens/family/screen.js";
import { familyTexts } from "../screens/family/texts.js";
import { GuideScreen } from "../screens/guide/screen.js";
import { guideTexts } from "../screens/guide/texts.js";
import { unread } from "../screens/mail/model.js";
import { MailScreen } from "../screens/mail/screen.js";
import { mailTexts } from "../screens/mail/texts.js";
import { MapScreen } from "../screens/map/screen.js";
import { mapTexts } from "../screens/map/texts.js";
import { OddsScreen } from "../screens/odds/screen.js";
import { oddsTexts } from "../screens/odds/texts.js";
import { ShopScreen } from "../screens/shop/screen.js";
import { shopTexts } from "../screens/shop/texts.js";
import { TasksScreen } from "../screens/tasks/screen.js";
import { tasksTexts } from "../screens/tasks/texts.js";
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
  /** A number of news beside the title, or 0. */
  news?: () => number;
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
  {
    id: "story",
    icon: "task",
    title: () => sectionTexts().story,
    screens: [
      { id: "tasks", icon: "task", title: () => tasksTexts().title, View: TasksScreen },
      { id: "events", icon: "event", title: () => eventsTexts().title, View: EventsScreen },
    ],
  },
  {
    id: "arena",
    icon: "swords",
    title: () => sectionTexts().arena,
    screens: [
      { id: "arena", icon: "swords", title: () => arenaTexts().title, View: ArenaScreen },
      { id: "family", icon: "family", title: () => familyTexts().title, View: FamilyScreen },
    ],
  },
  {
    id: "hero",
    icon: "person",
    title: () => sectionTexts().hero,
    screens: [
      { id: "character", icon: "person", title: () => characterTexts().title, View: CharacterScreen },
      { id: "bag", icon: "bag", title: () => bagTexts().title, View: BagScreen },
      { id: "craft", icon: "craft", title: () => craftTexts().title, View: CraftScreen },
    ],
  },
  {
    id: "town",
    icon: "shop",
    title: () => sectionTexts().town,
    screens: [
      { id: "shop", icon: "shop", title: () => shopTexts().title, View: ShopScreen },
      { id: "calendar", icon: "calendar", title: () => calendarTexts().title, View: CalendarScreen },
      { id: "odds", icon: "dice", title: () => oddsTexts().title, View: OddsScreen },
      { id: "mail", icon: "mail", title: () => mailTexts().title, news: () => unread.value, View: MailScreen },
      { id: "account", icon: "account", title: () => accountTexts().title, View: AccountScreen },
      { id: "guide", icon: "guide", title: () => guideTexts().title, View: GuideScreen },
    ],
  },
];

const [firstSection] = SECTIONS;
const [firstScreen] = firstSection?.screens ?? [];
if (firstSection === undefined || firstScreen === undefined) throw new Error("there are no screens");
const HOME = { section: firstSection, screen: firstScreen };

/** What is new on some screens together. */
export function newsOf(screens: readonly ScreenDefinition[]): number {
  return screens.reduce((sum, { news }) => sum + (news?.() ?? 0), 0);
}

/** The screen with this id and its section; an id that is none gives the first. */
export function screenOf(id: string): { section: Section; screen: ScreenDefinition } {
  for (const section of SECTIONS) {
    const screen = section.screens.find((one) => one.id === id);
    if (screen !== undefined) return { section, screen };
  }
  return HOME;
}
