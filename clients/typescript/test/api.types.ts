// What the compiler says about the generated types: `npm run types` fails if one of these stops to hold.

import type { AnswerOf, CallArguments, RefusalStatus } from "../src/index.js";
import type {
  Assets,
  CODES,
  Events,
  ITEM_GROUPS,
  ITEMS,
  OperatorEvents,
  OperatorFunctions,
  PlayerFunctions,
  STAGE_MODES,
  STATUS,
  STATUS_CODES,
  TICKET_KINDS,
} from "../src/api.gen.js";

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

type Holds<T extends true> = T;

type Enter = PlayerFunctions["enter_stage_general"];

export type Checks = [
  Holds<Same<Enter["request"], { stage: number }>>,
  Holds<Same<Enter["reply"]["energy"]["reward"], number>>,
  Holds<Same<Enter["code"], 90 | 91 | 92 | 94 | 95 | 97 | 98>>,
  Holds<Same<Enter["success"], 0>>,
  Holds<Same<PlayerFunctions["login_unique"]["success"], 0 | 1>>,
  Holds<Same<PlayerFunctions["ping"]["reply"], undefined>>,
  Holds<Same<PlayerFunctions["ping"]["code"], never>>,

  // What another platform refuses with may be any number.
  Holds<Same<PlayerFunctions["check_money"]["code"], number>>,

  // A repeated start is an answer without data.
  Holds<undefined extends PlayerFunctions["start_hang_up"]["reply"] ? true : false>,

  // Operators' functions and events are not players'.
  Holds<Same<Extract<keyof PlayerFunctions, keyof OperatorFunctions>, never>>,
  Holds<Same<Extract<keyof Events, keyof OperatorEvents>, never>>,
  Holds<"rules_changed" extends keyof OperatorEvents ? true : false>,
  Holds<Same<Events["mail_received"]["subj"], string>>,

  // Assets are found by the names of their files.
  Holds<Same<Assets["items.ron"]["items"][number]["name"], string>>,
  Holds<Same<Assets["stages/coin.ron"]["first"], number>>,

  // Constants are literals.
  Holds<Same<typeof STATUS.busy, 16>>,
  Holds<Same<typeof STAGE_MODES.coin.first, 4001>>,
  Holds<Same<typeof ITEM_GROUPS.armor, 4>>,
  Holds<Same<typeof ITEMS.coin, "3:1">>,
  Holds<Same<typeof TICKET_KINDS.boss_challenge, "18">>,
  Holds<Same<keyof typeof CODES.enter_stage_general, Enter["code"]>>,
  Holds<Same<(typeof STATUS_CODES.signup)[410], "the e-mail address is taken">>,

  // `call` takes what a function takes, answers what it answers, and is refused with its codes or those of every function.
  Holds<Same<CallArguments<"get_shop">[0], PlayerFunctions["get_shop"]["request"] | undefined>>,
  Holds<Same<AnswerOf<"enter_stage_general">, Enter["reply"]>>,
  Holds<Enter["code"] extends RefusalStatus<"enter_stage_general"> ? true : false>,
  Holds<Same<Extract<RefusalStatus<"enter_stage_general">, 99>, never>>,
];

export const wrong = {
  // @ts-expect-error a stage is a number
  text: { stage: "8" } satisfies Enter["request"],
  // @ts-expect-error a stage is needed
  missing: {} satisfies Enter["request"],
  // @ts-expect-error there is no such argument
  unknown: { stage: 8, stages: 9 } satisfies Enter["request"],
  // @ts-expect-error a function without arguments takes none
  none: { stage: 8 } satisfies PlayerFunctions["get_shop"]["request"],
  // @ts-expect-error 99 is no code of it
  code: 99 satisfies Enter["code"],
  // @ts-expect-error only these modes have tickets to buy
  mode: { mode: "boss", pay_with: "diamond" } satisfies PlayerFunctions["buy_ticket"]["request"],
};
