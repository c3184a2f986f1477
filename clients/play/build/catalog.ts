import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Catalog, Layout, Monster, Stage, StageMode, Window } from "../src/state/catalog.js";
import { amountAt, numberAt, textAt } from "./curve.js";
import { parseRon } from "./ron.js";

interface StageFile {
  mode: StageMode;
  first: number;
  last: number;
  stages: {
    from: number;
    to?: number;
    level?: number | string;
    energy?: number | string;
    rewards?: string[];
    exp?: number | string;
    layout?: string;
    windows?: Window[];
  }[];
}

/** What the page says about the game before a reply does: names, stages with their costs and rewards, layouts, prices. */
export function readCatalog(assets: string): Catalog {
  const read = (file: string): unknown => parseRon(readFileSync(join(assets, file), "utf8"), file);
  const { items } = read("items.ron") as { items: { id: string; name: string; energy?: number }[] };
  const { monsters } = read("monsters.ron") as { monsters: Monster[] };
  const { layouts } = read("layouts.ron") as { layouts: { id: string; waves: Layout }[] };
  const { bosses } = read("world_boss.ron") as { bosses: { name: string; life_value: number }[] };
  const { fighters } = read("fighters.ron") as { fighters: { name: string }[] };
  const { purchases } = read("tickets.ron") as { purchases: Catalog["purchases"] };
  const mail = read("mail.ron") as { sent_per_day: number; subject_max_chars: number; body_max_chars: number };
  const { stages: sweeps } = read("sweep.ron") as { stages: { from: number; to?: number }[] };
  const modes = ["general", "endless", "activity", "boss", "coin", "exp"] as const;
  return {
    energyMax: (read("energy.ron") as { maximum: number }).maximum,
    items: Object.fromEntries(
      items.map(({ id, name, energy }) => [id, energy === undefined ? { name } : { name, energy }]),
    ),
    monsters: Object.fromEntries(monsters.map((monster) => [monster.id, monster])),
    layouts: Object.fromEntries(layouts.map(({ id, waves }) => [id, waves])),
    bosses: bosses.map(({ name }) => name),
    fighters: fighters.map(({ name }) => name),
    gameMaster: (read("game_master.ron") as { role: string }).role,
    events: ["caravan", "festival", "meteors", "strange_meeting"].map((file) => {
      const { name, keywords } = read(`special_events/${file}.ron`) as { name: string; keywords: string[] };
      return { name, keyword: keywords[0] ?? name };
    }),
    purchases,
    mail: { sentPerDay: mail.sent_per_day, subjectMax: mail.subject_max_chars, bodyMax: mail.body_max_chars },
    sweeps: sweeps.map(({ from, to = from }) => [from, to]),
    stages: modes.flatMap((mode) => stagesOf(read(`stages/${mode}.ron`) as StageFile)),
  };
}

/** What players read of a window: its name is for the designers. */
function shownWindow(window: Window & { name?: string }): Window {
  return Object.fromEntries(Object.entries(window).filter(([key]) => key !== "name")) as unknown as Window;
}

function stagesOf({ mode, stages }: StageFile): Stage[] {
  return stages.flatMap(({ from, to = from, level = 0, energy = 0, rewards = [], exp = 0, layout = "", windows }) =>
    Array.from({ length: to - from + 1 }, (_, place) => ({
      stage: from + place,
      mode,
      level: numberAt(level, from + place),
      energy: numberAt(energy, from + place),
      rewards: rewards.map((reward) => amountAt(reward, from + place)),
      exp: numberAt(exp, from + place),
      layout: textAt(layout, from + place),
      ...(windows && { windows: windows.map(shownWindow) }),
    })),
  );
}
