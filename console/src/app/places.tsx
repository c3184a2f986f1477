import { IconCode, IconLayoutDashboard, IconUsers } from "@tabler/icons-react";
import type { ComponentType } from "react";
import { Functions as FunctionsPage } from "../pages/functions.js";
import { Overview } from "../pages/overview.js";
import { Players } from "../pages/players/players.js";
import type { Functions } from "../api/functions.js";
import type { Texts } from "../texts/index.js";
import type { PageName } from "../ui/page.js";

/** A page of the console. */
export interface Place {
  name: PageName;
  path: string;
  group: keyof Texts["shell"]["groups"];
  icon: ComponentType<{ size?: number; "aria-hidden"?: boolean }>;
  page: ComponentType;
  /** The functions that it shows; it is there if the server has one of them. Empty = always. */
  needs: readonly string[];
}

export const PLACES: readonly Place[] = [
  { name: "overview", path: "/", group: "watch", icon: IconLayoutDashboard, page: Overview, needs: [] },
  { name: "players", path: "/players", group: "help", icon: IconUsers, page: Players, needs: [] },
  { name: "functions", path: "/functions", group: "run", icon: IconCode, page: FunctionsPage, needs: [] },
];

/** The pages that this server has something for. */
export function placesOf(functions: Functions): Place[] {
  return PLACES.filter(({ needs }) => needs.length === 0 || needs.some((name) => functions.has(name)));
}
