import {
  IconBarrierBlock,
  IconBook2,
  IconBroadcast,
  IconChartLine,
  IconClipboardList,
  IconCode,
  IconGift,
  IconLayoutDashboard,
  IconMail,
  IconReceipt,
  IconShieldLock,
  IconSkull,
  IconUsers,
} from "@tabler/icons-react";
import type { ComponentType } from "react";
import { Audit } from "../pages/audit.js";
import { Bosses } from "../pages/bosses.js";
import { Codes } from "../pages/codes.js";
import { Figures } from "../pages/figures.js";
import { Functions as FunctionsPage } from "../pages/functions.js";
import { Mail } from "../pages/mail.js";
import { Maintenance } from "../pages/maintenance.js";
import { Operators } from "../pages/operators.js";
import { Orders } from "../pages/orders.js";
import { Overview } from "../pages/overview.js";
import { Players } from "../pages/players/players.js";
import { Reports } from "../pages/reports.js";
import { Rules } from "../pages/rules.js";
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
  { name: "figures", path: "/figures", group: "watch", icon: IconChartLine, page: Figures, needs: ["figures"] },
  { name: "players", path: "/players", group: "help", icon: IconUsers, page: Players, needs: [] },
  { name: "orders", path: "/orders", group: "help", icon: IconReceipt, page: Orders, needs: ["order_list"] },
  { name: "reports", path: "/reports", group: "help", icon: IconBroadcast, page: Reports, needs: ["report_list"] },
  {
    name: "bosses",
    path: "/bosses",
    group: "game",
    icon: IconSkull,
    page: Bosses,
    needs: ["season_ranking", "family_list"],
  },
  { name: "mail", path: "/mail", group: "game", icon: IconMail, page: Mail, needs: ["mail_all_list", "announce_list"] },
  { name: "codes", path: "/codes", group: "game", icon: IconGift, page: Codes, needs: ["code_list"] },
  {
    name: "maintenance",
    path: "/maintenance",
    group: "game",
    icon: IconBarrierBlock,
    page: Maintenance,
    needs: ["maintenance_list"],
  },
  { name: "rules", path: "/rules", group: "game", icon: IconBook2, page: Rules, needs: ["rules_status"] },
  { name: "audit", path: "/audit", group: "watch", icon: IconClipboardList, page: Audit, needs: ["audit_list"] },
  {
    name: "operators",
    path: "/operators",
    group: "run",
    icon: IconShieldLock,
    page: Operators,
    needs: ["operator_self"],
  },
  { name: "functions", path: "/functions", group: "run", icon: IconCode, page: FunctionsPage, needs: [] },
];

/** The pages that this server has something for, and the operator the right. */
export function placesOf(functions: Functions): Place[] {
  return PLACES.filter(({ needs }) => needs.length === 0 || needs.some((name) => functions.may(name)));
}
