// Written by `raidkeep schema typescript`; do not edit. It is what the server's own types say.

/** Any JSON: what another platform wrote and the server passes on. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

/** The statuses that mean the same whatever the function. */
export const STATUS = {
  /** The function did what was asked. */
  success: 0,
  /** No function of that name is registered. */
  unknown_function: 10,
  /** The token is unknown, expired, revoked, or belongs to somebody without the right. */
  invalid_token: 11,
  /** The function needs a token, and neither the request nor the connection has one. */
  token_not_present: 12,
  /** The request is not of the documented shape; the message names the field. */
  malformed: 13,
  /** The server has no world of that number. */
  world_not_found: 14,
  /** The rate limit of the connection or of the player is exceeded. */
  too_many_requests: 15,
  /** The server is busy, stopping or without storage; the same request may be sent again. */
  busy: 16,
  /** The account is banned. */
  banned: 17,
  /** The server is under maintenance. */
  maintenance: 18,
  /** The client has to be updated. */
  client_too_old: 19,
  /** The operator lacks the permission. */
  not_permitted: 20,
  /** An internal error; details are in the log. */
  internal_error: -1,
  /** The answer did not come in time; with `once` the request may be repeated safely. */
  timed_out: -2,
} as const;

/** The first and the last stage of each mode, whether configured or not. */
export const STAGE_MODES = {
  general: { first: 1, last: 999 },
  endless: { first: 1001, last: 1999 },
  activity: { first: 2001, last: 2999 },
  boss: { first: 3001, last: 3999 },
  coin: { first: 4001, last: 4149 },
  exp: { first: 4151, last: 4199 },
} as const;

/** The group of an item, the number before its colon. */
export const ITEM_GROUPS = {
  weapon: 0,
  skill: 1,
  role: 2,
  item: 3,
  armor: 4,
} as const;

/** Items, as `group:id`; an amount is `group:id:quantity`. */
export const ITEMS = {
  /** 金币 */
  coin: "3:1",
  /** 铁矿 */
  iron: "3:2",
  /** 食物 */
  food: "3:3",
  /** 水晶 */
  crystal: "3:4",
  /** 钻石 */
  diamond: "3:5",
  /** 10片技能卷轴 */
  skill_scroll_10: "3:6",
  /** 30片技能卷轴 */
  skill_scroll_30: "3:7",
  /** 100片技能卷轴 */
  skill_scroll_100: "3:8",
  /** 经验点 */
  experience_point: "3:9",
  /** 小体力药水 */
  small_energy_potion: "3:10",
  /** 初级召唤卷轴 */
  summon_scroll_basic: "3:11",
  /** 高级召唤卷轴 */
  summon_scroll_pro: "3:12",
  /** 先知召唤卷轴 */
  summon_scroll_prophet: "3:13",
  /** 初级转盘券 */
  fortune_wheel_basic: "3:14",
  /** 高级转盘券 */
  fortune_wheel_pro: "3:15",
  /** 好友礼物 */
  friend_gift: "3:16",
  /** 万能碎片 */
  universal_segment: "3:17",
  /** 金币卡 */
  coin_card: "3:18",
  /** 经验卡 */
  exp_card: "3:19",
  /** 食物卡 */
  food_card: "3:20",
  /** 矿石卡 */
  mine_card: "3:21",
  /** 水晶卡 */
  crystal_card: "3:22",
  /** 钻石卡 */
  diamond_card: "3:23",
  /** 矿场 */
  mine: "3:24",
  /** VIP月卡 */
  vip_month_card: "3:26",
  /** VIP季卡 */
  vip_season_card: "3:27",
  /** VIP年卡 */
  vip_year_card: "3:28",
  /** 体力药水(+50) */
  energy_potion_50: "3:33",
  /** 体力药水(+100) */
  energy_potion_100: "3:34",
  /** VIP经验卡 */
  vip_exp_card: "3:43",
  /** 龙眼 */
  dragon_eye: "3:51",
  /** 凤羽 */
  phoenix_feather: "3:52",
} as const;

/** Kinds of tickets: the keys of `limits`, which are no items. */
export const TICKET_KINDS = {
  /** 世界首领挑战 */
  boss_challenge: "18",
  /** 金币挑战 */
  coin_challenge: "19",
  /** 今日可购买的金币挑战券 */
  coin_purchase: "20",
  /** 经验挑战 */
  exp_challenge: "21",
  /** 今日可购买的经验挑战券 */
  exp_purchase: "22",
} as const;

/** Functions that can change nothing; they need no `once` key. */
export const READ_ONLY = [
  "bag",
  "card_types",
  "check_card",
  "check_money",
  "check_record",
  "family_members",
  "get_config_boss",
  "get_drop_rates",
  "get_player_info",
  "get_shop",
  "hear",
  "legal",
  "list_events",
  "list_orders",
  "ping",
  "server_time",
  "skill",
  "status",
  "task_info",
  "task_info_personal",
  "time",
  "world_node",
] as const;

/** Functions that need no token; they ignore `once` keys. */
export const TOKENLESS = [
  "legal",
  "login",
  "login_unique",
  "ping",
  "query_match_base",
  "server_time",
  "signup",
  "world_node",
] as const;

/** Functions whose answer may wait for a disk, a platform or another player. */
export const WAITING = [
  "battle",
  "buy_item",
  "buy_ticket",
  "card_types",
  "challenge",
  "challenge_info",
  "charge",
  "check_card",
  "check_money",
  "check_record",
  "damage_ranking",
  "feedback",
  "get_top_damage",
  "login",
  "login_unique",
  "main",
  "others",
  "query_match_base",
  "redeem_code",
  "send_mail",
  "signup",
  "stage_damage_ranking",
  "sud_bind",
  "world_ranking",
] as const;

/** Functions whose answer may change who the connection acts for. */
export const SIGNING_IN = [
  "login",
  "login_unique",
  "query_match_base",
  "signup",
] as const;

/** The statuses that are answers, of functions that have more than 0. */
export const ANSWERS = {
  login_unique: [0, 1],
  start_hang_up: [0, 1, 2],
} as const;

/** What the own statuses of each function mean. */
export const CODES = {
  bag: {
    403: "role: expected your own username",
  },
  battle: {
    403: "role: expected your own username; or this is not your battle",
    404: "no such battle",
    409: "you have acted in this round",
    422: "a text with characters that are not shown",
    423: "muted until `until`, for ever where that is absent",
  },
  buy_item: {
    95: "materials insufficient",
    98: "an earlier order is still being settled",
    99: "no such offer",
  },
  buy_ticket: {
    92: "no more ticket, try tomorrow",
    95: "materials insufficient",
    98: "an earlier order is still being settled",
    99: "this ticket is not sold for points",
  },
  challenge: {
    423: "muted until `until`, for ever where that is absent",
  },
  challenge_info: {
    404: "no such challenge",
    423: "muted until `until`, for ever where that is absent",
  },
  charge: {
    303: "充值卡无效或卡密长度错误",
  },
  claim_mail: {
    97: "already claimed",
    98: "there is nothing to claim in this mail",
    99: "no mail has this key",
  },
  damage_ranking: {
    98: "No data for this page",
    99: "Page number error",
  },
  delete_mail: {
    97: "the items of this mail have not been claimed",
    99: "no mail has this key",
  },
  enter_stage: {
    95: "a stage that cannot be left at will is still open; the token has ended",
    96: "There is no configuration information for this stage",
    97: "energy insufficient",
    98: "materials insufficient; or no more ticket, try tomorrow",
    99: "stage error; or all bosses are dead",
  },
  enter_stage_boss: {
    90: "level insufficient",
    91: "stage error",
    92: "no more ticket, try tomorrow; or every boss is dead",
    94: "the stage is passed, and cannot be repeated",
    95: "materials insufficient",
    97: "energy insufficient",
    98: "There is no configuration information for this stage",
  },
  enter_stage_coin: {
    90: "level insufficient",
    91: "stage error",
    92: "no more ticket, try tomorrow; or every boss is dead",
    94: "the stage is passed, and cannot be repeated",
    95: "materials insufficient",
    97: "energy insufficient",
    98: "There is no configuration information for this stage",
  },
  enter_stage_endless: {
    90: "level insufficient",
    91: "stage error",
    92: "no more ticket, try tomorrow; or every boss is dead",
    94: "the stage is passed, and cannot be repeated",
    95: "materials insufficient",
    97: "energy insufficient",
    98: "There is no configuration information for this stage",
  },
  enter_stage_exp: {
    90: "level insufficient",
    91: "stage error",
    92: "no more ticket, try tomorrow; or every boss is dead",
    94: "the stage is passed, and cannot be repeated",
    95: "materials insufficient",
    97: "energy insufficient",
    98: "There is no configuration information for this stage",
  },
  enter_stage_general: {
    90: "level insufficient",
    91: "stage error",
    92: "no more ticket, try tomorrow; or every boss is dead",
    94: "the stage is passed, and cannot be repeated",
    95: "materials insufficient",
    97: "energy insufficient",
    98: "There is no configuration information for this stage",
  },
  enter_world_boss_stage: {
    95: "a stage that cannot be left at will is still open; the token has ended",
    96: "There is no configuration information for this stage",
    97: "energy insufficient",
    98: "materials insufficient; or no more ticket, try tomorrow",
    99: "stage error; or all bosses are dead",
  },
  family_members: {
    94: "not in a family",
    98: "no such family",
  },
  feedback: {
    403: "role: expected your own username",
    404: "no task is under way",
    422: "a text with characters that are not shown",
    423: "muted until `until`, for ever where that is absent",
  },
  found_family: {
    96: "there is a family of this name",
    97: "already in a family",
    99: "illegal family name",
    423: "muted until `until`, for ever where that is absent",
  },
  get_drop_rates: {
    99: "no such drop table",
  },
  get_hang_up_info: {
    96: "There is no configuration information for this stage",
    99: "no stage is hanging up",
  },
  get_hang_up_reward: {
    96: "There is no configuration information for this stage",
    99: "no stage is hanging up",
  },
  get_list: {
    403: "role: expected your own username",
  },
  get_top_damage: {
    98: "No data for this page",
    99: "Page number error",
  },
  join_family: {
    95: "the family is full",
    97: "already in a family",
    98: "no such family",
  },
  leave_family: {
    94: "not in a family",
  },
  leave_world_boss_stage: {
    96: "There is no configuration information for this stage",
    98: "this stage was not entered; the token has ended",
    99: "stage error; or abnormal data",
  },
  login_unique: {
    1: "success, and this request made the account",
  },
  main: {
    403: "role: expected your own username",
    422: "a text with characters that are not shown",
    423: "muted until `until`, for ever where that is absent",
  },
  mark_read_mail: {
    99: "no mail has this key",
  },
  merge: {
    95: "materials insufficient",
    99: "no more can be owned",
    403: "role: expected your own username",
    422: "illegal name or description",
    423: "muted until `until`, for ever where that is absent",
  },
  mopping_up_stage: {
    95: "materials insufficient",
    96: "Can only be a positive integer",
    97: "energy insufficient",
    98: "There is no configuration information for this stage",
    99: "Do not sweep until you pass this checkpoint",
  },
  others: {
    403: "role: expected your own username",
    422: "a text with characters that are not shown",
    423: "muted until `until`, for ever where that is absent",
  },
  pass_stage: {
    96: "There is no configuration information for this stage",
    98: "this stage was not entered; the token has ended",
    99: "stage error; or abnormal data",
  },
  query_match_base: {
    401: "the signature is wrong, too old, or was used before",
  },
  redeem_code: {
    95: "尝试次数过多，请稍后再试",
    96: "兑换码已失效",
    97: "您已使用过该兑换码",
    98: "兑换码已被用完",
    99: "兑换码不存在",
  },
  refrash: {
    403: "role: expected your own username",
  },
  refresh: {
    403: "role: expected your own username",
  },
  select: {
    403: "role: expected your own username",
    404: "this task is not among those you may take",
    409: "another task is under way",
  },
  select_personal: {
    403: "role: expected your own username",
    404: "this task is not among those you may take",
    409: "another task is under way",
  },
  send_mail: {
    97: "the mailbox of this player is full",
    98: "no such player",
    99: "no more mails can be sent today",
    422: "characters that are not shown, or indecent words",
    423: "muted until `until`, for ever where that is absent",
  },
  skill: {
    403: "role: expected your own username",
  },
  stage_damage_ranking: {
    88: "No data for this page",
    89: "Page number error",
  },
  start_hang_up: {
    1: "the stage that hung before was settled, and this one hangs",
    2: "this stage hangs already",
    99: "stage error",
  },
  status: {
    403: "role: expected your own username",
  },
  sud_bind: {
    97: "SUD knows no such session of this uid",
    98: "another account is bound to this uid",
  },
  task_info: {
    403: "role: expected your own username",
  },
  task_info_personal: {
    403: "role: expected your own username",
  },
  task_request: {
    403: "role: expected your own username",
    409: "there is such a task already; `text` says so",
    422: "the wish is not understood, or has characters that are not shown",
    423: "muted until `until`, for ever where that is absent",
    429: "too many tasks are waiting, or were made today; `text` says so",
  },
  time: {
    403: "role: expected your own username",
  },
  use_item: {
    95: "materials insufficient",
    96: "Can only be a positive integer",
    98: "this item cannot be used",
    99: "no such item",
  },
  victory_stage_boss: {
    91: "stage error",
    93: "abnormal damage",
    94: "stage mismatch",
    98: "There is no configuration information for this stage",
  },
  victory_stage_coin: {
    91: "stage error",
    94: "stage mismatch",
    98: "There is no configuration information for this stage",
  },
  victory_stage_endless: {
    91: "stage error",
    94: "stage mismatch",
    98: "There is no configuration information for this stage",
  },
  victory_stage_exp: {
    91: "stage error",
    94: "stage mismatch",
    98: "There is no configuration information for this stage",
  },
  victory_stage_general: {
    91: "stage error",
    94: "stage mismatch",
    98: "There is no configuration information for this stage",
  },
  world_ranking: {
    88: "No data for this page",
    89: "Page number error",
  },
} as const;

/** What `status_code` means in the replies that have one, besides 200. Their status is 0. */
export const STATUS_CODES = {
  accept_challenge: {
    403: "role is not your own username",
    404: "no such open challenge to you",
    409: "one of the two is in a battle",
    410: "the other is not online",
  },
  challenge: {
    403: "role1 is not your own username",
    404: "no such player",
    409: "one of the two is in a battle",
    410: "the other is not online",
    422: "yourself, or no image within the limits",
    429: "too many challenges are open",
  },
  login: {
    401: "wrong password, or one for one log-in that is used or over",
    404: "no account has this e-mail address",
    422: "with `once_password`: the new password is too short",
    429: "too many attempts; wait `retry_after_ms`",
  },
  reject_challenge: {
    403: "role is not your own username",
    404: "no such open challenge to you",
    409: "one of the two is in a battle",
    410: "the other is not online",
  },
  signup: {
    409: "the name is taken, or looks like one that is",
    410: "the e-mail address is taken",
    422: "illegal name or e-mail address, or the password is too short",
    429: "too many new accounts from this address",
  },
} as const;

/** What players may call, and what needs no token. */
export interface PlayerFunctions {
  /** `accept_c {id, status}`: accepts or rejects; the reply says whether the battle begins. */
  accept_c: {
    request: AcceptCRequest;
    reply: AcceptCReply;
    code: never;
    success: 0;
  };
  /**
   * `accept_challenge {role, id}`.
   * - 0 with `status_code` 403: role is not your own username
   * - 0 with `status_code` 404: no such open challenge to you
   * - 0 with `status_code` 409: one of the two is in a battle
   * - 0 with `status_code` 410: the other is not online
   */
  accept_challenge: {
    request: AcceptChallengeRequest;
    reply: AcceptChallengeReply;
    code: never;
    success: 0;
  };
  /**
   * `bag {role}`.
   * - 403: role: expected your own username
   */
  bag: {
    request: BagRequest;
    reply: BagReply;
    code: 403;
    success: 0;
  };
  /**
   * `battle {role, id, text | action, items, skills, wait?}`: acts in the round. The reply comes with the verdict.
   * - 403: role: expected your own username; or this is not your battle
   * - 404: no such battle
   * - 409: you have acted in this round
   * - 422: a text with characters that are not shown
   * - 423: muted until `until`, for ever where that is absent
   */
  battle: {
    request: BattleRequest;
    reply: BattleReply;
    code: 403 | 404 | 409 | 422 | 423;
    success: 0;
  };
  /**
   * `buy_item {token, offer}`.
   * - others: the payment platform refuses: its code and its message
   * - 95: materials insufficient
   * - 98: an earlier order is still being settled
   * - 99: no such offer
   */
  buy_item: {
    request: BuyItemRequest;
    reply: BuyItemReply;
    code: number;
    success: 0;
  };
  /**
   * `buy_ticket {token, mode, pay_with}`.
   * - others: the payment platform refuses: its code and its message
   * - 92: no more ticket, try tomorrow
   * - 95: materials insufficient
   * - 98: an earlier order is still being settled
   * - 99: this ticket is not sold for points
   */
  buy_ticket: {
    request: BuyTicketRequest;
    reply: BuyTicketReply;
    code: number;
    success: 0;
  };
  /**
   * `card_types {token}`: the cards that the platform accepts.
   * - others: the payment platform refuses: its code and its message
   */
  card_types: {
    request: CardTypesRequest;
    reply: CardTypesReply;
    code: number;
    success: 0;
  };
  /**
   * `challenge {role1, role2, image_data, report_game_info_key?, report_game_info_extras?}`.
   * - 423: muted until `until`, for ever where that is absent
   * - 0 with `status_code` 403: role1 is not your own username
   * - 0 with `status_code` 404: no such player
   * - 0 with `status_code` 409: one of the two is in a battle
   * - 0 with `status_code` 410: the other is not online
   * - 0 with `status_code` 422: yourself, or no image within the limits
   * - 0 with `status_code` 429: too many challenges are open
   */
  challenge: {
    request: ChallengeRequest;
    reply: ChallengeReply;
    code: 423;
    success: 0;
  };
  /**
   * `challenge_info {id, status?, image_data?}`: a client's answer to the event of that name. Without `status` it shows
   * the challenge and leaves it open. To the challenger it shows the answer.
   * - 404: no such challenge
   * - 423: muted until `until`, for ever where that is absent
   */
  challenge_info: {
    request: ChallengeInfoRequest;
    reply: ChallengeInfoReply;
    code: 404 | 423;
    success: 0;
  };
  /**
   * `charge {token, ctype, cnum, cpwd}`: points for a prepaid card.
   * - others: the payment platform refuses: its code and its message
   * - 303: 充值卡无效或卡密长度错误
   */
  charge: {
    request: ChargeRequest;
    reply: ChargeReply;
    code: number;
    success: 0;
  };
  /** `check_boss_status {token}`: the same in the legacy format. */
  check_boss_status: {
    request: CheckBossStatusRequest;
    reply: CheckBossStatusReply;
    code: never;
    success: 0;
  };
  /**
   * `check_card {token}`: the last five cards.
   * - others: the payment platform refuses: its code and its message
   */
  check_card: {
    request: CheckCardRequest;
    reply: CheckCardReply;
    code: number;
    success: 0;
  };
  /**
   * `check_money {token}`: the points of the player.
   * - others: the payment platform refuses: its code and its message
   */
  check_money: {
    request: CheckMoneyRequest;
    reply: CheckMoneyReply;
    code: number;
    success: 0;
  };
  /**
   * `check_record {token}`: the last five movements.
   * - others: the payment platform refuses: its code and its message
   */
  check_record: {
    request: CheckRecordRequest;
    reply: CheckRecordReply;
    code: number;
    success: 0;
  };
  /**
   * `claim_mail {token, key}`.
   * - 97: already claimed
   * - 98: there is nothing to claim in this mail
   * - 99: no mail has this key
   */
  claim_mail: {
    request: ClaimMailRequest;
    reply: ClaimMailReply;
    code: 97 | 98 | 99;
    success: 0;
  };
  /**
   * `stage_damage_ranking {token, page}`.
   * - 98: No data for this page
   * - 99: Page number error
   */
  damage_ranking: {
    request: DamageRankingRequest;
    reply: DamageRankingReply;
    code: 98 | 99;
    success: 0;
  };
  /**
   * `delete_mail {token, key}`.
   * - 97: the items of this mail have not been claimed
   * - 99: no mail has this key
   */
  delete_mail: {
    request: DeleteMailRequest;
    reply: undefined;
    code: 97 | 99;
    success: 0;
  };
  /** `delete_read_mail {token}`. */
  delete_read_mail: {
    request: DeleteReadMailRequest;
    reply: undefined;
    code: never;
    success: 0;
  };
  /**
   * `enter_stage {token, stage}`.
   * - 95: a stage that cannot be left at will is still open; the token has ended
   * - 96: There is no configuration information for this stage
   * - 97: energy insufficient
   * - 98: materials insufficient; or no more ticket, try tomorrow
   * - 99: stage error; or all bosses are dead
   */
  enter_stage: {
    request: EnterStageRequest;
    reply: EnterStageReply;
    code: 95 | 96 | 97 | 98 | 99;
    success: 0;
  };
  /**
   * `enter_stage_* {token, stage}`.
   * - 90: level insufficient
   * - 91: stage error
   * - 92: no more ticket, try tomorrow; or every boss is dead
   * - 94: the stage is passed, and cannot be repeated
   * - 95: materials insufficient
   * - 97: energy insufficient
   * - 98: There is no configuration information for this stage
   */
  enter_stage_boss: {
    request: EnterStageBossRequest;
    reply: EnterStageBossReply;
    code: 90 | 91 | 92 | 94 | 95 | 97 | 98;
    success: 0;
  };
  /**
   * `enter_stage_* {token, stage}`.
   * - 90: level insufficient
   * - 91: stage error
   * - 92: no more ticket, try tomorrow; or every boss is dead
   * - 94: the stage is passed, and cannot be repeated
   * - 95: materials insufficient
   * - 97: energy insufficient
   * - 98: There is no configuration information for this stage
   */
  enter_stage_coin: {
    request: EnterStageCoinRequest;
    reply: EnterStageCoinReply;
    code: 90 | 91 | 92 | 94 | 95 | 97 | 98;
    success: 0;
  };
  /**
   * `enter_stage_* {token, stage}`.
   * - 90: level insufficient
   * - 91: stage error
   * - 92: no more ticket, try tomorrow; or every boss is dead
   * - 94: the stage is passed, and cannot be repeated
   * - 95: materials insufficient
   * - 97: energy insufficient
   * - 98: There is no configuration information for this stage
   */
  enter_stage_endless: {
    request: EnterStageEndlessRequest;
    reply: EnterStageEndlessReply;
    code: 90 | 91 | 92 | 94 | 95 | 97 | 98;
    success: 0;
  };
  /**
   * `enter_stage_* {token, stage}`.
   * - 90: level insufficient
   * - 91: stage error
   * - 92: no more ticket, try tomorrow; or every boss is dead
   * - 94: the stage is passed, and cannot be repeated
   * - 95: materials insufficient
   * - 97: energy insufficient
   * - 98: There is no configuration information for this stage
   */
  enter_stage_exp: {
    request: EnterStageExpRequest;
    reply: EnterStageExpReply;
    code: 90 | 91 | 92 | 94 | 95 | 97 | 98;
    success: 0;
  };
  /**
   * `enter_stage_* {token, stage}`.
   * - 90: level insufficient
   * - 91: stage error
   * - 92: no more ticket, try tomorrow; or every boss is dead
   * - 94: the stage is passed, and cannot be repeated
   * - 95: materials insufficient
   * - 97: energy insufficient
   * - 98: There is no configuration information for this stage
   */
  enter_stage_general: {
    request: EnterStageGeneralRequest;
    reply: EnterStageGeneralReply;
    code: 90 | 91 | 92 | 94 | 95 | 97 | 98;
    success: 0;
  };
  /**
   * `enter_stage {token, stage}`.
   * - 95: a stage that cannot be left at will is still open; the token has ended
   * - 96: There is no configuration information for this stage
   * - 97: energy insufficient
   * - 98: materials insufficient; or no more ticket, try tomorrow
   * - 99: stage error; or all bosses are dead
   */
  enter_world_boss_stage: {
    request: EnterWorldBossStageRequest;
    reply: EnterWorldBossStageReply;
    code: 95 | 96 | 97 | 98 | 99;
    success: 0;
  };
  /**
   * `family_members {name?}`: a family, by default the caller's own.
   * - 94: not in a family
   * - 98: no such family
   */
  family_members: {
    request: FamilyMembersRequest;
    reply: FamilyMembersReply;
    code: 94 | 98;
    success: 0;
  };
  /**
   * `feedback {text, role, items, skills, roles}`: plays the task under way.
   * - 403: role: expected your own username
   * - 404: no task is under way
   * - 422: a text with characters that are not shown
   * - 423: muted until `until`, for ever where that is absent
   */
  feedback: {
    request: FeedbackRequest;
    reply: FeedbackReply;
    code: 403 | 404 | 422 | 423;
    success: 0;
  };
  /**
   * `found_family {name}`.
   * - 96: there is a family of this name
   * - 97: already in a family
   * - 99: illegal family name
   * - 423: muted until `until`, for ever where that is absent
   */
  found_family: {
    request: FoundFamilyRequest;
    reply: FoundFamilyReply;
    code: 96 | 97 | 99 | 423;
    success: 0;
  };
  /** `get_all_mail {token}`. */
  get_all_mail: {
    request: GetAllMailRequest;
    reply: GetAllMailReply;
    code: never;
    success: 0;
  };
  /** `get_config_boss {token}`. */
  get_config_boss: {
    request: GetConfigBossRequest;
    reply: GetConfigBossReply;
    code: never;
    success: 0;
  };
  /**
   * `get_drop_rates {token, table}`: how often what comes from the drop tables, as events that run make it for the caller.
   * - 99: no such drop table
   */
  get_drop_rates: {
    request: GetDropRatesRequest;
    reply: GetDropRatesReply;
    code: 99;
    success: 0;
  };
  /**
   * `get_hang_up_info {token}`.
   * - 96: There is no configuration information for this stage
   * - 99: no stage is hanging up
   */
  get_hang_up_info: {
    request: GetHangUpInfoRequest;
    reply: GetHangUpInfoReply;
    code: 96 | 99;
    success: 0;
  };
  /**
   * `get_hang_up_reward {token}`.
   * - 96: There is no configuration information for this stage
   * - 99: no stage is hanging up
   */
  get_hang_up_reward: {
    request: GetHangUpRewardRequest;
    reply: GetHangUpRewardReply;
    code: 96 | 99;
    success: 0;
  };
  /**
   * `get_list {role}`.
   * - 403: role: expected your own username
   */
  get_list: {
    request: GetListRequest;
    reply: GetListReply;
    code: 403;
    success: 0;
  };
  /** `get_new_mail {token}`: the unread mails. */
  get_new_mail: {
    request: GetNewMailRequest;
    reply: GetNewMailReply;
    code: never;
    success: 0;
  };
  /** `get_player_info {token}`. */
  get_player_info: {
    request: GetPlayerInfoRequest;
    reply: GetPlayerInfoReply;
    code: never;
    success: 0;
  };
  /** `get_shop {token}`: what is sold for points. */
  get_shop: {
    request: GetShopRequest;
    reply: GetShopReply;
    code: never;
    success: 0;
  };
  /**
   * `stage_damage_ranking {token, page}`.
   * - 98: No data for this page
   * - 99: Page number error
   */
  get_top_damage: {
    request: GetTopDamageRequest;
    reply: GetTopDamageReply;
    code: 98 | 99;
    success: 0;
  };
  /**
   * `hear {}`: this connection gets the events of its player. So it does anyway after any request; the server asks by itself
   * for connections whose world has begun a new life, here or on another node.
   */
  hear: {
    request: HearRequest;
    reply: undefined;
    code: never;
    success: 0;
  };
  /**
   * `join_family {name}`.
   * - 95: the family is full
   * - 97: already in a family
   * - 98: no such family
   */
  join_family: {
    request: JoinFamilyRequest;
    reply: JoinFamilyReply;
    code: 95 | 97 | 98;
    success: 0;
  };
  /**
   * `leave_family {}`.
   * - 94: not in a family
   */
  leave_family: {
    request: LeaveFamilyRequest;
    reply: undefined;
    code: 94;
    success: 0;
  };
  /**
   * `pass_stage {token, stage}`, and `damage` in the boss room.
   * - 96: There is no configuration information for this stage
   * - 98: this stage was not entered; the token has ended
   * - 99: stage error; or abnormal data
   */
  leave_world_boss_stage: {
    request: LeaveWorldBossStageRequest;
    reply: LeaveWorldBossStageReply;
    code: 96 | 98 | 99;
    success: 0;
  };
  /** `legal {mode, content}`: whether a name (mode 0) or the description of a role (mode 1) may be used. */
  legal: {
    request: LegalRequest;
    reply: LegalReply;
    code: never;
    success: 0;
  };
  /** `list_events {token}`: the events that run, and those that begin soon. */
  list_events: {
    request: ListEventsRequest;
    reply: ListEventsReply;
    code: never;
    success: 0;
  };
  /** `list_orders {token}`. */
  list_orders: {
    request: ListOrdersRequest;
    reply: ListOrdersReply;
    code: never;
    success: 0;
  };
  /** `listen {events}`: subscribes the player to these events, replacing an earlier subscription. */
  listen: {
    request: ListenRequest;
    reply: ListenReply;
    code: never;
    success: 0;
  };
  /**
   * `login {email, password, ip}`.
   * - 0 with `status_code` 401: wrong password, or one for one log-in that is used or over
   * - 0 with `status_code` 404: no account has this e-mail address
   * - 0 with `status_code` 422: with `once_password`: the new password is too short
   * - 0 with `status_code` 429: too many attempts; wait `retry_after_ms`
   */
  login: {
    request: LoginRequest;
    reply: LoginReply;
    code: never;
    success: 0;
  };
  /**
   * `login_unique {unique_id}`: logs in as a guest, creating the account on first use.
   * - 1: success, and this request made the account
   */
  login_unique: {
    request: LoginUniqueRequest;
    reply: LoginUniqueReply;
    code: never;
    success: 0 | 1;
  };
  /**
   * `main {text, role}`: says something to the game master. Naming a task that may be taken accepts it.
   * - 403: role: expected your own username
   * - 422: a text with characters that are not shown
   * - 423: muted until `until`, for ever where that is absent
   */
  main: {
    request: MainRequest;
    reply: MainReply;
    code: 403 | 422 | 423;
    success: 0;
  };
  /**
   * `mark_read_mail {token, key}`.
   * - 99: no mail has this key
   */
  mark_read_mail: {
    request: MarkReadMailRequest;
    reply: undefined;
    code: 99;
    success: 0;
  };
  /**
   * `merge {role, mode, num, des, name?}`: crafts something from `num` units of material.
   * - 95: materials insufficient
   * - 99: no more can be owned
   * - 403: role: expected your own username
   * - 422: illegal name or description
   * - 423: muted until `until`, for ever where that is absent
   */
  merge: {
    request: MergeRequest;
    reply: MergeReply;
    code: 95 | 99 | 403 | 422 | 423;
    success: 0;
  };
  /**
   * `mopping_up_stage {token, stage, count}`.
   * - 95: materials insufficient
   * - 96: Can only be a positive integer
   * - 97: energy insufficient
   * - 98: There is no configuration information for this stage
   * - 99: Do not sweep until you pass this checkpoint
   */
  mopping_up_stage: {
    request: MoppingUpStageRequest;
    reply: MoppingUpStageReply;
    code: 95 | 96 | 97 | 98 | 99;
    success: 0;
  };
  /**
   * `others {info, role, text}`: a special event and what the player says to it. It begins, or the one under way
   * continues.
   * - 403: role: expected your own username
   * - 422: a text with characters that are not shown
   * - 423: muted until `until`, for ever where that is absent
   */
  others: {
    request: OthersRequest;
    reply: OthersReply;
    code: 403 | 422 | 423;
    success: 0;
  };
  /**
   * `pass_stage {token, stage}`, and `damage` in the boss room.
   * - 96: There is no configuration information for this stage
   * - 98: this stage was not entered; the token has ended
   * - 99: stage error; or abnormal data
   */
  pass_stage: {
    request: PassStageRequest;
    reply: PassStageReply;
    code: 96 | 98 | 99;
    success: 0;
  };
  /** `ping {}`. */
  ping: {
    request: PingRequest;
    reply: undefined;
    code: never;
    success: 0;
  };
  /**
   * `query_match_base {authorization, body}`: the query as it came over HTTP, header and exact text of the body.
   * - 401: the signature is wrong, too old, or was used before
   */
  query_match_base: {
    request: QueryMatchBaseRequest;
    reply: QueryMatchBaseReply;
    code: 401;
    success: 0;
  };
  /**
   * `redeem_code {code}`: the goods come as a mail.
   * - 95: 尝试次数过多，请稍后再试
   * - 96: 兑换码已失效
   * - 97: 您已使用过该兑换码
   * - 98: 兑换码已被用完
   * - 99: 兑换码不存在
   */
  redeem_code: {
    request: RedeemCodeRequest;
    reply: RedeemCodeReply;
    code: 95 | 96 | 97 | 98 | 99;
    success: 0;
  };
  /**
   * `refrash {role}`, as the contract spells it (docs/contract/role-play.md#routes).
   * - 403: role: expected your own username
   */
  refrash: {
    request: RefrashRequest;
    reply: RefrashReply;
    code: 403;
    success: 0;
  };
  /**
   * `refresh {role}`, as clients spell it.
   * - 403: role: expected your own username
   */
  refresh: {
    request: RefreshRequest;
    reply: RefreshReply;
    code: 403;
    success: 0;
  };
  /**
   * `reject_challenge {role, id}`.
   * - 0 with `status_code` 403: role is not your own username
   * - 0 with `status_code` 404: no such open challenge to you
   * - 0 with `status_code` 409: one of the two is in a battle
   * - 0 with `status_code` 410: the other is not online
   */
  reject_challenge: {
    request: RejectChallengeRequest;
    reply: RejectChallengeReply;
    code: never;
    success: 0;
  };
  /**
   * `select {role, task_name}`: starts a public task. If it is already under way, its scene is shown again.
   * - 403: role: expected your own username
   * - 404: this task is not among those you may take
   * - 409: another task is under way
   */
  select: {
    request: SelectRequest;
    reply: SelectReply;
    code: 403 | 404 | 409;
    success: 0;
  };
  /**
   * `select_personal {role, task_name}`: the same with a personal task.
   * - 403: role: expected your own username
   * - 404: this task is not among those you may take
   * - 409: another task is under way
   */
  select_personal: {
    request: SelectPersonalRequest;
    reply: SelectPersonalReply;
    code: 403 | 404 | 409;
    success: 0;
  };
  /**
   * `send_mail {token, gn_target, subj, body}`.
   * - 97: the mailbox of this player is full
   * - 98: no such player
   * - 99: no more mails can be sent today
   * - 422: characters that are not shown, or indecent words
   * - 423: muted until `until`, for ever where that is absent
   */
  send_mail: {
    request: SendMailRequest;
    reply: undefined;
    code: 97 | 98 | 99 | 422 | 423;
    success: 0;
  };
  /** `server_time {}`. */
  server_time: {
    request: ServerTimeRequest;
    reply: ServerTimeReply;
    code: never;
    success: 0;
  };
  /**
   * `signup {email, username, password, ip}`.
   * - 0 with `status_code` 409: the name is taken, or looks like one that is
   * - 0 with `status_code` 410: the e-mail address is taken
   * - 0 with `status_code` 422: illegal name or e-mail address, or the password is too short
   * - 0 with `status_code` 429: too many new accounts from this address
   */
  signup: {
    request: SignupRequest;
    reply: SignupReply;
    code: never;
    success: 0;
  };
  /**
   * `skill {role}`.
   * - 403: role: expected your own username
   */
  skill: {
    request: SkillRequest;
    reply: SkillReply;
    code: 403;
    success: 0;
  };
  /**
   * `stage_damage_ranking {token, page}`.
   * - 88: No data for this page
   * - 89: Page number error
   */
  stage_damage_ranking: {
    request: StageDamageRankingRequest;
    reply: StageDamageRankingReply;
    code: 88 | 89;
    success: 0;
  };
  /** `stage_refresh_boss {token}`. */
  stage_refresh_boss: {
    request: StageRefreshBossRequest;
    reply: StageRefreshBossReply;
    code: never;
    success: 0;
  };
  /**
   * `start_hang_up {token, stage}`.
   * - 1: the stage that hung before was settled, and this one hangs
   * - 2: this stage hangs already
   * - 99: stage error
   */
  start_hang_up: {
    request: StartHangUpRequest;
    reply: StartHangUpReply | undefined;
    code: 99;
    success: 0 | 1 | 2;
  };
  /**
   * `status {role}`.
   * - 403: role: expected your own username
   */
  status: {
    request: StatusRequest;
    reply: StatusReply;
    code: 403;
    success: 0;
  };
  /**
   * `sud_bind {token, uid, ss_token}`: sets the player's identity in reports from now on.
   * - 97: SUD knows no such session of this uid
   * - 98: another account is bound to this uid
   */
  sud_bind: {
    request: SudBindRequest;
    reply: undefined;
    code: 97 | 98;
    success: 0;
  };
  /**
   * `task_info {role}`: the public tasks that the player may take.
   * - 403: role: expected your own username
   */
  task_info: {
    request: TaskInfoRequest;
    reply: TaskInfoReply;
    code: 403;
    success: 0;
  };
  /**
   * `task_info_personal {role}`: the tasks that were made for the player.
   * - 403: role: expected your own username
   */
  task_info_personal: {
    request: TaskInfoPersonalRequest;
    reply: TaskInfoPersonalReply;
    code: 403;
    success: 0;
  };
  /**
   * `task_request {text, role}`: asks for a personal task.
   * - 403: role: expected your own username
   * - 409: there is such a task already; `text` says so
   * - 422: the wish is not understood, or has characters that are not shown
   * - 423: muted until `until`, for ever where that is absent
   * - 429: too many tasks are waiting, or were made today; `text` says so
   */
  task_request: {
    request: TaskRequestRequest;
    reply: TaskRequestReply;
    code: 403 | 409 | 422 | 423 | 429;
    success: 0;
  };
  /**
   * `time {role}`.
   * - 403: role: expected your own username
   */
  time: {
    request: TimeRequest;
    reply: TimeReply;
    code: 403;
    success: 0;
  };
  /**
   * `use_item {token, item, count}`: drinks `count` of a potion, or opens as many of a chest.
   * - 95: materials insufficient
   * - 96: Can only be a positive integer
   * - 98: this item cannot be used
   * - 99: no such item
   */
  use_item: {
    request: UseItemRequest;
    reply: UseItemReply;
    code: 95 | 96 | 98 | 99;
    success: 0;
  };
  /**
   * `victory_stage_* {token, stage}`, and `damage` in boss mode.
   * - 91: stage error
   * - 93: abnormal damage
   * - 94: stage mismatch
   * - 98: There is no configuration information for this stage
   */
  victory_stage_boss: {
    request: VictoryStageBossRequest;
    reply: VictoryStageBossReply;
    code: 91 | 93 | 94 | 98;
    success: 0;
  };
  /**
   * `victory_stage_* {token, stage}`, and `damage` in boss mode.
   * - 91: stage error
   * - 94: stage mismatch
   * - 98: There is no configuration information for this stage
   */
  victory_stage_coin: {
    request: VictoryStageCoinRequest;
    reply: VictoryStageCoinReply;
    code: 91 | 94 | 98;
    success: 0;
  };
  /**
   * `victory_stage_* {token, stage}`, and `damage` in boss mode.
   * - 91: stage error
   * - 94: stage mismatch
   * - 98: There is no configuration information for this stage
   */
  victory_stage_endless: {
    request: VictoryStageEndlessRequest;
    reply: VictoryStageEndlessReply;
    code: 91 | 94 | 98;
    success: 0;
  };
  /**
   * `victory_stage_* {token, stage}`, and `damage` in boss mode.
   * - 91: stage error
   * - 94: stage mismatch
   * - 98: There is no configuration information for this stage
   */
  victory_stage_exp: {
    request: VictoryStageExpRequest;
    reply: VictoryStageExpReply;
    code: 91 | 94 | 98;
    success: 0;
  };
  /**
   * `victory_stage_* {token, stage}`, and `damage` in boss mode.
   * - 91: stage error
   * - 94: stage mismatch
   * - 98: There is no configuration information for this stage
   */
  victory_stage_general: {
    request: VictoryStageGeneralRequest;
    reply: VictoryStageGeneralReply;
    code: 91 | 94 | 98;
    success: 0;
  };
  /**
   * `world_node {}`: where the node that has this world is reached. Any node takes any request; a client that connects there
   * saves a hop.
   */
  world_node: {
    request: WorldNodeRequest;
    reply: WorldNodeReply;
    code: never;
    success: 0;
  };
  /**
   * `world_ranking {token, page}`.
   * - 88: No data for this page
   * - 89: Page number error
   */
  world_ranking: {
    request: WorldRankingRequest;
    reply: WorldRankingReply;
    code: 88 | 89;
    success: 0;
  };
}

/** What operators may call, on their listener. */
export interface OperatorFunctions {
  /**
   * `announce {text, at?, repeat_minutes?, until?, worlds?}`: tells everybody who is connected.
   * - 97: too many announcements, withdraw some
   */
  announce: {
    request: AnnounceRequest;
    reply: AnnounceReply;
    code: 97;
    success: 0;
  };
  /** `announce_list {}`: all that are not over. */
  announce_list: {
    request: AnnounceListRequest;
    reply: AnnounceListReply;
    code: never;
    success: 0;
  };
  /**
   * `announce_withdraw {number}`: it is not told again.
   * - 99: no such announcement, or it is over
   */
  announce_withdraw: {
    request: AnnounceWithdrawRequest;
    reply: undefined;
    code: 99;
    success: 0;
  };
  /**
   * `attempt_return {player, stage, legacy?, reason}`: energy, items and ticket of an attempt that was not won. The role's
   * limits hold as for `player_grant`.
   * - 97: every attempt of the player was won or given back
   * - 98: no such stage, or it cannot be entered so
   * - 99: no such player
   */
  attempt_return: {
    request: AttemptReturnRequest;
    reply: AttemptReturnReply;
    code: 97 | 98 | 99;
    success: 0;
  };
  /** `audit_list {token, operator?, function?, player?, from?, to?, before?, limit?}`: the newest first. */
  audit_list: {
    request: AuditListRequest;
    reply: AuditListReply;
    code: never;
    success: 0;
  };
  /**
   * `backup {token, name?}`.
   * - 97: it cannot be written, or exists already
   * - 98: a backup of this world is under way
   * - 99: the setting backups names no folder, so no backups are made
   */
  backup: {
    request: BackupRequest;
    reply: BackupReply;
    code: 97 | 98 | 99;
    success: 0;
  };
  /** `best_changed {world}`, a function of the realm: the best of a world are no longer those that it has told. */
  best_changed: {
    request: BestChangedRequest;
    reply: undefined;
    code: never;
    success: 0;
  };
  /** `best_of_world {}`, a function of worlds: the best of this world. */
  best_of_world: {
    request: BestOfWorldRequest;
    reply: BestOfWorldReply;
    code: never;
    success: 0;
  };
  /** `best_of_worlds {ends_on}`, a function of the realm: the best of all worlds. */
  best_of_worlds: {
    request: BestOfWorldsRequest;
    reply: BestOfWorldsReply;
    code: never;
    success: 0;
  };
  /**
   * `client_minimum {name, version, url}`: older versions of a client are no longer served, from now on.
   * - 97: too many clients have a minimum, remove some
   */
  client_minimum: {
    request: ClientMinimumRequest;
    reply: undefined;
    code: 97;
    success: 0;
  };
  /** `client_minimum_list {}`: the clients that have a minimum. */
  client_minimum_list: {
    request: ClientMinimumListRequest;
    reply: ClientMinimumListReply;
    code: never;
    success: 0;
  };
  /**
   * `client_minimum_remove {name}`: every version of a client is served.
   * - 99: this client has no minimum
   */
  client_minimum_remove: {
    request: ClientMinimumRemoveRequest;
    reply: undefined;
    code: 99;
    success: 0;
  };
  /** `clock_advance {seconds}`: moves a manual clock, backwards with a negative number. */
  clock_advance: {
    request: ClockAdvanceRequest;
    reply: ClockAdvanceReply;
    code: never;
    success: 0;
  };
  /**
   * `clock_mend {token}`: moments that lie in the future, because the clock was ahead when they were stored, are brought
   * back to now. What was paid or used up stays so.
   */
  clock_mend: {
    request: ClockMendRequest;
    reply: ClockMendReply;
    code: never;
    success: 0;
  };
  /**
   * `code_claim {world, player, code}`, a function of the realm: a player of a world redeems a code.
   * - 96: 兑换码已失效
   * - 97: 您已使用过该兑换码
   * - 98: 兑换码已被用完
   * - 99: 兑换码不存在
   */
  code_claim: {
    request: CodeClaimRequest;
    reply: CodeClaimReply;
    code: 96 | 97 | 98 | 99;
    success: 0;
  };
  /** `code_list {before?}`: the batches without their codes, newest first, at most 100. */
  code_list: {
    request: CodeListRequest;
    reply: CodeListReply;
    code: never;
    success: 0;
  };
  /**
   * `code_make {count, items, until, uses?, per_player?, title?, text?, reason}`: makes a batch of codes.
   * - 97: there are as many batches as codes can name
   * - 98: no such item
   */
  code_make: {
    request: CodeMakeRequest;
    reply: CodeMakeReply;
    code: 97 | 98;
    success: 0;
  };
  /**
   * `code_show {batch}`: the codes of a batch, in the order of their letters.
   * - 99: no such batch of codes
   */
  code_show: {
    request: CodeShowRequest;
    reply: CodeShowReply;
    code: 99;
    success: 0;
  };
  /**
   * `code_withdraw {batch, reason}`: nobody can redeem these codes any more. Who has redeemed one keeps the goods.
   * - 98: it was withdrawn before
   * - 99: no such batch of codes
   */
  code_withdraw: {
    request: CodeWithdrawRequest;
    reply: undefined;
    code: 98 | 99;
    success: 0;
  };
  /**
   * `device_unbind {player, device?, reason}`: whoever has the device no longer gets into the account.
   * - 97: the device is the only way into the account, give it an e-mail address with `password_once`
   * - 98: the account has no such device
   * - 99: no such player
   */
  device_unbind: {
    request: DeviceUnbindRequest;
    reply: undefined;
    code: 97 | 98 | 99;
    success: 0;
  };
  /**
   * `family_list {token, name?, after?, limit?}`: in the order in which they were founded, or the one of that name.
   * - 98: no such family
   */
  family_list: {
    request: FamilyListRequest;
    reply: FamilyListReply;
    code: 98;
    success: 0;
  };
  /**
   * `figures {token, from, to, details?}`: what was counted on each of these days.
   * - 98: at most 366 days at a time, 31 with details
   * - 99: from is later than to
   */
  figures: {
    request: FiguresRequest;
    reply: FiguresReply;
    code: 98 | 99;
    success: 0;
  };
  /** `functions {token}`: the functions of operators, by name. */
  functions: {
    request: FunctionsRequest;
    reply: FunctionsReply;
    code: never;
    success: 0;
  };
  /**
   * `incident_close {incident, reason}`: an incident is done with. It opens again by itself when it happens again.
   * - 98: the incident is closed
   * - 99: no such incident
   */
  incident_close: {
    request: IncidentCloseRequest;
    reply: undefined;
    code: 98 | 99;
    success: 0;
  };
  /**
   * `incident_list {state?, kind?, before?, limit?}`: what went wrong, in the worlds and in the process. What happened last
   * comes first.
   */
  incident_list: {
    request: IncidentListRequest;
    reply: IncidentListReply;
    code: never;
    success: 0;
  };
  /** `incident_report {world, epoch, number, over, news}`, a function of the realm: what went wrong in a world, or in the process. */
  incident_report: {
    request: IncidentReportRequest;
    reply: undefined;
    code: never;
    success: 0;
  };
  /**
   * `incident_seen {incident, note?}`: marks an incident as known. It stays so when it happens again.
   * - 98: the incident is closed
   * - 99: no such incident
   */
  incident_seen: {
    request: IncidentSeenRequest;
    reply: undefined;
    code: 98 | 99;
    success: 0;
  };
  /**
   * `items_known {items}`, a function of worlds: whether the game has these items.
   * - 98: no such item
   */
  items_known: {
    request: ItemsKnownRequest;
    reply: undefined;
    code: 98;
    success: 0;
  };
  /**
   * `ledger_list {name, limit, before}`: movements of a player, newest first.
   * - 99: no such player
   */
  ledger_list: {
    request: LedgerListRequest;
    reply: LedgerListReply;
    code: 99;
    success: 0;
  };
  /** `letters_carry {world, parcels}`, a function of the realm: what leaves a world for others, in the order of its numbers. */
  letters_carry: {
    request: LettersCarryRequest;
    reply: undefined;
    code: never;
    success: 0;
  };
  /**
   * `mail_all {title, text, items?, from?, until, audience?, worlds?, reason}`: a mail to all players, or to those of an audience.
   * - 97: too many mails to all are on their way, withdraw some
   * - 98: no such item
   */
  mail_all: {
    request: MailAllRequest;
    reply: MailAllReply;
    code: 97 | 98;
    success: 0;
  };
  /** `mail_all_list {before?}`: the mails to all, newest first, at most 50. */
  mail_all_list: {
    request: MailAllListRequest;
    reply: MailAllListReply;
    code: never;
    success: 0;
  };
  /**
   * `mail_all_preview {audience}`, a function of worlds: how many players of this world would get a mail to all now.
   * - 98: the rows of the players cannot be read
   */
  mail_all_preview: {
    request: MailAllPreviewRequest;
    reply: MailAllPreviewReply;
    code: 98;
    success: 0;
  };
  /**
   * `mail_all_withdraw {number, reason}`: nobody gets it any more, and who has not claimed it has it no longer.
   * - 98: it was withdrawn before
   * - 99: no such mail to all
   */
  mail_all_withdraw: {
    request: MailAllWithdrawRequest;
    reply: undefined;
    code: 98 | 99;
    success: 0;
  };
  /**
   * `maintenance {from?, until, message, allow?}`: closes the game to players for a time.
   * - 97: too much maintenance is planned, cancel some
   * - 98: it overlaps with other maintenance
   */
  maintenance: {
    request: MaintenanceRequest;
    reply: MaintenanceReply;
    code: 97 | 98;
    success: 0;
  };
  /**
   * `maintenance_cancel {number}`: it does not take place; one that is running ends.
   * - 99: no such maintenance, or it is over
   */
  maintenance_cancel: {
    request: MaintenanceCancelRequest;
    reply: undefined;
    code: 99;
    success: 0;
  };
  /**
   * `maintenance_change {number, from?, until?, message?, allow?}`: changes what is given.
   * - 97: too much maintenance is planned, cancel some
   * - 98: it overlaps with other maintenance
   * - 99: no such maintenance, or it is over
   */
  maintenance_change: {
    request: MaintenanceChangeRequest;
    reply: undefined;
    code: 97 | 98 | 99;
    success: 0;
  };
  /** `maintenance_list {}`: what is planned or running. */
  maintenance_list: {
    request: MaintenanceListRequest;
    reply: MaintenanceListReply;
    code: never;
    success: 0;
  };
  /** `maintenance_state {}`: how far a world is with maintenance. */
  maintenance_state: {
    request: MaintenanceStateRequest;
    reply: MaintenanceStateReply;
    code: never;
    success: 0;
  };
  /**
   * `manual {token, name, type, money, text}`: adds (1), takes (2) or sets (3) a player's points.
   * - others: the payment platform refuses: its code and its message
   * - 98: an earlier order is still being settled
   * - 99: no such player
   */
  manual: {
    request: ManualRequest;
    reply: ManualReply;
    code: number;
    success: 0;
  };
  /**
   * `move_fate {id, message}`, a function of worlds: what has become of a move here. It is busy until the realm's message has
   * come.
   */
  move_fate: {
    request: MoveFateRequest;
    reply: MoveFateReply;
    code: never;
    success: 0;
  };
  /**
   * `movement_undo {player, movement, as_far_as_possible?, reason}`: gives back what the movement took, and takes what it
   * gave. Each is undone once. The role's limits hold as for `player_grant`.
   * - 94: nobody can own so many
   * - 95: points moved too, which are on the payment platform: settle the order
   * - 96: the movement was undone before
   * - 97: the player no longer has all of it; `as_far_as_possible` takes what is left
   * - 98: no such movement in the ledger of this player
   * - 99: no such player
   */
  movement_undo: {
    request: MovementUndoRequest;
    reply: MovementUndoReply;
    code: 94 | 95 | 96 | 97 | 98 | 99;
    success: 0;
  };
  /**
   * `note_add {player, text}`: for other operators; the player never sees it.
   * - 97: the player has 100 notes, remove one first
   * - 99: no such player
   */
  note_add: {
    request: NoteAddRequest;
    reply: NoteAddReply;
    code: 97 | 99;
    success: 0;
  };
  /**
   * `note_remove {player, note}`.
   * - 98: no such note
   * - 99: no such player
   */
  note_remove: {
    request: NoteRemoveRequest;
    reply: undefined;
    code: 98 | 99;
    success: 0;
  };
  /**
   * `operator_add {name, role, password}`.
   * - 97: no such role; the message names those that there are
   * - 98: there is an operator of this name
   */
  operator_add: {
    request: OperatorAddRequest;
    reply: undefined;
    code: 97 | 98;
    success: 0;
  };
  /** `operator_list {}`: all operators by name. */
  operator_list: {
    request: OperatorListRequest;
    reply: OperatorListReply;
    code: never;
    success: 0;
  };
  /**
   * `operator_login {name, password, totp?}`: begins a session.
   * - 95: too many failed log-ins, retry in some minutes
   * - 96: this operator has a second factor: its code is missing
   * - 97: the name, the password or the code is wrong
   */
  operator_login: {
    request: OperatorLoginRequest;
    reply: OperatorLoginReply;
    code: 95 | 96 | 97;
    success: 0;
  };
  /** `operator_logout {}`: ends the session in which it is asked. */
  operator_logout: {
    request: OperatorLogoutRequest;
    reply: undefined;
    code: never;
    success: 0;
  };
  /**
   * `operator_password {password, new}`: changes the asking operator's password. Other sessions of the operator end.
   * - 97: the password is wrong
   * - 98: the server's token is no account: log in with a name
   */
  operator_password: {
    request: OperatorPasswordRequest;
    reply: undefined;
    code: 97 | 98;
    success: 0;
  };
  /**
   * `operator_remove {name}`: sessions end. What the operator did stays in the audit.
   * - 99: no such operator
   */
  operator_remove: {
    request: OperatorRemoveRequest;
    reply: undefined;
    code: 99;
    success: 0;
  };
  /**
   * `operator_reset {name, password}`: a new password for the next log-in. Sessions and second factor end.
   * - 99: no such operator
   */
  operator_reset: {
    request: OperatorResetRequest;
    reply: undefined;
    code: 99;
    success: 0;
  };
  /**
   * `operator_role {name, role}`: changes a role. It holds from the operator's next request.
   * - 97: no such role; the message names those that there are
   * - 99: no such operator
   */
  operator_role: {
    request: OperatorRoleRequest;
    reply: undefined;
    code: 97 | 99;
    success: 0;
  };
  /** `operator_self {}`: who asks. */
  operator_self: {
    request: OperatorSelfRequest;
    reply: OperatorSelfReply;
    code: never;
    success: 0;
  };
  /**
   * `operator_totp {secret, code}`: gives the asking operator a second factor. The secret is made by the client.
   * - 97: the secret is not base32 of 16 bytes or more, or this is not its code now
   * - 98: the server's token is no account: log in with a name
   */
  operator_totp: {
    request: OperatorTotpRequest;
    reply: undefined;
    code: 97 | 98;
    success: 0;
  };
  /**
   * `order_inspect {token, order}`: one order in full, with every step.
   * - 99: no such order
   */
  order_inspect: {
    request: OrderInspectRequest;
    reply: OrderInspectReply;
    code: 99;
    success: 0;
  };
  /** `order_list {token, state?, before?, limit?}`: the latest orders first. */
  order_list: {
    request: OrderListRequest;
    reply: OrderListReply;
    code: never;
    success: 0;
  };
  /**
   * `order_reconcile {token, name | account}`: compares the platform's last records of a player with the world's orders.
   * - others: the payment platform refuses: its code and its message
   * - 98: the orders of the world cannot be read
   * - 99: no such player
   */
  order_reconcile: {
    request: OrderReconcileRequest;
    reply: OrderReconcileReply;
    code: number;
    success: 0;
  };
  /**
   * `order_resolve {token, order, paid, reason}`: records what an operator has found out about an order in doubt.
   * - 98: the order continues by itself
   * - 99: no such order
   */
  order_resolve: {
    request: OrderResolveRequest;
    reply: OrderResolveReply;
    code: 98 | 99;
    success: 0;
  };
  /**
   * `password_once {player, email?, reason}`: a password that lets the player in once, within a day, and then sets a new
   * one. The one before and the token end.
   * - 96: another account has this e-mail address
   * - 97: the account has an e-mail address, leave out `email`
   * - 98: the account has no e-mail address, give it one with `email`
   * - 99: no such player
   */
  password_once: {
    request: PasswordOnceRequest;
    reply: PasswordOnceReply;
    code: 96 | 97 | 98 | 99;
    success: 0;
  };
  /**
   * `player_as_of {player, at}`: a player as of an earlier moment, from the archive.
   * - 98: there is no archive, or it does not have that moment, or is damaged
   * - 99: no such player
   */
  player_as_of: {
    request: PlayerAsOfRequest;
    reply: PlayerAsOfReply;
    code: 98 | 99;
    success: 0;
  };
  /**
   * `player_ban {player, until?, reason, message}`: while it holds, every function of the player and every log-in answers 17.
   * A later one replaces it.
   * - 99: no such player
   */
  player_ban: {
    request: PlayerBanRequest;
    reply: undefined;
    code: 99;
    success: 0;
  };
  /**
   * `player_delete {token, name, dry_run?}`.
   * - 98: the player has an unsettled order, which the message names
   * - 99: no such player
   */
  player_delete: {
    request: PlayerDeleteRequest;
    reply: PlayerDeleteReply;
    code: 98 | 99;
    success: 0;
  };
  /**
   * `player_export {token, name}`.
   * - 97: the document is longer than the setting limits.export_bytes
   * - 98: a row of the player cannot be read
   * - 99: no such player
   */
  player_export: {
    request: PlayerExportRequest;
    reply: PlayerExportReply;
    code: 97 | 98 | 99;
    success: 0;
  };
  /**
   * `player_find {text, by?, limit?}`: the players that a text finds.
   * - 97: rows of a player cannot be read
   */
  player_find: {
    request: PlayerFindRequest;
    reply: PlayerFindReply;
    code: 97;
    success: 0;
  };
  /**
   * `player_grant {player, items?, energy?, tickets?, experience?, reason}`: all of it or nothing.
   * - 96: nobody can own so many
   * - 98: no such item, or no such kind of tickets
   * - 99: no such player
   */
  player_grant: {
    request: PlayerGrantRequest;
    reply: PlayerGrantReply;
    code: 96 | 98 | 99;
    success: 0;
  };
  /**
   * `player_import {token, document?, hash?, replace?, dry_run?}`: without a document, the one that came in pieces on this connection, with
   * the hash that its pieces named.
   * - 94: the replaced player has an unsettled order
   * - 95: no player here has the e-mail address, unique_id or name of the document; import it without replacing
   * - 96: the pieces are not the document with this hash
   * - 97: there is no document: send one, or its pieces with player_import_piece
   * - 98: the name, e-mail address, unique_id or SUD uid is taken
   * - 99: the document has an unknown format
   */
  player_import: {
    request: PlayerImportRequest;
    reply: PlayerImportReply;
    code: 94 | 95 | 96 | 97 | 98 | 99;
    success: 0;
  };
  /**
   * `player_import_piece {token, piece, text, hash?}`: pieces are numbered from 0.
   * - 97: the document is longer than the setting limits.document_bytes
   * - 98: another piece was expected
   */
  player_import_piece: {
    request: PlayerImportPieceRequest;
    reply: PlayerImportPieceReply;
    code: 97 | 98;
    success: 0;
  };
  /**
   * `player_kick {player, reason}`: closes the player's connections. Its token stays valid.
   * - 99: no such player
   */
  player_kick: {
    request: PlayerKickRequest;
    reply: undefined;
    code: 99;
    success: 0;
  };
  /** `player_list {after?, limit?}`: all accounts in the order of their numbers. */
  player_list: {
    request: PlayerListRequest;
    reply: PlayerListReply;
    code: never;
    success: 0;
  };
  /**
   * `player_may_move {player}`, a function of worlds: refuses as `take_hold` would, so that an operator hears at once of what can
   * be known at once.
   * - 98: the player has an unsettled order, which the message names
   * - 99: no such player
   */
  player_may_move: {
    request: PlayerMayMoveRequest;
    reply: undefined;
    code: 98 | 99;
    success: 0;
  };
  /**
   * `player_move {from, player, to, reason}`: a player leaves one world and arrives in another.
   * - 96: too many players are on their way, retry later
   * - 97: this player is moving already, see player_move_list
   * - 98: the player has an unsettled order, which the message names
   * - 99: no such player
   */
  player_move: {
    request: PlayerMoveRequest;
    reply: PlayerMoveReply;
    code: 96 | 97 | 98 | 99;
    success: 0;
  };
  /**
   * `player_move_again {number, reason}`: sends the player once more to a world that was put back, and has refused it then.
   * - 97: the player's document is no longer kept
   * - 98: the player is not stranded
   * - 99: no such move
   */
  player_move_again: {
    request: PlayerMoveAgainRequest;
    reply: undefined;
    code: 97 | 98 | 99;
    success: 0;
  };
  /** `player_move_list {before?}`: the moves, newest first, at most 50. */
  player_move_list: {
    request: PlayerMoveListRequest;
    reply: PlayerMoveListReply;
    code: never;
    success: 0;
  };
  /**
   * `player_mute {player, until?, reason}`: while it holds, whatever the player writes is refused. A later one replaces it.
   * - 99: no such player
   */
  player_mute: {
    request: PlayerMuteRequest;
    reply: undefined;
    code: 99;
    success: 0;
  };
  /**
   * `player_rename {player, name, reason}`: index, ranking and family follow. The purse at MCRMB keeps its name.
   * - 97: the player has an open challenge or battle, which names it
   * - 98: the name is taken, or looks like one that is
   * - 99: no such player
   * - 422: illegal name
   */
  player_rename: {
    request: PlayerRenameRequest;
    reply: PlayerRenameReply;
    code: 97 | 98 | 99 | 422;
    success: 0;
  };
  /**
   * `player_requests {player, from, to, after?, limit?}`: what a player asked in a stretch of time, and what operators did to
   * the player then, from the journal. It is found without playing the journal, so replies are not in it.
   * - 98: there is no journal, or it cannot be read
   * - 99: no such player
   */
  player_requests: {
    request: PlayerRequestsRequest;
    reply: PlayerRequestsReply;
    code: 98 | 99;
    success: 0;
  };
  /**
   * `player_scenario {player, from, to}`: what a player asked in a stretch of time as a scenario (docs/scenarios.md), which
   * begins with what the player had then. It takes the archive and the journal.
   * - 98: there is no archive or no journal of then, one cannot be read, or there are more than 500 requests
   * - 99: no such player
   */
  player_scenario: {
    request: PlayerScenarioRequest;
    reply: PlayerScenarioReply;
    code: 98 | 99;
    success: 0;
  };
  /**
   * `player_take {player, items?, energy?, tickets?, experience?, reason}`: all of it or nothing.
   * - 97: the player has too little of something, which the message names
   * - 98: no such kind of tickets
   * - 99: no such player
   */
  player_take: {
    request: PlayerTakeRequest;
    reply: PlayerTakeReply;
    code: 97 | 98 | 99;
    success: 0;
  };
  /**
   * `player_unban {player, reason}`.
   * - 98: the player is not banned
   * - 99: no such player
   */
  player_unban: {
    request: PlayerUnbanRequest;
    reply: undefined;
    code: 98 | 99;
    success: 0;
  };
  /**
   * `player_unmute {player, reason}`.
   * - 98: the player is not muted
   * - 99: no such player
   */
  player_unmute: {
    request: PlayerUnmuteRequest;
    reply: undefined;
    code: 98 | 99;
    success: 0;
  };
  /**
   * `player_view {player, part?, from?, to?, item?, cause?, after?, limit?}`: everything of one player, or one part of it.
   * - 97: rows of the player cannot be read
   * - 98: a view of a player has no such part
   * - 99: no such player
   */
  player_view: {
    request: PlayerViewRequest;
    reply: PlayerViewReply;
    code: 97 | 98 | 99;
    success: 0;
  };
  /**
   * `query_match {token, match_id?, report_game_info_key?}`: what the platform itself says about a round.
   * - others: the platform refuses: its code and its message
   * - 401: the platform does not accept this server's signature
   */
  query_match: {
    request: QueryMatchRequest;
    reply: QueryMatchReply;
    code: number;
    success: 0;
  };
  /** `realm_hello {}`, a function of worlds: the realm has started, and asks for a `world_hello`. */
  realm_hello: {
    request: RealmHelloRequest;
    reply: RealmHelloReply;
    code: never;
    success: 0;
  };
  /**
   * `report_drop {token, report, reason}`: stops sending a report. The end of its round is then reported without it.
   * - 98: the report is under way, retry in a moment
   * - 99: no such report waits
   */
  report_drop: {
    request: ReportDropRequest;
    reply: ReportDropReply;
    code: 98 | 99;
    success: 0;
  };
  /** `report_list {token, state?, after?, limit?}`: the oldest first. */
  report_list: {
    request: ReportListRequest;
    reply: ReportListReply;
    code: never;
    success: 0;
  };
  /**
   * `report_retry {token, report}`: restarts a report from the first attempt, with the report that waits for it.
   * - 98: the report is under way, retry in a moment
   * - 99: no such report waits
   */
  report_retry: {
    request: ReportRetryRequest;
    reply: ReportRetryReply;
    code: 98 | 99;
    success: 0;
  };
  /**
   * `rules_back {fingerprint, reason}`: puts a set of the history into force in all worlds and pins it: what the folder has is
   * still checked, but changes nothing until `rules_unpin`.
   * - 94: this server does not keep rule sets
   * - 96: no such rule set in the history
   * - 97: the realm has not kept the rules, and they stay as they are; the message says why
   * - 98: this server cannot read its rules again
   * - 99: the assets have errors, which `problems` lists, and the rules stay as they are
   */
  rules_back: {
    request: RulesBackRequest;
    reply: RulesBackReply;
    code: 94 | 96 | 97 | 98 | 99;
    success: 0;
  };
  /**
   * `rules_diff {from?, to?}`: how two rule sets differ, field by field. Each side is `running`, `folder`, or a fingerprint of
   * the history.
   * - 96: no such rule set in the history
   * - 98: this server cannot compare its rules
   * - 99: a side cannot be read; the message says why
   */
  rules_diff: {
    request: RulesDiffRequest;
    reply: RulesDiffReply;
    code: 96 | 98 | 99;
    success: 0;
  };
  /** `rules_history {before?}`: the rule sets that came into force, newest first, at most 20 in one reply. The last 50 are kept. */
  rules_history: {
    request: RulesHistoryRequest;
    reply: RulesHistoryReply;
    code: never;
    success: 0;
  };
  /**
   * `rules_keep {fingerprint, change, by, reason, source, files?}`: a rule set is about to come into force. Only the server
   * itself calls it.
   */
  rules_keep: {
    request: RulesKeepRequest;
    reply: RulesKeepReply;
    code: never;
    success: 0;
  };
  /**
   * `rules_reload {token}`: reads the assets again, for all worlds.
   * - 97: the realm has not kept the rules, and they stay as they are; the message says why
   * - 98: this server cannot read its rules again
   * - 99: the assets have errors, which `problems` lists, and the rules stay as they are
   */
  rules_reload: {
    request: RulesReloadRequest;
    reply: RulesReloadReply;
    code: 97 | 98 | 99;
    success: 0;
  };
  /** `rules_status {token}`. */
  rules_status: {
    request: RulesStatusRequest;
    reply: RulesStatusReply;
    code: never;
    success: 0;
  };
  /** `rules_studies {}`: the last studies since the server was started. */
  rules_studies: {
    request: RulesStudiesRequest;
    reply: RulesStudiesReply;
    code: never;
    success: 0;
  };
  /**
   * `rules_study {kind?, from?, to?, players?, days?, seeds?, seed?}`: has simulated players live under a rule set, in a process
   * beside the server, and answers at once. A set is `running`, `folder`, or a fingerprint of the history.
   * - 94: this server studies no rules
   * - 96: no such rule set in the history
   * - 97: another study is under way
   * - 98: this server cannot read its rules again
   * - 99: a set cannot be used: `problems` lists the errors of the folder, else the message says why
   */
  rules_study: {
    request: RulesStudyRequest;
    reply: RulesStudyReply;
    code: 94 | 96 | 97 | 98 | 99;
    success: 0;
  };
  /**
   * `rules_study_report {study, page?}`: what a study has found.
   * - 95: no such study: of those before the start of the server nothing is known
   * - 97: the study is under way, was stopped or has failed, and has no report
   */
  rules_study_report: {
    request: RulesStudyReportRequest;
    reply: RulesStudyReportReply;
    code: 95 | 97;
    success: 0;
  };
  /**
   * `rules_study_stop {study}`: ends a study that is under way.
   * - 95: no such study
   * - 97: the study is over
   */
  rules_study_stop: {
    request: RulesStudyStopRequest;
    reply: undefined;
    code: 95 | 97;
    success: 0;
  };
  /**
   * `rules_unpin {reason}`: removes the pin; what the folder has now is put into force in all worlds.
   * - 95: no rule set is pinned
   * - 97: the realm has not kept the rules, and they stay as they are; the message says why
   * - 98: this server cannot read its rules again
   * - 99: the assets have errors, which `problems` lists, and the rules stay as they are
   */
  rules_unpin: {
    request: RulesUnpinRequest;
    reply: RulesUnpinReply;
    code: 95 | 97 | 98 | 99;
    success: 0;
  };
  /**
   * `rules_usage {token, files?}`.
   * - 98: the rows cannot be read
   */
  rules_usage: {
    request: RulesUsageRequest;
    reply: RulesUsageReply;
    code: 98;
    success: 0;
  };
  /**
   * `season_ranking {season?, after?, limit?}`: the ranking of a season.
   * - 97: rows of the season cannot be read
   * - 98: no such season, or it is no longer kept
   */
  season_ranking: {
    request: SeasonRankingRequest;
    reply: SeasonRankingReply;
    code: 97 | 98;
    success: 0;
  };
  /**
   * `season_rewards_of {player, season?}`: what a season brought a player, or why nothing.
   * - 97: rows of the season cannot be read
   * - 98: no such season, or it is no longer kept
   * - 99: no such player
   */
  season_rewards_of: {
    request: SeasonRewardsOfRequest;
    reply: SeasonRewardsOfReply;
    code: 97 | 98 | 99;
    success: 0;
  };
  /** `suspect_list {limit}`: players with anomalies, those with the most first. */
  suspect_list: {
    request: SuspectListRequest;
    reply: SuspectListReply;
    code: never;
    success: 0;
  };
  /** A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call. */
  take_announcements: {
    request: TakeAnnouncementsRequest;
    reply: TakeAnnouncementsReply;
    code: never;
    success: 0;
  };
  /** A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call. */
  take_gift: {
    request: TakeGiftRequest;
    reply: TakeGiftReply;
    code: never;
    success: 0;
  };
  /** A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call. */
  take_hold: {
    request: TakeHoldRequest;
    reply: TakeHoldReply;
    code: never;
    success: 0;
  };
  /** A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call. */
  take_letter: {
    request: TakeLetterRequest;
    reply: TakeLetterReply;
    code: never;
    success: 0;
  };
  /** A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call. */
  take_letter_back: {
    request: TakeLetterBackRequest;
    reply: TakeLetterBackReply;
    code: never;
    success: 0;
  };
  /** A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call. */
  take_mail_all: {
    request: TakeMailAllRequest;
    reply: TakeMailAllReply;
    code: never;
    success: 0;
  };
  /** A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call. */
  take_mail_all_back: {
    request: TakeMailAllBackRequest;
    reply: TakeMailAllBackReply;
    code: never;
    success: 0;
  };
  /** A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call. */
  take_maintenance: {
    request: TakeMaintenanceRequest;
    reply: TakeMaintenanceReply;
    code: never;
    success: 0;
  };
  /** A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call. */
  take_move_end: {
    request: TakeMoveEndRequest;
    reply: TakeMoveEndReply;
    code: never;
    success: 0;
  };
  /** A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call. */
  take_player: {
    request: TakePlayerRequest;
    reply: TakePlayerReply;
    code: never;
    success: 0;
  };
  /**
   * `tokens_end {player, reason}`: ends the player's token and closes its connections.
   * - 99: no such player
   */
  tokens_end: {
    request: TokensEndRequest;
    reply: undefined;
    code: 99;
    success: 0;
  };
  /**
   * `try {function, arguments}`: what a function of operators that names a player would answer and change, without doing it. It
   * takes the right of that function.
   * - 97: no fork of the world could be run, or it took too long
   * - 98: the function cannot be tried; the message says why
   */
  try: {
    request: TryRequest;
    reply: TryReply;
    code: 97 | 98;
    success: 0;
  };
  /**
   * `wname_assign {token, name, wname?}`: without `wname`, the one that a new account would get.
   * - 97: an account has or had this wname
   * - 98: an order of the player is unsettled
   * - 99: no such player
   */
  wname_assign: {
    request: WnameAssignRequest;
    reply: WnameAssignReply;
    code: 97 | 98 | 99;
    success: 0;
  };
  /**
   * `world_hello {world, epoch, number}`, a function of the realm: which message a world took last. The realm sends those that
   * follow.
   */
  world_hello: {
    request: WorldHelloRequest;
    reply: WorldHelloReply;
    code: never;
    success: 0;
  };
}

/** What the server tells players, and what `data` holds. */
export interface Events {
  /** The event `announcement`. */
  announcement: AnnouncementEvent;
  /** The event `banned`: the player is banned, and the connection ends. */
  banned: BannedEvent;
  /** The event `battle_verdict`: the contents of the reply of `battle`, for a player who did not wait for it. */
  battle_verdict: BattleVerdictEvent;
  /** The event `boss_died`. */
  boss_died: BossDiedEvent;
  /** The event `challenge_accepted`. */
  challenge_accepted: ChallengeAcceptedEvent;
  /** The event `challenge_ended`, for both players: the challenge was not answered in time. */
  challenge_ended: ChallengeEndedEvent;
  /**
   * What the challenged player receives, as the event `challenge_info` and as a push to its address
   * (docs/contract/role-play.md#challenges).
   */
  challenge_info: ChallengeInfoEvent;
  /** The event `challenge_rejected`. */
  challenge_rejected: ChallengeRejectedEvent;
  /** The event `energy`, for players who subscribed with `listen`: `reward` points have regenerated. */
  energy: EnergyEvent;
  /** The event `energy_full`. */
  energy_full: EnergyFullEvent;
  /** The event `mail_received`. The mail of a broadcast has no key until its player takes it in. */
  mail_received: MailReceivedEvent;
  /** The event `maintenance`. */
  maintenance: MaintenanceEvent;
  /** The event `order_settled`: the order's request was answered before the order ended. */
  order_settled: OrderSettledEvent;
  /** The event `renamed`: an operator has given the player another name, which is its `role` from now on. */
  renamed: RenamedEvent;
  /** The event `season_reset`. */
  season_reset: SeasonResetEvent;
  /** The event `tickets_reset`. */
  tickets_reset: TicketsResetEvent;
}

/** What the server tells operators, and what `data` holds. */
export interface OperatorEvents {
  /** The event `rules_changed`. */
  rules_changed: RulesChangedEvent;
  /** The event `rules_mended`. */
  rules_mended: RulesMendedEvent;
  /** The event `rules_refused`. */
  rules_refused: RulesRefusedEvent;
}

/** What each file of the assets holds; the files of a folder all hold the same. */
export interface Assets {
  /** How battles proceed. */
  "battles.ron": BattleRules;
  /** How long challenges stay open, and how many. */
  "challenges.ron": ChallengeRules;
  /** How attributes are computed. */
  "character.ron": CharacterRules;
  /** All characters, by their ids in scripts. */
  "characters.ron": Cast;
  /** What crafting costs and how strong the results are. */
  "crafting.ron": CraftRules;
  /** One file in `drops/`. */
  [drops: `drops/${string}.ron`]: DropFile;
  /** `energy.ron`. */
  "energy.ron": EnergyRules;
  /** An event: the contents of a file in `events/`, whose name is the event's id. */
  [events: `events/${string}.ron`]: TimedEvent;
  /** How large families may be. Their names follow `names.ron`, as usernames do. */
  "families.ron": FamilyRules;
  /** The game master's fighters. */
  "fighters.ron": FighterRules;
  /** The game master. */
  "game_master.ron": GameMaster;
  /** What designers want of the game. */
  "goals.ron": Goals;
  /** The rewards of a minute on a stage. */
  "hang_up.ron": HangUpRules;
  /** The contents of `images.ron`. */
  "images.ron": ImageLimits;
  /** `items.ron`: which items exist, and what a new player owns. */
  "items.ron": ItemRules;
  /** `layouts.ron`. */
  "layouts.ron": LayoutRules;
  /** The contents of `levels.ron`. */
  "levels.ron": LevelFile;
  /** The limits on mail, and the sender of system mail. */
  "mail.ron": MailRules;
  /** When players are warned. */
  "maintenance.ron": MaintenanceRules;
  /** `monsters.ron`. */
  "monsters.ron": MonsterRules;
  /** What a legal name is. */
  "names.ron": NameRules;
  /** The parameters of a check: die + attribute / `attribute_per_point` + help, against the difficulty. */
  "narrator.ron": NarratorRules;
  /** A template of personal tasks: the contents of a file in `personal_tasks/`. */
  [personal_tasks: `personal_tasks/${string}.ron`]: TaskTemplate;
  /** `presence.ron`. */
  "presence.ron": PresenceRules;
  /** Everything that is sold for points. */
  "shop.ron": ShopRules;
  /** A special event: the contents of a file in `special_events/`. */
  [special_events: `special_events/${string}.ron`]: SpecialEvent;
  /** One mode: the contents of one file. */
  [stages: `stages/${string}.ron`]: ModeRules;
  /** `sweep.ron`. */
  "sweep.ron": SweepRules;
  /** The contents of `tasks.ron`. */
  "tasks.ron": TaskRules;
  /** A task: the contents of a file in `tasks/`. */
  [tasks: `tasks/${string}.ron`]: PublicTask;
  /** `tickets.ron`. */
  "tickets.ron": TicketRules;
  /** The contents of `world_boss.ron`. */
  "world_boss.ron": BossRules;
}

/** The reply of `accept_c`. */
export interface AcceptCReply {
  /** Whether the battle begins. */
  status: boolean;
}

/** `accept_c {id, status}`: accepts or rejects; the reply says whether the battle begins. */
export interface AcceptCRequest {
  /** The challenge's number. */
  id: string;
  /** Whether to accept. */
  status: boolean;
}

/** A reply that consists of a code only. */
export type AcceptChallengeReply = AnswerSent;

/** `accept_challenge {role, id}`. */
export interface AcceptChallengeRequest {
  /** The challenge's number. */
  id: string;
  /** The caller's own username. */
  role: string;
}

/** Who the player is, and whether somebody plays. */
export interface AccountShown {
  /** The e-mail address; null for a guest. */
  email: string | null;
  /** Whether a device logs in to it as a guest. */
  is_guest: boolean;
  /** Whether a connection acts for the player. */
  is_online: boolean;
  /** When the account was made, unix seconds. */
  made_at: number;
  /** Until when its token is valid, unix seconds; null without one. */
  token_until: number | null;
  /** The id by which SUD knows it until it binds its own. */
  uid: string;
  /** The name of its purse at MCRMB. */
  wname: string;
}

/** A player who may play during maintenance. */
export interface AdmittedPlayer {
  /** The account's number. */
  player: number;
  /** The player's world. Left out: `0`. */
  world: number;
}

/** A message of the realm: a mail of an operator to all. */
export interface AllMail {
  /** Who gets it. */
  audience: SentAudienceTerms;
  /** When players get it first, unix seconds. */
  from: number;
  /** What can be claimed. */
  items: Amount[];
  /** Text. */
  text: string;
  /** Subject. */
  title: string;
  /** Who looks from this moment on gets it no longer, unix seconds. */
  until: number;
  /** When it was written, unix seconds. */
  written_at: number;
}

/** A message of the realm: a mail to all is withdrawn. */
export interface AllMailWithdrawn {
  /** The number of the message that brought it to this world. */
  message: number;
}

/** A quantity of an item, `group:id:quantity`. In changes it may be negative. */
export type Amount = string;

/** The reply of `announce_list`. */
export interface AnnounceListReply {
  /** By number. */
  announcements: AnnouncementEntry[];
}

/** `announce_list {}`: all that are not over. */
export type AnnounceListRequest = Record<string, never>;

/** The reply of `announce`. */
export interface AnnounceReply {
  /** What to name it by. */
  number: number;
}

/** `announce {text, at?, repeat_minutes?, until?, worlds?}`: tells everybody who is connected. */
export interface AnnounceRequest {
  /** When it is told first, unix seconds; missing = now. */
  at?: number;
  /** Minutes from one time to the next, 1 to 10,080; missing = it is told once. */
  repeat_minutes?: number;
  /** What it says. */
  text: string;
  /** With `repeat_minutes`: it is told before this moment only, unix seconds. */
  until?: number;
  /** The worlds that tell it; missing or empty = all. */
  worlds?: number[];
}

/** `announce_withdraw {number}`: it is not told again. */
export interface AnnounceWithdrawRequest {
  /** As `announce` has replied. */
  number: number;
}

/** A text for everybody who is connected. */
export interface Announcement {
  /** When it is told first, unix seconds. */
  at: number;
  /** Seconds from one time to the next; 0 = it is told once. */
  every_seconds: number;
  /** Counts from 1. */
  number: number;
  /** What it says. */
  text: string;
  /** It is told before this moment only, unix seconds. */
  until: number;
}

/** An announcement as operators see it. */
export interface AnnouncementEntry {
  /** When it is told first, unix seconds. */
  at: number;
  /** Who made it. */
  by: string;
  /** What to name it by. */
  number: number;
  /** Minutes from one time to the next; null = it is told once. */
  repeat_minutes: number | null;
  /** What it says. */
  text: string;
  /** When it is over, unix seconds. */
  until: number;
  /** The worlds that tell it; empty = all. */
  worlds: number[];
}

/** The event `announcement`. */
export interface AnnouncementEvent {
  /** The same each time it is told. */
  number: number;
  /** What it says. */
  text: string;
}

/** An anomaly and its circumstances. */
export interface Anomaly {
  /** The reported damage, if there was one. */
  damage: number | null;
  /** The player's level, and the seconds it had been in the stage. */
  level: number | null;
  /** The most that would have been believed. */
  most: number | null;
  /** How long the player had been in the stage. */
  seconds: number | null;
  /** The stage that it was about. */
  stage: number;
  /** What was abnormal. */
  what: Misdeed;
}

/** A reply that consists of a code only. */
export interface AnswerSent {
  /** 200, or why not; the codes are listed with the function. */
  status_code: number;
}

/** What was given back: the reply of `attempt_return`. */
export interface AttemptReturnReply {
  /** Points of energy. */
  energy: number;
  /** Items. */
  items: Amount[];
  /** The kind of the ticket, if it took one. */
  ticket: number | null;
  /** Whether the player was in the stage, and is no longer. */
  was_open: boolean;
}

/**
 * `attempt_return {player, stage, legacy?, reason}`: energy, items and ticket of an attempt that was not won. The role's
 * limits hold as for `player_grant`.
 */
export interface AttemptReturnRequest {
  /** Whether it was entered with the legacy function `enter_stage`, which has other costs. */
  legacy?: boolean;
  /** The account's number. */
  player: number;
  /** Why, for operators. */
  reason: string;
  /** The stage's number. */
  stage: number;
}

/**
 * One of the attributes, for rules that check or roll against it.
 * - `strength`: 力量.
 * - `agility`: 敏捷.
 * - `wits`: 智力.
 * - `vigor`: 体魄.
 */
export type Attribute = "strength" | "agility" | "wits" | "vigor";

/** A roll of the die plus an attribute and the used skills and equipment, against a difficulty. */
export interface AttributeCheck {
  /** The attribute that helps; absent = luck only. */
  attribute?: Attribute;
  /** The points needed. */
  difficulty: number;
}

/** The attributes of a player, or of a fighter of the game master. */
export interface Attributes {
  /** 敏捷: quickness of hand and foot. */
  agility: number;
  /** 力量: the force of blows. */
  strength: number;
  /** 体魄: endurance. */
  vigor: number;
  /** 智力: cleverness, and the force of words and spells. */
  wits: number;
}

/**
 * Who gets a mail to all. A player has to meet everything that is said; what is missing says nothing.
 *
 * Accounts and log-ins count up to the moment at which the mail was written, whenever the player looks. Name, level and
 * items are those of the moment at which the player looks at its mail.
 */
export interface AudienceTerms {
  /** Only players who have at least so much of each of these items. At most 20. */
  has: Amount[];
  /** Only up to this level. */
  level_max: number | null;
  /** Only from this level on. */
  level_min: number | null;
  /** Only accounts that were made before this moment, unix seconds. */
  made_before: number | null;
  /** Only accounts that were made at this moment or later, unix seconds. */
  made_from: number | null;
  /** Only players with one of these names, in any spelling by which they are found; empty = with any. At most 1,000. */
  names: string[];
  /** Also accounts that are made after the mail was written; false = only those that there are. */
  newcomers: boolean;
  /** Only players whose last log-in was before this moment, unix seconds. */
  seen_before: number | null;
  /** Only players whose last log-in was at this moment or later, unix seconds. Making the account counts as one. */
  seen_from: number | null;
}

/** One call, as operators see it. */
export interface AuditEntryShown {
  /** From where; null for calls from within the process. */
  address: string | null;
  /** With which arguments, as JSON without secrets. What is longer than 4,096 bytes is cut and ends with an ellipsis. */
  arguments: string;
  /** Unix seconds. */
  at: number;
  /** What it has changed. */
  changes: string[];
  /** What they called. */
  function: string;
  /** Counts the world's entries from 1. */
  number: number;
  /** Who. */
  operator: string;
  /** The numbers of the players whom it has changed. */
  players: number[];
  /** Why, where the arguments say so. */
  reason: string | null;
  /** What it has answered, as JSON; cut likewise. */
  reply: string;
  /** The role they had then. */
  role: string;
  /** The same as local date and time, `YYYY-MM-DD HH:MM:SS`. */
  time: string;
}

/** The reply of `audit_list`. */
export interface AuditListReply {
  /** The newest first. */
  entries: AuditEntryShown[];
  /**
   * `before` of the next page; null when this was the last. A page looks at 2,000 entries, so with a filter it may be short,
   * or empty, and have a next one.
   */
  next: number | null;
}

/** `audit_list {token, operator?, function?, player?, from?, to?, before?, limit?}`: the newest first. */
export interface AuditListRequest {
  /** Only entries with smaller numbers: `next` of the page before. */
  before?: number;
  /** Not before this moment, unix seconds. */
  from?: number;
  /** Only calls of this function. */
  function?: string;
  /** Missing = 50, at most 500. */
  limit?: number;
  /** Only calls of this operator. */
  operator?: string;
  /** Only what has changed the player of this number. */
  player?: number;
  /** Only before this moment, unix seconds. */
  to?: number;
}

/** Which of the players' values counts. `p10` is the value that 10 % of the players do not exceed. */
export type Average = "mean" | "lowest" | "p10" | "p25" | "median" | "p75" | "p90" | "highest";

/** The reply of `backup`. */
export interface BackupReply {
  /** Its path on the server. */
  file: string;
  /** The last batch of rows that is in it. */
  last_batch: BatchNumber;
  /** How many rows it has. */
  rows: number;
}

/** `backup {token, name?}`. */
export interface BackupRequest {
  /** Missing = the present moment of the game's clock. */
  name?: string;
}

/** The reply of `bag`. */
export interface BagReply {
  /** The caller's equipment. */
  equipments: Described;
}

/** `bag {role}`. */
export interface BagRequest {
  /** The caller's own username. */
  role: string;
}

/** While a ban holds, the player can neither act nor log in. */
export interface Ban {
  /** When it began, unix seconds. */
  at: number;
  /** The operator. */
  by: string;
  /** What the player is told. */
  message: string;
  /** Why, for operators. */
  reason: string;
  /** When it ends, unix seconds; absent = never. */
  until?: number;
}

/** The event `banned`: the player is banned, and the connection ends. */
export interface BannedEvent {
  /** Why, for the player. */
  message: string;
  /** When it is over, unix seconds; absent = never. */
  until?: number;
}

/** The number of a batch of rows. A world's batches are numbered from 1; 0 is before the first. */
export type BatchNumber = number;

/** A batch as operators see it. */
export interface BatchShown {
  /** Its number. */
  batch: number;
  /** How many codes. */
  count: number;
  /** Whether they were withdrawn. */
  is_withdrawn: boolean;
  /** What each is worth. */
  items: Amount[];
  /** Unix seconds. */
  made_at: number;
  /** The operator's name. */
  made_by: string;
  /** How many times one player can redeem the same code. */
  per_player: number;
  /** How many times they were redeemed in all. */
  redeemed: number;
  /** Subject of the mail. */
  title: string;
  /** Unix seconds from which on nobody can redeem them. */
  until: number;
  /** How many times each code can be redeemed in all. */
  uses: number;
}

/**
 * The reply of `battle` (docs/contract/role-play.md#battles), and whether the battle is
 * over.
 */
export interface BattleReply {
  /** What the opponent did. */
  action: string;
  /** The experience won, at the end. */
  exp?: number;
  /** The verdict as text. */
  result: string;
  /** The items won, at the end. */
  reward?: Amount[];
  /** The opponent. */
  role: string;
  /** The outcome of the stake, at the end of a battle that had one. */
  stake?: StakeTold;
  /** Whether the battle is over. */
  status: boolean;
}

/** `battle {role, id, text | action, items, skills, wait?}`: acts in the round. The reply comes with the verdict. */
export interface BattleRequest {
  /** An alias of `text` that some clients use. */
  action?: string;
  /** The battle's number, which is the challenge's. */
  id: string;
  /** Names of equipment that the player uses; what is not owned is ignored. */
  items?: string[];
  /** The caller's own username. */
  role: string;
  /** Names of skills that the player uses; what is not owned is ignored. */
  skills?: string[];
  /** What the player does, in words. */
  text?: string;
  /**
   * An addition to the contract: with `false` the reply comes at once, and the verdict only as an event, for a client
   * that has other requests to send on its connection meanwhile. Left out: `true`.
   */
  wait?: boolean;
}

/** How battles proceed. */
export interface BattleRules {
  /** The `game_mode` of the reports to SUD. */
  game_mode: number;
  /** Seconds for which an ended battle can still be looked up. */
  kept_seconds: number;
  /** The `role` of each in the reports to SUD. */
  report_roles: ReportRoles;
  /** How many battles are rewarded in a day. */
  rewarded_per_day: RewardedPerDay;
  /** The rewards at the end of a battle between players. */
  rewards: Rewards;
  /** Seconds that both players have to act in a round. */
  round_seconds: number;
  /** After this many rounds the battle is a draw. */
  rounds_max: number;
  /** What both put in at the start; absent = nothing. */
  stake?: StakeRules;
  /** The longest text of an action, in characters. */
  text_longest: number;
  /** The texts that players read. */
  texts: BattleTexts;
  /** Who wins a round. */
  verdict: VerdictRules;
  /** Rounds that a player must win to win the battle. */
  wins_needed: number;
}

/** A battle, from the side of the player. */
export interface BattleSeen {
  /** Its number. */
  battle: string;
  /** When the round closes, or the battle is forgotten if it is over; unix seconds. */
  due_at: number;
  /** Whether the player is still to be paid for it. */
  is_owed: boolean;
  /** The opponent's name. */
  opponent: string;
  /** The opponent's account; null for a fighter of the game master. */
  opponent_player: number | null;
  /** How many rounds are over. */
  rounds: number;
  /** How it stands. */
  state: BattleState;
}

/** One page of a part that may be long. */
export interface BattleSeenPage {
  /** Newest first. */
  entries: BattleSeen[];
  /** The `after` of the next page; null when this is the last. */
  next: number | null;
}

/**
 * How a battle stands for one of the two.
 * - `running`: It goes on.
 * - `won`: Won.
 * - `lost`: Lost.
 * - `undecided`: Nobody has won.
 */
export type BattleState = "running" | "won" | "lost" | "undecided";

/** The texts of `battles.ron`. */
export interface BattleTexts {
  /** Replaces the skills and items when none counts. */
  bare: string;
  /** Verdicts of a round that was won by breaking a guard. */
  broken: Template[];
  /** The end of a battle that both players left. */
  deserted: Template;
  /** The end of a battle without a winner. */
  drawn: Template;
  /** The end of a battle whose loser went offline. */
  escaped: Template;
  /** Verdicts of a round without a winner. */
  even: Template[];
  /** Verdicts of a round in which a guard held. */
  held: Template[];
  /** Verdicts of a round in which neither acted. */
  idle: Template[];
  /** The rounds won by each, behind a verdict. */
  score: Template;
  /** Shown as the action of a player who stayed silent. */
  silent: string;
  /** Verdicts of a round that was won by a blow. */
  struck: Template[];
  /** Behind the end of a battle in which neither is rewarded. */
  unrewarded: string;
  /** Shown to a player who has acted while the opponent has not. */
  waiting: Template;
  /** The end of a battle that was won. */
  won: Template;
}

/** The event `battle_verdict`: the contents of the reply of `battle`, for a player who did not wait for it. */
export interface BattleVerdictEvent {
  /** What the opponent did. */
  action: string;
  /** The experience won, at the end. */
  exp?: number;
  /** The battle's number. */
  id: string;
  /** The verdict as text. */
  result: string;
  /** The items won, at the end. */
  reward?: Amount[];
  /** The opponent. */
  role: string;
  /** How many rounds are finished. */
  round: number;
  /** The outcome of the stake, at the end of a battle that had one. */
  stake?: StakeTold;
  /** Whether the battle is over. */
  status: boolean;
}

/** One of the best of all worlds. */
export interface BestAnywhere {
  /** The player. */
  best: BestPlayer;
  /** The player's world. */
  world: number;
}

/** `best_changed {world}`, a function of the realm: the best of a world are no longer those that it has told. */
export interface BestChangedRequest {
  /** The world's number. */
  world: number;
}

/** The best of one world in its season, and so the reply of `best_of_world`. */
export interface BestOfWorldReply {
  /** The best first. */
  best: BestPlayer[];
  /**
   * The number of the day that ends the season; null = it does not end. Worlds count their seasons since their own
   * beginnings, but a season ends in all of them on one day.
   */
  ends_on: number | null;
}

/** `best_of_world {}`, a function of worlds: the best of this world. */
export type BestOfWorldRequest = Record<string, never>;

/** The best of all worlds in one season, and so the reply of `best_of_worlds`. */
export interface BestOfWorldsReply {
  /** The best first. */
  best: BestAnywhere[];
  /** The number of the day that ends the season; null = it does not end. */
  ends_on: number | null;
}

/** `best_of_worlds {ends_on}`, a function of the realm: the best of all worlds. */
export interface BestOfWorldsRequest {
  /** The number of the day that ends the season; null = it does not end. */
  ends_on?: number;
}

/** One of the best of a world. */
export interface BestPlayer {
  /** The best damage of the season. */
  damage: number;
  /** The family's name; empty for a player in none. */
  fid: string;
  /** The player's level. */
  level: number;
  /** The player's name. */
  name: string;
  /** The account's number. */
  player: number;
}

/** The result of a victory in boss mode; `{}` in the other modes. */
export interface BossBlow {
  /** The player's best damage this season. */
  damage?: number;
  /** The life of each boss, by `0`, `1` and so on. */
  ratio?: Ratios;
  /** 1 if the damage is the player's best, else 0. */
  record?: number;
}

/** The limits, and the bosses as `boss1`, `boss2` and so on. */
export interface BossConfig {
  /** Challenges a day. */
  max_enter_time: number;
  /** A damage at or above this is abnormal. */
  max_upload_damage: number;
  [boss: `boss${number}`]: LifeValue;
}

/** The event `boss_died`. */
export interface BossDiedEvent {
  /** Its place in the roster, from 0. */
  boss: number;
  /** Its name. */
  name: string;
}

/** One boss. */
export interface BossEntry {
  /** What everybody gets when it dies. */
  gift: Gift;
  /**
   * What the world knows it by: its life, its death and its gift belong to this id, wherever the boss stands in the list and
   * whatever its name. Lowercase letters, digits and `_`; give it once and never change it.
   */
  id: string;
  /** Life points. */
  life_value: number;
  /** The name, for people who read this file. */
  name: string;
}

/** When something begins anew, unix seconds. */
export interface BossMoments {
  /** When all bosses return; absent if they do not. */
  next_month_at?: number;
  /** When the tickets return. */
  next_reset_at: number;
}

/** The flat reply of the boss room, with the challenges left also where `enter_stage` documents them. */
export interface BossRoomEntered {
  /** The same moments in unix seconds. */
  at: EnergyMoments;
  /** Seconds to the next local midnight. */
  cd_time: number;
  /** The change in energy, such as -10. */
  consume: number;
  /** Seconds to the next point; -1 when none is coming back. */
  cooling_time: number;
  /** Points of energy left. */
  energy: number;
  /** Challenges left today. */
  times: number;
  /** The same as `enter_stage` documents it. */
  world_boss: ChallengesLeft;
}

/** The result of a visit to the boss room. */
export interface BossRoomLeft {
  /** The life of each boss, by `boss0`, `boss1` and so on. */
  boss_life_ratio: Ratios;
  /** The energy now. */
  energy?: LegacyEnergy;
  /** The player's best damage this season. */
  highest_damage: number;
  /** 1 if the damage is the player's best, else 0. */
  new_record: number;
  /** The experience gained. */
  p_exp?: PassedExp;
  /** The progress. */
  p_stage?: PassedStage;
  /** The items gained. */
  pass_stages?: LegacyChange[];
}

/** The contents of `world_boss.ron`. */
export interface BossRules {
  /** The roster. */
  bosses: BossEntry[];
  /** The cost of entering the legacy boss room. */
  legacy_entry: LegacyBossEntry;
  /** Challenges a day, as `get_config_boss` shows them; the tickets themselves are in `tickets.ron`. */
  max_enter_time: number;
  /** A damage at or above this is abnormal. */
  max_upload_damage: number;
  /**
   * How much of a damage below that is believed, by level and time; a stage of `stages/boss.ron` may have rules of its
   * own.
   */
  plausible_damage: PlausibleDamage;
  /** When a season ends and all bosses return: `daily`, `weekly(monday)`, `monthly` or `dates(["2026-12-24"])`. */
  season: Schedule;
  /** The mail that brings it. */
  season_mail: MailText;
  /** Season rewards by rank, sent by mail. */
  season_rewards: Bracket[];
  /** Whether damage beyond a boss's life goes on to the next. */
  surplus_carries_over: CarriesOver;
}

/** A range of ranks and what they get. */
export interface Bracket {
  /** The best rank. */
  from: number;
  /** What each gets. */
  items: Amount[];
  /** The last rank. */
  to: number;
}

/** A range of ranks and what each of them got. */
export interface BracketTold {
  /** The best rank. */
  from: number;
  /** What each got. */
  items: Amount[];
  /** The last rank. */
  to: number;
}

/** The reply of a purchase. */
export type BuyItemReply = ItemBought | [PointsShort];

/** `buy_item {token, offer}`. */
export interface BuyItemRequest {
  /** The id of an offer of `get_shop`. */
  offer: string;
}

/** The reply of a purchase. */
export type BuyTicketReply = TicketBought | [PointsShort];

/** `buy_ticket {token, mode, pay_with}`. */
export interface BuyTicketRequest {
  /** Whose ticket. */
  mode: PurchaseMode;
  /** With what. */
  pay_with: PayWith;
}

/**
 * The data of a reply, as the platform wrote it: players see its fields in the platform's order. `""` where the platform
 * has none.
 */
export type CardTypesReply = PlatformData;

/** `card_types {token}`: the cards that the platform accepts. */
export type CardTypesRequest = Record<string, never>;

/** A parcel with what the realm knows it by, however often it is given. */
export interface CarriedParcel {
  /** The world's epoch in which it was posted. */
  epoch: Epoch;
  /** Counts the world's parcels. */
  number: number;
  /** What is in it. */
  parcel: Parcel;
}

/** Whether damage beyond a boss's life carries over to the next. */
export interface CarriesOver {
  /** From `pass_stage`. */
  legacy: boolean;
  /** From `victory_stage_boss`. */
  new: boolean;
}

/** All characters, by their ids in scripts. */
export interface Cast {
  /** By the id that scripts use. */
  characters: Record<string, Character>;
}

/** The event `challenge_accepted`. */
export type ChallengeAcceptedEvent = ChallengeAnswered;

/**
 * What the challenger receives: the answer given by `/challenge_info` (docs/contract/role-play.md#challenges), and who
 * gave it.
 */
export interface ChallengeAnswered {
  /** The challenge's number. */
  id: string;
  /** A portrait, PNG as base64; null if there is none. */
  image_data: string | null;
  /** The player who answered. */
  role: string;
  /** Whether the challenge was accepted; then the battle has begun. */
  status: boolean;
}

/** The event `challenge_ended`, for both players: the challenge was not answered in time. */
export interface ChallengeEndedEvent {
  /** The challenge's number. */
  id: string;
}

/**
 * What the challenged player receives, as the event `challenge_info` and as a push to its address
 * (docs/contract/role-play.md#challenges).
 */
export interface ChallengeInfoEvent {
  /** The challenge's number. */
  id: string;
  /** The challenger's portrait, PNG as base64; null if there is none. */
  image_data: string | null;
  /** The challenger. */
  role: string;
}

/** The reply of `challenge_info`: name and portrait of the other player, and whether the battle begins or has begun. */
export interface ChallengeInfoReply {
  /** The challenge's number. */
  id: string;
  /** The other player's portrait, PNG as base64; null if there is none. */
  image_data: string | null;
  /** The other player. */
  role: string;
  /** Whether the battle begins; for the challenger, whether the challenge was accepted. */
  status: boolean;
}

/**
 * `challenge_info {id, status?, image_data?}`: a client's answer to the event of that name. Without `status` it shows
 * the challenge and leaves it open. To the challenger it shows the answer.
 */
export interface ChallengeInfoRequest {
  /** The challenge's number. */
  id: string;
  /** The caller's portrait, PNG or JPEG as base64. */
  image_data?: string;
  /** Whether to accept. */
  status?: boolean;
}

/** The event `challenge_rejected`. */
export type ChallengeRejectedEvent = ChallengeAnswered;

/**
 * The reply of `challenge`. It does not wait for the answer of a player: `status` is false and there is no image until
 * the request is repeated after the answer. A fighter of the game master accepts at once.
 */
export interface ChallengeReply {
  /** The challenge's number; empty if there is none. */
  id: string;
  /** The opponent's portrait, PNG as base64; null before the challenge is accepted, and if there is none. */
  image_data: string | null;
  /** Whether the challenge is accepted already. */
  status: boolean;
  /** 200, or why not; the codes are listed with the function. */
  status_code: number;
}

/** `challenge {role1, role2, image_data, report_game_info_key?, report_game_info_extras?}`. */
export interface ChallengeRequest {
  /** The caller's portrait, PNG or JPEG as base64. */
  image_data?: string;
  /** Passed through to SUD. */
  report_game_info_extras?: string;
  /** Passed through to SUD; a round can be queried by it. */
  report_game_info_key?: string;
  /** The caller's own username. */
  role1: string;
  /** A player, or a fighter of the game master. */
  role2: string;
}

/** How long challenges stay open, and how many. */
export interface ChallengeRules {
  /** Open challenges that a player may have received. */
  received_max: number;
  /** Open challenges that a player may have sent. */
  sent_max: number;
  /** Seconds after which an unanswered challenge ends. */
  unanswered_seconds: number;
}

/** The challenges left, and the time. */
export interface Challenges {
  /** Seconds to the end of the season; -1 if it has none. */
  month_time: number;
  /** Challenges left today. */
  remaining: number;
  /** Seconds to the next local midnight. */
  time: number;
}

/** The challenges left as the legacy `enter_stage` shows them. */
export interface ChallengesLeft {
  /** Challenges left today. */
  remaining: number;
  /** The time until new ones. */
  time: HoursMinutesSeconds;
}

/** An item that a minute may bring. */
export interface Chance {
  /** The amount on success. */
  amount: Amount;
  /** See `numerator`. */
  denominator: number;
  /** The chance is `numerator` in `denominator`. */
  numerator: number;
}

/** Items by chance. */
export interface Chances {
  /** Drop tables that a whole minute may roll, each with its chance. */
  drops?: DropChance[];
  /** Each is rolled once per whole minute. */
  items: Chance[];
  /** Applies from this stage on. */
  stage: number;
}

/** A speaker. */
export interface Character {
  /** The name that players see; a `role` of replies. */
  name: string;
  /** An image. */
  portrait: string;
}

/** How attributes are computed. */
export interface CharacterRules {
  /** 敏捷. */
  agility: Growth;
  /** Items whose quantities `status` shows, under their names. */
  shown_items: ItemId[];
  /** 力量. */
  strength: Growth;
  /** 体魄. */
  vigor: Growth;
  /** 智力. */
  wits: Growth;
}

/**
 * The data of a reply, as the platform wrote it: players see its fields in the platform's order. `""` where the platform
 * has none.
 */
export type ChargeReply = PlatformData;

/** `charge {token, ctype, cnum, cpwd}`: points for a prepaid card. */
export interface ChargeRequest {
  /** The card's number. */
  cnum: string;
  /** The card's password. */
  cpwd: string;
  /** The id of a card type of `card_types`. */
  ctype: number;
}

/** How the endpoint is to answer. */
export interface ChatManner {
  /** A text that contains one of these, in any letter case, is rejected. */
  forbidden: string[];
  /** The system prompt. */
  instructions: string;
  /** Sampling temperature in hundredths: 0 to 200. */
  temperature_percent: number;
  /** The most characters of its text; a longer one is rejected. */
  text_max_chars: number;
  /** The most tokens it may answer with. */
  tokens_max: number;
}

/** The reply of `check_boss_status`. */
export interface CheckBossStatusReply {
  /** The same moments in unix seconds. */
  at: BossMoments;
  /** The life of each boss, by `boss0`, `boss1` and so on. */
  boss_life_ratio: Ratios;
  /** The caller's own best damage this season. */
  damage: number;
  /** The challenges left, and the time. */
  world_boss: Challenges;
}

/** `check_boss_status {token}`: the same in the legacy format. */
export type CheckBossStatusRequest = Record<string, never>;

/**
 * The data of a reply, as the platform wrote it: players see its fields in the platform's order. `""` where the platform
 * has none.
 */
export type CheckCardReply = PlatformData;

/** `check_card {token}`: the last five cards. */
export type CheckCardRequest = Record<string, never>;

/**
 * The data of a reply, as the platform wrote it: players see its fields in the platform's order. `""` where the platform
 * has none.
 */
export type CheckMoneyReply = PlatformData;

/** `check_money {token}`: the points of the player. */
export type CheckMoneyRequest = Record<string, never>;

/**
 * The data of a reply, as the platform wrote it: players see its fields in the platform's order. `""` where the platform
 * has none.
 */
export type CheckRecordReply = PlatformData;

/** `check_record {token}`: the last five movements. */
export type CheckRecordRequest = Record<string, never>;

/** An item that players open. */
export interface Chest {
  /** The drop tables that opening one of it rolls. */
  drops: Drops;
  /** The item, `group:id`. */
  item: ItemId;
}

/** Something the player may do. */
export interface Choice {
  /** What decides between `pass` and `fail`; absent = it always passes. */
  check?: AttributeCheck;
  /** The outcome of a failed check. */
  fail?: ChoiceOutcome;
  /** The player's words must contain one of these; none given = any words match. */
  keywords?: string[];
  /** What happens. */
  pass: ChoiceOutcome;
  /** The player's words must contain none of these. */
  unless?: string[];
  /** The player must use an owned skill or piece of equipment whose name or description contains one of these. */
  using?: string[];
}

/** A text, and where the story goes next. */
export interface ChoiceOutcome {
  /** A scene or an ending; absent = the player stays in the scene. */
  go?: string;
  /** What the player reads. */
  text: Template;
}

/** The reply of `claim_mail`. */
export interface ClaimMailReply {
  /** What is left of the items in `reward`, in the same order. */
  remain: Amount[];
  /** What was gained. */
  reward: Amount[];
}

/** `claim_mail {token, key}`. */
export interface ClaimMailRequest {
  /** The mail's key. */
  key: string;
}

/** A minimum as operators see it. */
export interface ClientMinimumEntry {
  /** Who has set it. */
  by: string;
  /** The client's name. */
  name: string;
  /** Where players get a newer one. */
  url: string;
  /** The oldest version that is served. */
  version: string;
}

/** The reply of `client_minimum_list`. */
export interface ClientMinimumListReply {
  /** By name. */
  clients: ClientMinimumEntry[];
}

/** `client_minimum_list {}`: the clients that have a minimum. */
export type ClientMinimumListRequest = Record<string, never>;

/** `client_minimum_remove {name}`: every version of a client is served. */
export interface ClientMinimumRemoveRequest {
  /** The client's name. */
  name: string;
}

/** `client_minimum {name, version, url}`: older versions of a client are no longer served, from now on. */
export interface ClientMinimumRequest {
  /** The client's name, as it says it. */
  name: string;
  /** Where players get a newer one. */
  url: string;
  /** The oldest version that is served: up to four numbers with dots between them. */
  version: string;
}

/** The game's time. */
export type ClockAdvanceReply = TimeTold;

/** `clock_advance {seconds}`: moves a manual clock, backwards with a negative number. */
export interface ClockAdvanceRequest {
  /** By how many seconds. */
  seconds: number;
}

/** The reply of `clock_mend`. */
export interface ClockMendReply {
  /** The moment that counts, unix seconds. */
  at: number;
  /** Numbers the mends of this world from 1. */
  mend: number;
  /** How many players were mended at once. The others are when they are loaded. */
  players_in_memory: number;
  /** The same as local date and time, `YYYY-MM-DD HH:MM:SS`. */
  time: string;
}

/**
 * `clock_mend {token}`: moments that lie in the future, because the clock was ahead when they were stored, are brought
 * back to now. What was paid or used up stays so.
 */
export type ClockMendRequest = Record<string, never>;

/** What a code is worth: the reply of `redeem_code`, and of `code_claim`. */
export type CodeClaimReply = Redeemed;

/** `code_claim {world, player, code}`, a function of the realm: a player of a world redeems a code. */
export interface CodeClaimRequest {
  /** As the player wrote it. */
  code: string;
  /** The account's number. */
  player: number;
  /** The player's world. */
  world: number;
}

/** `take_gift`: what a player gets for a code. */
export interface CodeGoods {
  /** The goods, to be claimed. */
  items: Amount[];
  /** The account's number. */
  player: number;
  /** Text of the mail. */
  text: string;
  /** Subject of the mail. */
  title: string;
}

/** The reply of `code_list`. */
export interface CodeListReply {
  /** Newest first. */
  batches: BatchShown[];
  /** The `before` of the next page. */
  next: number | null;
}

/** `code_list {before?}`: the batches without their codes, newest first, at most 100. */
export interface CodeListRequest {
  /** Only batches before this one. */
  before?: number;
}

/** The reply of `code_make`. A repeat with the same key tells no codes; `code_show` does. */
export interface CodeMakeReply {
  /** The number of the batch. */
  batch: number;
  /** The codes. */
  codes: string[];
}

/** `code_make {count, items, until, uses?, per_player?, title?, text?, reason}`: makes a batch of codes. */
export interface CodeMakeRequest {
  /** How many codes. */
  count: number;
  /** What each is worth: of each at least 1; at most 20 of them. */
  items: Amount[];
  /** How many times one player can redeem the same code. Left out: `1`. */
  per_player?: number;
  /** Why, for operators. */
  reason: string;
  /** Text of that mail. Left out: `"感谢您使用兑换码，请领取奖励。"`. */
  text?: string;
  /** Subject of the mail with the goods. Left out: `"兑换码礼包"`. */
  title?: string;
  /** Unix seconds from which on nobody can redeem them. */
  until: number;
  /** How many times each code can be redeemed in all. Left out: `1`. */
  uses?: number;
}

/** The reply of `code_show`. */
export interface CodeShowReply {
  /** The codes. */
  codes: CodeShown[];
}

/** `code_show {batch}`: the codes of a batch, in the order of their letters. */
export interface CodeShowRequest {
  /** The number of the batch. */
  batch: number;
}

/** A code as operators see it. */
export interface CodeShown {
  /** As players type it. */
  code: string;
  /** How many times it was redeemed. */
  used: number;
}

/** A status of a function. */
export interface CodeShown2 {
  /** What it means. */
  meaning: string;
  /** The status; null = any that another platform gives. */
  number: number | null;
}

/** `code_withdraw {batch, reason}`: nobody can redeem these codes any more. Who has redeemed one keeps the goods. */
export interface CodeWithdrawRequest {
  /** The number of the batch. */
  batch: number;
  /** Why, for operators. */
  reason: string;
}

/** An item of `enter_stages`, with `iid` as a number. */
export interface Cost {
  /** The item's number in group 3. */
  iid: number;
  /** How many are left. */
  remaining: number;
  /** The change, such as -3. */
  reward: number;
}

/** What crafting costs and how strong the results are. */
export interface CraftRules {
  /** Mode 1. */
  equipment: Recipe;
  /** A name that is not given is the start of the description, up to the first of these characters. */
  name_ends: string;
  /** The most characters of such a name. */
  name_longest: number;
  /** Mode 0. */
  skill: Recipe;
}

/** A message of the realm: all announcements of this world that are not over. It replaces those before. */
export interface CurrentAnnouncements {
  /** In no particular order. */
  announcements: Announcement[];
}

/** A part of the curve of levels. */
export interface CurvePiece {
  /** In place of `step`: what level n needs more than the one before, such as `"100 + 20 * n"`. */
  need?: number | string;
  /** Level n needs n times this more experience than the one before. */
  step?: number;
  /** The last level of this part. */
  to: number;
}

/** A quantity of an item, `group:id:quantity`; in a run the quantity may be a formula in `n`, the number of the entry: `3:1:375 + 10 * (n - 8)`. */
export type CurvedAmount = string;

/** The reply: a page of the ranking, and the player's own rank. */
export type DamageRankingReply = RankingPage;

/** `stage_damage_ranking {token, page}`. */
export interface DamageRankingRequest {
  /** Which page, from 1; one has ten rows. */
  page?: number;
}

/** A day. */
export interface DayShown {
  /** Players who were active on the day. */
  active_day: number;
  /** Players who were active in its month, from the 1st to this day. */
  active_month: number;
  /** Players who were active in its week, from Monday to this day. */
  active_week: number;
  /** How many bosses were killed. */
  bosses_killed: number;
  /** Its date, `YYYY-MM-DD`. */
  date: string;
  /** Players who were deleted. */
  deleted: number;
  /** What is counted apart for each stage, level, item and boss; absent unless asked for. */
  details?: DetailsShown;
  /** Points of energy that did not come back because the maximum was reached. */
  energy_wasted: number;
  /** Players who were imported. */
  imported: number;
  /** How many levels players have reached. */
  levels_reached: number;
  /** Accounts that were made. */
  new: number;
  /** The most players who were online at the same time. */
  online_most: number;
  /** Purchases with points that were ordered. */
  orders: number;
  /** Purchases that were paid and granted. */
  orders_granted: number;
  /** Purchases that ended unpaid. */
  orders_refused: number;
  /** Points that players have got. */
  points_gained: number;
  /** Points that players have lost. */
  points_spent: number;
  /** How many of these were active some days later. */
  retained: Retained;
  /** How long these lasted, in seconds together. */
  session_seconds: number;
  /** Sessions that began. */
  sessions: number;
  /** Sessions that ended. */
  sessions_ended: number;
  /** How often stages were entered. */
  stages_entered: number;
  /** How often stages were won. */
  stages_won: number;
}

/** `delete_mail {token, key}`. */
export interface DeleteMailRequest {
  /** The mail's key. */
  key: string;
}

/** `delete_read_mail {token}`. */
export type DeleteReadMailRequest = Record<string, never>;

/** Name to description. */
export type Described = Record<string, string>;

/** What a legal description is. */
export interface DescriptionRules {
  /** Most characters. */
  longest: number;
  /** Fewest non-space characters. */
  shortest: number;
}

/** What is counted apart for each of many. */
export interface DetailsShown {
  /** The bosses that were killed. */
  bosses: KillShown[];
  /** Where items came from and went to. */
  items: ItemFlow[];
  /** The levels that were reached. */
  levels: LevelReached[];
  /** Where points came from and went to. */
  points: PointsFlow[];
  /** The stages that were entered or won. */
  stages: StagePlayed[];
}

/** `device_unbind {player, device?, reason}`: whoever has the device no longer gets into the account. */
export interface DeviceUnbindRequest {
  /** Only this device, `sha256:..` as documents show it. */
  device?: string;
  /** The account's number. */
  player: number;
  /** Why, for operators. */
  reason: string;
}

/** The dice that each side throws in each round. */
export interface Dice {
  /** How many dice. */
  count: number;
  /** Sides of each die. */
  sides: number;
  /** Points for each pip. */
  weight: number;
}

/** Something of the view of a player that is different. */
export interface Difference {
  /** What it is; null = there is none. */
  after: JsonValue;
  /** What it was; null = there was none. */
  before: JsonValue;
  /** The part of `player_view`. */
  part: string;
  /** What of it: the fields that lead there, and entries of lists in brackets. Empty for the part as a whole. */
  what: string;
}

/** A value that differs. */
export interface DifferentValue {
  /** The value of the first side; null = it has none. */
  from: string | null;
  /** Its key, such as `rewards of first win`. */
  key: string;
  /** The value of the second side; null = it has none. */
  to: string | null;
}

/** Everything a world stores about one player. */
export interface Document {
  /** The number that the player had there. */
  account: number;
  /** When it was written on the game's clock, unix seconds. */
  exported_at: number;
  /** The format of the document. */
  format: number;
  /** Records that mention the player and stay in their world, by table name; for people. */
  mentions: Record<string, JsonValue[]>;
  /** By table name. */
  parts: Record<string, JsonValue>;
  /** The program that wrote it; for people. */
  program: string;
  /** The fingerprint of the rules that were in force; for people. */
  rules: string;
  /** Identifies the world that it comes from, whose own numbers mean nothing in another world. */
  world: string;
}

/** Drop tables that a minute may roll. */
export interface DropChance {
  /** See `numerator`. */
  denominator: number;
  /** The tables from `drops/`, each rolled once on success, or `["scrolls:2"]` for two times. */
  drops: Drops;
  /** The chance is `numerator` in `denominator`: 1 in 60 is one roll an hour on average. */
  numerator: number;
}

/** What a draw may bring; without `items` and `table` it brings nothing. */
export interface DropEntry {
  /** Whether it is among those that `guaranteed_after` guarantees. */
  guaranteed?: boolean;
  /** What it grants. */
  items?: Amount[];
  /** Another table, which is rolled once. */
  table?: string;
  /** Its chance is this in the sum of the weights of the table, 1 to 1000000. */
  weight: number;
}

/** One file in `drops/`. */
export interface DropFile {
  /** Items that players open with `use_item`. So what has no `drops` of its own, such as a mail or an offer, can grant chances. */
  chests?: Chest[];
  /** Its tables. Those of all files may name each other. */
  tables: DropTable[];
}

/** A drop table and how many times it is rolled, `table` or `table:times`. */
export type DropRoll = string;

/** A table of what may come, by weight. */
export interface DropTable {
  /** How many entries one roll draws, 1 to 100. Left out: `1`. */
  draws?: number;
  /** What may come. */
  entries: DropEntry[];
  /**
   * After so many draws in a row without an entry that is `guaranteed`, the next draw brings one of them. It is counted for
   * each player, over all rolls of this table wherever they are. 1 to 1000; absent = nothing is guaranteed.
   */
  guaranteed_after?: number;
  /** How lists of rewards and other tables name it: lowercase letters, digits and `_`. A player's misses belong to it. */
  id: string;
  /** The name that players read beside the chances. */
  name: string;
  /** Whether one roll may draw an entry more than once. If not, a table has at most 12 entries. Left out: `true`. */
  replacement?: boolean;
}

/** Drop tables that are rolled beside a list of rewards. */
export type Drops = DropRoll[];

/** Nothing: `{}`. */
export type Empty = Record<string, never>;

/** `take_move_end`: a move is over for this world. */
export interface EndMove {
  /** Whether the player is in the other world, and in this one no longer. */
  is_gone: boolean;
  /** When the player's account was made, unix seconds. A world that was put back to before that has nobody who leaves. */
  made_at: number;
  /** What was ordered. */
  order: MoveOrder;
}

/** Some monsters of one kind. */
export interface Enemy {
  /** How many. */
  count: number;
  /** From `monsters.ron`. */
  monster: string;
  /** Where they appear, on a field of 0 to 100 by 0 to 100. */
  spawn: [number, number];
}

/** Energy in the reply of a new function. */
export interface EnergyChange {
  /** Seconds to the next point, -1 when none is regenerating. */
  cooling: number;
  /** Points left. */
  remain: number;
  /** The change, negative when points were spent. */
  reward: number;
}

/** The event `energy`, for players who subscribed with `listen`: `reward` points have regenerated. */
export interface EnergyEvent {
  /** The energy now, and how much has come back. */
  energy: EnergyChange;
}

/** The event `energy_full`. */
export interface EnergyFullEvent {
  /** The energy now. */
  energy: EnergyChange;
}

/** Absolute times next to the energy, unix seconds. */
export interface EnergyMoments {
  /** When the energy is full; absent when it is. */
  full_at?: number;
}

/** Energy. */
export interface EnergyNow {
  /** Seconds to the next point; -1 when none is coming back. */
  cooling: number;
  /** Points left. */
  remain: number;
}

/** `energy.ron`. */
export interface EnergyRules {
  /** No points regenerate at or above this. */
  maximum: number;
  /** Points of a new player. */
  newcomer: number;
  /** Seconds per point. */
  seconds_per_point: number;
}

/** The reply of `enter_stage_*`. */
export type EnterStageBossReply = StageEntered;

/** `enter_stage_* {token, stage}`. */
export interface EnterStageBossRequest {
  /** The number of the stage. */
  stage: number;
}

/** The reply of `enter_stage_*`. */
export type EnterStageCoinReply = StageEntered;

/** `enter_stage_* {token, stage}`. */
export interface EnterStageCoinRequest {
  /** The number of the stage. */
  stage: number;
}

/** The reply of `enter_stage_*`. */
export type EnterStageEndlessReply = StageEntered;

/** `enter_stage_* {token, stage}`. */
export interface EnterStageEndlessRequest {
  /** The number of the stage. */
  stage: number;
}

/** The reply of `enter_stage_*`. */
export type EnterStageExpReply = StageEntered;

/** `enter_stage_* {token, stage}`. */
export interface EnterStageExpRequest {
  /** The number of the stage. */
  stage: number;
}

/** The reply of `enter_stage_*`. */
export type EnterStageGeneralReply = StageEntered;

/** `enter_stage_* {token, stage}`. */
export interface EnterStageGeneralRequest {
  /** The number of the stage. */
  stage: number;
}

/** The reply of `enter_stage`. */
export type EnterStageReply = LegacyEntered;

/** `enter_stage {token, stage}`. */
export interface EnterStageRequest {
  /** The number of the stage. */
  stage: number;
}

/** The reply of `enter_stage`. */
export type EnterWorldBossStageReply = LegacyEntered;

/** `enter_stage {token, stage}`. */
export interface EnterWorldBossStageRequest {
  /** The number of the stage. */
  stage: number;
}

/** One movement as an operator sees it. */
export interface Entry {
  /** When it was, unix seconds. */
  at: number;
  /** The items that changed. */
  changes: ItemChange[];
  /** Counts the player's movements from 1. */
  number: number;
  /** The order that caused it, if one did. */
  order?: string;
  /** The change in points, if there was one. */
  points?: PointsChange;
  /** The same as local date and time, `YYYY-MM-DD HH:MM:SS`. */
  time: string;
  /** What caused it, such as `sweep`. */
  why: string;
}

/** When something happens next, unix seconds. */
export interface EntryMoments {
  /** When the energy is full; absent when it is. */
  full_at?: number;
  /** When the tickets return, in modes that take some. */
  next_reset_at?: number;
}

/** One page of a part that may be long. */
export interface EntryPage {
  /** Newest first. */
  entries: Entry[];
  /** The `after` of the next page; null when this is the last. */
  next: number | null;
}

/** A use of an entry of the assets. */
export interface EntryUse {
  /** How many times, or pieces. */
  count: number;
  /** How it is used, such as `owned`. */
  how: string;
  /** What identifies the entry there. */
  id: string;
  /** The list in it, such as `items`. */
  list: string;
  /** By how many players; 0 for what belongs to the world. */
  players: number;
  /** The table, such as `items.ron`. */
  table: string;
}

/**
 * One run of a world: from a start, a restore or a take-over to the next. Later epochs compare greater. Two copies of
 * a world may begin the same generation; their random bits still tell them apart.
 *
 * An epoch is drawn outside the world, is durable before the world gives a number, and is an input of the world.
 */
export type Epoch = number;

/** A change of numbers while an event runs: `multiply`, `add` or `set`, one of them. */
export interface EventChange {
  /** This is added to each; may be negative. */
  add?: number;
  /** Each is multiplied by this, and rounded to the nearest whole number (halves up). */
  multiply?: Factor;
  /** Which numbers. */
  of: Numbers;
  /** Each becomes this. */
  set?: number;
}

/** A mail to everybody who is there when an event begins, once for each occurrence of a window. */
export interface EventMail {
  /** Text. */
  body: Texts;
  /** The items in it. */
  items?: Amount[];
  /** Subject. */
  subject: Texts;
}

/** When an event runs, unix seconds. */
export interface EventMoments {
  /** The first second of it. */
  begins_at: number;
  /** The first second after it. */
  ends_at: number;
}

/** An event, as a player sees it. */
export interface EventShown {
  /** What it brings, in each language. */
  about?: Texts;
  /** When it begins or began, and ends. */
  at: EventMoments;
  /** Its id. */
  id: string;
  /** Its name in each language. */
  name: Texts;
  /** The activity stages that it opens. */
  opens: number[];
  /** Whether it is for this player alone: in its own days. */
  own: boolean;
  /** Whether it runs now. */
  running: boolean;
}

/** Experience after a change. */
export interface ExpInfo {
  /** Experience in all. */
  exp: number;
  /** The level that this makes. */
  level: number;
  /** Experience missing for the next level; 0 at the highest. */
  need: number;
  /** What was gained. */
  reward: number;
}

/** Experience that tasks grant. */
export interface ExperiencePrize {
  /** The most that one task grants. */
  max: number;
  /** The key in `reward`. */
  name: string;
}

/** A limited item, as its owner sees it. */
export interface ExpiringItem {
  /** Seconds until they do. */
  cd: number;
  /** The same as a moment, unix seconds. */
  expires_at: number;
  /** Which. */
  item: ItemId;
  /** When the last of this item ends, unix seconds. */
  last_expires_at: number;
  /** How many end next. */
  quantity: number;
}

/** A factor of 0 to 1000 with at most three decimals, such as 2 or 0.75. */
export type Factor = number;

/** The reply of `family_list`. */
export interface FamilyListReply {
  /** How many families there are in all. */
  count: number;
  /** In the order in which they were founded. */
  families: FamilyRecord[];
  /** The `after` of the next page. */
  next: number | null;
}

/** `family_list {token, name?, after?, limit?}`: in the order in which they were founded, or the one of that name. */
export interface FamilyListRequest {
  /** Only families with greater numbers: `next` of the page before. */
  after?: number;
  /** Missing = 50, at most 500. */
  limit?: number;
  /** Only the family of this name. */
  name?: string;
}

/** A family as players see it. */
export type FamilyMembersReply = FamilyShown;

/** `family_members {name?}`: a family, by default the caller's own. */
export interface FamilyMembersRequest {
  /** Which family; missing = the caller's own. */
  name?: string;
}

/** A family as operators see it. */
export interface FamilyRecord {
  /** Its name. */
  family: string;
  /** Unix seconds. */
  founded_at: number;
  /** Its number. */
  id: number;
  /** In the order in which they joined, the leader first. */
  members: MemberRecord[];
}

/** How large families may be. Their names follow `names.ron`, as usernames do. */
export interface FamilyRules {
  /** The most members of a family. */
  members_max: number;
}

/** A family as players see it. */
export interface FamilyShown {
  /** Its name. */
  family: string;
  /** The username of the member who leads. */
  leader: string;
  /** The most members it may have. */
  max: number;
  /** Usernames in the order in which they joined, the leader first. */
  members: string[];
}

/** The reply of `feedback`. */
export interface FeedbackReply {
  /** What the task's drop tables have brought, at the end. */
  drops?: Amount[];
  /** Its portrait if so, base64. */
  image_data: string | null;
  /** Whether the speaker is new to the client. */
  npc_status: boolean;
  /** At the end. */
  reward?: RewardShown;
  /** Who speaks. */
  role: string;
  /** Whether the task has ended. */
  status: boolean;
  /** What the player reads. */
  text: string;
}

/** `feedback {text, role, items, skills, roles}`: plays the task under way. */
export interface FeedbackRequest {
  /** Names of equipment that the player uses; what is not owned is ignored. */
  items?: string[];
  /** The caller's own username. */
  role: string;
  /** The roles met so far, as the client remembers them. */
  roles?: string[];
  /** Names of skills that the player uses; what is not owned is ignored. */
  skills?: string[];
  /** What the player says or does. */
  text: string;
}

/** One of them. */
export interface FighterRule {
  /** Its attributes. */
  attributes: Attributes;
  /** The equipment that its moves may use. */
  items: Means[];
  /** Its policy: each round draws one of the moves that fit, by their weights. */
  moves: MoveRule[];
  /** The name by which it is challenged. No player can have it. */
  name: string;
  /** An image. */
  portrait: string;
  /** The rewards at the end of a battle against it. */
  rewards: Rewards;
  /** The skills that its moves may use. */
  skills: Means[];
}

/** The game master's fighters. */
export interface FighterRules {
  /** In any order. */
  fighters: FighterRule[];
}

/** The reply of `figures`. */
export interface FiguresReply {
  /** The days, the earliest first. */
  days: DayShown[];
  /** How many players are online now. */
  online: number;
  /** The date of the day that is being counted, `YYYY-MM-DD`. Its numbers still grow. */
  today: string;
}

/** `figures {token, from, to, details?}`: what was counted on each of these days. */
export interface FiguresRequest {
  /** Whether to tell of each stage, level, item and boss. */
  details?: boolean;
  /** The first day, `YYYY-MM-DD` in the game's zone. */
  from: string;
  /** The last day. Days that have not begun are left out. */
  to: string;
}

/**
 * By what a player is found.
 * - `number`: The number of the account.
 * - `email`: The e-mail address.
 * - `device`: What its device calls itself; all of it, since only a hash is kept.
 * - `uid`: The uid at SUD.
 * - `order`: The number of an order.
 * - `name`: The start of the name, in any spelling.
 */
export type FoundBy = "number" | "email" | "device" | "uid" | "order" | "name";

/** A family as players see it. */
export type FoundFamilyReply = FamilyShown;

/** `found_family {name}`. */
export interface FoundFamilyRequest {
  /** The family's name. */
  name: string;
}

/** A player who was found. */
export interface FoundPlayer {
  /** By what the player was found. */
  by: FoundBy[];
  /** The player's name. */
  name: string;
  /** The account's number. */
  player: number;
}

/** A function that operators may call. */
export interface FunctionShown {
  /** The JSON Schema of what `data` holds in the request, without the token. */
  arguments: JsonValue;
  /** Whether `try` can show beforehand what a call would change. */
  can_be_tried: boolean;
  /** What it answers with besides the statuses of every function. */
  codes: CodeShown2[];
  /** Its name. */
  function: string;
  /** Whether the realm answers it, and no world. */
  in_realm: boolean;
  /** Whether a call can change anything, in the world or outside. */
  may_change: boolean;
  /** The JSON Schema of what `data` holds in the reply. */
  reply: JsonValue;
  /** The right that a role must have to call it. */
  right: string;
}

/** The reply of `functions`. */
export interface FunctionsReply {
  /** What their schemas refer to, as `#/definitions/arguments/NAME` and `#/definitions/replies/NAME`. */
  definitions: JsonValue;
  /** By name. */
  functions: FunctionShown[];
}

/** `functions {token}`: the functions of operators, by name. */
export type FunctionsRequest = Record<string, never>;

/** The game master. */
export interface GameMaster {
  /** Words with which a player gives up the task in progress. */
  give_up: string[];
  /** Shown in place of an empty list. */
  nothing: string;
  /** Lines for an event that is not in `special_events/`. */
  other_event: Template[];
  /** Lines for anything else. */
  otherwise: Template[];
  /** How it quotes other characters in them, with `{speaker}` and `{text}`. */
  quote: Template;
  /** The name that players see; the `role` of its replies. */
  role: string;
  /** Lines about accepting and giving up tasks. */
  tasks: TaskLines;
  /** The topics of conversation. The first match is used. */
  topics: Topic[];
  /** The character of characters.ron in whose voice the game master tells special events. */
  voice: string;
  /** Lines about wishes for a personal task. */
  wishes: WishLines;
}

/** The reply of `get_new_mail` and `get_all_mail`. */
export type GetAllMailReply = MailList;

/** `get_all_mail {token}`. */
export type GetAllMailRequest = Record<string, never>;

/** The reply of `get_config_boss`. */
export interface GetConfigBossReply {
  /** Limits and bosses. */
  config: BossConfig;
}

/** `get_config_boss {token}`. */
export type GetConfigBossRequest = Record<string, never>;

/** The reply of `get_drop_rates`. */
export interface GetDropRatesReply {
  /** The tables, in the order of the rules. */
  tables: ShownTable[];
}

/** `get_drop_rates {token, table}`: how often what comes from the drop tables, as events that run make it for the caller. */
export interface GetDropRatesRequest {
  /** The id of a table; missing = all tables. */
  table?: string;
}

/** The reply of `get_hang_up_info`. */
export interface GetHangUpInfoReply {
  /** What a settlement would bring now, with what is owned. */
  get_hang_up_info: LegacyChange[];
  /** What hangs, and how long. */
  hang_up_info: HangUpInfo;
}

/** `get_hang_up_info {token}`. */
export type GetHangUpInfoRequest = Record<string, never>;

/** The reply of `get_hang_up_reward`. */
export interface GetHangUpRewardReply {
  /** What was earned, with what is owned now. */
  get_hang_up_rewards: LegacyChange[];
  /** What was settled. */
  hang_up_info: HangUpInfo;
}

/** `get_hang_up_reward {token}`. */
export type GetHangUpRewardRequest = Record<string, never>;

/** The reply of `get_list`: the usernames of all players online, including the caller. */
export interface GetListReply {
  /** Their usernames. */
  roles: string[];
}

/** `get_list {role}`. */
export interface GetListRequest {
  /** The caller's own username. */
  role: string;
}

/** The reply of `get_new_mail` and `get_all_mail`. */
export type GetNewMailReply = MailList;

/** `get_new_mail {token}`: the unread mails. */
export type GetNewMailRequest = Record<string, never>;

/** The reply to `get_player_info`. */
export type GetPlayerInfoReply = PlayerOverview;

/** `get_player_info {token}`. */
export type GetPlayerInfoRequest = Record<string, never>;

/** The reply of `get_shop`. */
export interface GetShopReply {
  /** What is sold. */
  offers: Offer[];
}

/** `get_shop {token}`: what is sold for points. */
export type GetShopRequest = Record<string, never>;

/** The reply: a page of the ranking, and the player's own rank. */
export type GetTopDamageReply = RankingPage;

/** `stage_damage_ranking {token, page}`. */
export interface GetTopDamageRequest {
  /** Which page, from 1; one has ten rows. */
  page?: number;
}

/** A mail to everybody. */
export interface Gift {
  /** The mail's text. */
  body: string;
  /** Hours after the death; at most 24. */
  delay_hours: number;
  /** The items in it. */
  items: Amount[];
  /** The mail's subject. */
  subject: string;
}

/** One thing that is wanted. */
export interface Goal {
  /** Of whom: the name of an archetype of the policy; absent = of all players. */
  archetype?: string;
  /** The lowest value that is as wanted. */
  at_least?: number;
  /** The highest value that is as wanted. */
  at_most?: number;
  /** When: the end of this day of the simulation, whose first is 1; absent = of its last. */
  day?: number;
  /** What is measured. */
  of: GoalMeasure;
}

/**
 * What a goal is about.
 * - `EnergyWasted`: % of the energy of a day that did not come because it was full: the mean of the days so far.
 * - `Finished`: % of the players who have passed every stage of all modes that they fight in.
 * - `Stayed`: % of those who have joined who are not gone for good.
 * - `Points`: Points that a player has paid in the shop so far.
 * - `Refused`: % of all requests so far that were refused.
 */
export type GoalMeasure = {
  /** The level: `Level(median)`. */
  Level: Average;
} | {
  /** How many stages of a mode are passed, counted from its first: `Stages(general, p10)`. */
  Stages: [Mode, Average];
} | {
  /** Pieces of an item that a player owns: `Stock("3:1", median)`. */
  Stock: [ItemId, Average];
} | {
  /** By how many % the pieces of an item that players own grow within so many days, the last of which is `day`. */
  Growth: {
    /** Over how many days; 7 = a week. */
    days: number;
    /** Which item. */
    item: ItemId;
  };
} | {
  /** Pieces of an item that a player gets in a day, from whatever source: the mean of the days so far. */
  Gained: ItemId;
} | {
  /** Pieces of an item that a player gives in a day, for whatever: the mean of the days so far. */
  Spent: ItemId;
} | "EnergyWasted" | {
  /** Tickets of a kind that are left when a day ends: the mean of the days so far. */
  TicketsLeft: number;
} | "Finished" | {
  /** Days so far on which a player came and found nothing to do. */
  IdleDays: Average;
} | "Stayed" | "Points" | "Refused" | {
  /** The day on which a boss first dies: `BossDies("lava_fiend")`, by its id. */
  BossDies: string;
};

/** What designers want of the game. */
export interface Goals {
  /** In the order of reports. */
  goals: Goal[];
}

/** The goods that a player gets for points. */
export interface Goods {
  /** Items. */
  items: Amount[];
  /** A ticket. */
  ticket: TicketGoods | null;
}

/**
 * How one attribute is computed: `base`, more with each level, and shares of the strongest skill and equipment owned.
 * Only the strongest counts, so crafting something new never weakens a player and hoarding gains nothing.
 */
export interface Growth {
  /** The value at level 0. */
  base: number;
  /** Percentage of the strength of the strongest equipment. */
  equipment_percent: number;
  /** Hundredths of a point per level. */
  hundredths_per_level: number;
  /** Percentage of the strength of the strongest skill. */
  skill_percent: number;
}

/** What is granted or taken. */
export interface Handful {
  /** Points of energy, also above the maximum. Left out: `0`. */
  energy?: number;
  /** Experience. Left out: `0`. */
  experience?: number;
  /** Of each at least 1; at most 100 of them. */
  items?: Amount[];
  /** The account's number. */
  player: number;
  /** Why, for operators. */
  reason: string;
  /** Of those of today; at most 100 kinds. */
  tickets?: TicketAmount[];
}

/** Which stage hangs, and how long it (or the one before) has been hanging. */
export interface HangUpInfo {
  /** The stage. */
  hang_stage: number;
  /** How long: whole seconds, or `H:MM:SS`. */
  time: HangUpTime;
}

/** `hang_stage` is 0 when nothing is hanging. */
export interface HangUpNow {
  /** The stage; 0 = none. */
  hang_stage: number;
  /** How long it has hung. */
  time: HoursMinutesSeconds;
}

/** The rewards of a minute on a stage. */
export interface HangUpRules {
  /** Time beyond this many hours earns nothing; absent = no limit. */
  cap_hours?: number;
  /** Items by chance. A stage without an entry uses the nearest lower one. */
  chances: Chances[];
  /** Guaranteed items. A stage without an entry uses the nearest lower one. */
  rates: Rate[];
}

/** `time` is `H:MM:SS` in some replies and whole seconds in others (docs/contract/hang-up.md#functions). */
export type HangUpTime = HoursMinutesSeconds | number;

/**
 * `hear {}`: this connection gets the events of its player. So it does anyway after any request; the server asks by itself
 * for connections whose world has begun a new life, here or on another node.
 */
export type HearRequest = Record<string, never>;

/** The highest stage passed in each mode that keeps progress. */
export interface HighestStages {
  /** Of 3001 to 3999. */
  boss: number;
  /** Of 4001 to 4149. */
  coin: number;
  /** Of 1001 to 1999. */
  endless: number;
  /** Of 4151 to 4199. */
  exp: number;
  /** Of 1 to 999. */
  general: number;
}

/** `take_hold`: a player of this world is about to move to another. */
export interface HoldPlayer {
  /** What was ordered. */
  order: MoveOrder;
}

/** A duration, `H:MM:SS`. */
export type HoursMinutesSeconds = string;

/** The contents of `images.ron`. */
export interface ImageLimits {
  /** The largest PNG that is kept and sent of a client's image, in bytes before base64. */
  kept_max_bytes: number;
  /** The largest shipped image, in bytes before base64. */
  shipped_max_bytes: number;
  /** The longest side of any image that is sent, in pixels. */
  side_max: number;
  /** The largest image of a client, in bytes before base64. */
  upload_max_bytes: number;
  /** The most pixels of a client's image. */
  upload_max_pixels: number;
}

/** `incident_close {incident, reason}`: an incident is done with. It opens again by itself when it happens again. */
export interface IncidentCloseRequest {
  /** Its number. */
  incident: number;
  /** Why, for other operators. */
  reason: string;
}

/**
 * What kind of thing went wrong.
 * - `log_warning`: A warning of the log.
 * - `log_error`: An error of the log.
 * - `rules`: Changed assets have errors, so the rules stay as they were.
 * - `order`: A payment that the game cannot settle by itself.
 * - `report`: A report that the platform did not take.
 * - `abnormal_data`: Data that an honest client does not send, such as too much damage.
 */
export type IncidentKind = "log_warning" | "log_error" | "rules" | "order" | "report" | "abnormal_data";

/** The reply of `incident_list`. */
export interface IncidentListReply {
  /** What happened last comes first. */
  incidents: IncidentShown[];
  /** `before` of the next page; null when this was the last. */
  next: number | null;
  /** How many are open, whatever the filters say. */
  open: number;
}

/**
 * `incident_list {state?, kind?, before?, limit?}`: what went wrong, in the worlds and in the process. What happened last
 * comes first.
 */
export interface IncidentListRequest {
  /** Only those that happened before: `next` of the page before. */
  before?: number;
  /** Only those of this kind. */
  kind?: IncidentKind;
  /** Missing = 50, at most 500. */
  limit?: number;
  /** Only those in this state. */
  state?: IncidentState;
}

/** Something that went wrong, and how often since it was told last. It is the same as another if kind, `what` and `source` are. */
export interface IncidentNews {
  /** How often. */
  count: number;
  /** The circumstances, of the last time. */
  detail: string;
  /** What kind of thing. */
  kind: IncidentKind;
  /** Where: file, line and column of rules, the part of the program of a line of the log; empty for others. */
  source: string;
  /** What went wrong, in words that are the same each time. */
  what: string;
}

/** `incident_report {world, epoch, number, over, news}`, a function of the realm: what went wrong in a world, or in the process. */
export interface IncidentReportRequest {
  /** The world's epoch in which this was put together. Together with `number` it tells a report that comes again. */
  epoch: Epoch;
  /** What has happened since. */
  news: IncidentNews[];
  /** Counts the world's reports. */
  number: number;
  /** Of these kinds everything that was told before is over. */
  over: IncidentKind[];
  /** The world; null = the process, which says nothing twice. */
  world?: number;
}

/** `incident_seen {incident, note?}`: marks an incident as known. It stays so when it happens again. */
export interface IncidentSeenRequest {
  /** Its number. */
  incident: number;
  /** What is known about it, for other operators. */
  note?: string;
}

/** An incident, as operators see it. */
export interface IncidentShown {
  /** Who did that; null = nobody has, or it was over by itself. */
  by: string | null;
  /** How often it has happened. */
  count: number;
  /** The circumstances of the last time. */
  detail: string;
  /** The first time, unix seconds. */
  first_at: number;
  /** When it was marked as seen or closed last, unix seconds; null = never. */
  handled_at: number | null;
  /** Its number. */
  incident: number;
  /** What kind of thing went wrong. */
  kind: IncidentKind;
  /** The last time, unix seconds. */
  last_at: number;
  /** What they said about it. */
  note: string;
  /** Where: file, line and column of rules; the part of the program that wrote the line of the log; empty for others. */
  source: string;
  /** What was done about it. */
  state: IncidentState;
  /** What went wrong. */
  what: string;
  /** The world; null = the process, as its log says. */
  world: number | null;
}

/**
 * What operators have done about an incident.
 * - `open`: Nothing yet, or it has happened again since it was closed.
 * - `seen`: Somebody knows of it.
 * - `closed`: It is done with, until it happens again.
 */
export type IncidentState = "open" | "seen" | "closed";

/** One item. */
export interface Item {
  /** Points of energy that `use_item` turns one into; absent = it cannot be used. */
  energy?: number;
  /** How long one lasts, such as `30d`; a day has 24 hours. Absent = forever. */
  expires_after?: Span;
  /** `group:id`. */
  id: ItemId;
  /** The name of its constant in clients, in lowercase letters, digits and `_`; absent = `item_GROUP_ID`. */
  identifier?: string;
  /**
   * Items with the same word here last one after the other: the time of the next begins when that of the last has
   * ended. Absent = the time of each begins when the player gets it.
   */
  in_turn?: string;
  /** The name, for people who read this file. */
  name: string;
}

/** The reply of `buy_item`. */
export interface ItemBought {
  /** The order's number. */
  order: string;
  /** Points left after the payment. */
  points?: number;
  /** What is left of the items in `reward`, in the same order. */
  remain: Amount[];
  /** What was gained; empty while the payment is pending. */
  reward: Amount[];
  /** "granted", or "pending" when an event will report the result. */
  state: string;
}

/** The change in one item. */
export interface ItemChange {
  /** How many the player had then. */
  after: number;
  /** By how much; negative when it was spent. */
  change: number;
  /** Which. */
  item: ItemId;
}

/** The movements of an item that had the same cause. */
export interface ItemFlow {
  /** How much was gained. */
  gained: number;
  /** Which item. */
  item: ItemId;
  /** In how many movements. */
  movements: number;
  /** How much was spent or taken away. */
  spent: number;
  /** The cause, as in the ledger. */
  why: string;
}

/** An item, `group:id`. */
export type ItemId = string;

/** `items.ron`: which items exist, and what a new player owns. */
export interface ItemRules {
  /** Every item of the game. */
  items: Item[];
  /** What a new player owns. An amount of 0 shows the item in the player's list from the start. */
  newcomer: Amount[];
}

/** `items_known {items}`, a function of worlds: whether the game has these items. */
export interface ItemsKnownRequest {
  /** The items. */
  items: Amount[];
}

/** A family as players see it. */
export type JoinFamilyReply = FamilyShown;

/** `join_family {name}`. */
export interface JoinFamilyRequest {
  /** The family's name. */
  name: string;
}

/** A mail in the box. */
export interface KeptMail {
  /** When it was sent, or due; unix seconds. */
  at: number;
  /** The text. */
  body: string;
  /** The sender. */
  from: string;
  /** Whether its items were claimed. */
  is_claimed: boolean;
  /** Whether it was read or claimed. */
  is_read: boolean;
  /** What can be, or was, claimed. */
  items: Amount[];
  /** The player's key for it. */
  key: string;
  /** The subject. */
  subj: string;
}

/** A boss that was killed. */
export interface KillShown {
  /** How many seconds after the midnight that began the season. */
  after_seconds: number;
  /** When it died, unix seconds. */
  at: number;
  /** Its id. */
  boss: string;
  /** The number of the season. */
  season: number;
}

/** The waves of a stage. */
export interface Layout {
  /** Its name in stages. */
  id: string;
  /** In order of appearance. */
  waves: Wave[];
}

/** `layouts.ron`. */
export interface LayoutRules {
  /** Every layout. */
  layouts: Layout[];
}

/** `leave_family {}`. */
export type LeaveFamilyRequest = Record<string, never>;

/** The reply of `pass_stage`. */
export type LeaveWorldBossStageReply = LegacyPassed;

/** `pass_stage {token, stage}`, and `damage` in the boss room. */
export interface LeaveWorldBossStageRequest {
  /** In the boss room: the damage done. */
  damage?: number;
  /** Another spelling (docs/contract/stage-protocol.md#spellings). */
  damange?: number;
  /** The number of the stage. */
  stage: number;
}

/** The reply of `ledger_list`. */
export interface LedgerListReply {
  /** Newest first. */
  entries: Entry[];
  /** `before` for the next page; null when this was the last. */
  next: number | null;
}

/** `ledger_list {name, limit, before}`: movements of a player, newest first. */
export interface LedgerListRequest {
  /** Only movements with smaller numbers: `next` of the page before. */
  before?: number;
  /** Missing = 50. */
  limit?: number;
  /** The player's name. */
  name: string;
}

/** The cost of entering the legacy boss room. */
export interface LegacyBossEntry {
  /** Items. */
  cost?: Amount[];
  /** Energy. */
  energy: number;
}

/** An item in the format of the legacy functions: `{"iid":"2","remaining":4290,"reward":1460}`. */
export interface LegacyChange {
  /** The item's number as text. */
  iid: string;
  /** What is left. */
  remaining: number;
  /** The change. */
  reward: number;
}

/** Energy after a change, as the legacy functions name it. */
export interface LegacyEnergy {
  /** Points left. */
  remaining: number;
  /** The change, such as -6. */
  reward: number;
  /** Seconds to the next point; -1 when none is coming back. */
  time: number;
}

/** The reply of `enter_stage`. */
export type LegacyEntered = LegacyStageEntered | BossRoomEntered;

/** Experience, as the legacy functions name it. */
export interface LegacyExp {
  /** Experience in all. */
  exp: number;
  /** The level that this makes. */
  level: number;
  /** Experience missing for the next level; 0 at the highest. */
  need: number;
}

/** The reply of `pass_stage`. */
export type LegacyPassed = StagePassed | BossRoomLeft;

/** What the legacy function `enter_stage` takes. */
export interface LegacyRun {
  /** Items. An amount of 0 shows the item in the reply. */
  cost?: CurvedAmount[];
  /** Energy. */
  energy: number | string;
}

/** What the client needs to play a stage. */
export interface LegacyStageEntered {
  /** The same moments in unix seconds. */
  at: EnergyMoments;
  /** The waves of enemies. */
  enemy_layout: Wave[];
  /** The energy after the entry. */
  energy: LegacyEnergy;
  /** The items that the entry took. */
  enter_stages: Cost[];
  /** The player's experience. */
  exp_info: LegacyExp;
  /** The monsters of these waves. */
  monster: Monster[];
  /** Nothing outside the boss room. */
  world_boss: Empty;
}

/** The reply of `legal`. */
export interface LegalReply {
  /** Whether it may be used. */
  status: boolean;
}

/** `legal {mode, content}`: whether a name (mode 0) or the description of a role (mode 1) may be used. */
export interface LegalRequest {
  /** The text. */
  content: string;
  /** 0 a name, 1 the description of a role. */
  mode: number;
}

/** `take_letter`: a player of another world writes to one of this world. */
export interface LetterAbroad {
  /** When it was written, unix seconds. */
  at: number;
  /** Text. */
  body: string;
  /** The writer, as players of other worlds are told. */
  from: string;
  /** The number of the writer's account there. */
  from_player: number;
  /** The writer's world. */
  from_world: number;
  /** Subject. */
  subj: string;
  /** The name of the player that it is for. */
  to: string;
  /** The world that it is for. */
  to_world: number;
}

/** `take_letter_back`: a letter of a player of this world did not arrive. */
export interface LetterReturned {
  /** The letter. */
  letter: LetterAbroad;
  /** Why it comes back. */
  why: WhyReturned;
}

/** The content of a mail. */
export interface LetterShown {
  /** When it was sent, or due; unix seconds. */
  at: number;
  /** The text. */
  body: string;
  /** The sender. */
  from: string;
  /** What can be, or was, claimed. */
  items: Amount[];
  /** The subject. */
  subj: string;
}

/** `letters_carry {world, parcels}`, a function of the realm: what leaves a world for others, in the order of its numbers. */
export interface LettersCarryRequest {
  /** The parcels. The realm takes all of them, or says that it is busy. */
  parcels: CarriedParcel[];
  /** The world that they leave. */
  world: number;
}

/** The contents of `levels.ron`. */
export interface LevelFile {
  /**
   * Pieces of the curve in ascending order: up to threshold `to`, threshold n lies `step` x n, or `need`, above the one
   * before.
   */
  curve: CurvePiece[];
  /** Experience of a new player. */
  newcomer_exp: number;
}

/** A level. */
export interface LevelReached {
  /** Its number. */
  level: number;
  /** How many players have reached it for the first time. */
  players: number;
}

/** A boss as its configuration shows it. */
export interface LifeValue {
  /** Its life points when the season begins. */
  life_value: number;
}

/** Tickets left by the key of their kind. */
export type Limits = Record<string, number>;

/** The reply of `list_events`. */
export interface ListEventsReply {
  /** Those that run first, then by when they begin. */
  events: EventShown[];
}

/** `list_events {token}`: the events that run, and those that begin soon. */
export type ListEventsRequest = Record<string, never>;

/** The reply of `list_orders`. */
export interface ListOrdersReply {
  /** Those that are not settled. */
  orders: OwnOrder[];
}

/** `list_orders {token}`. */
export type ListOrdersRequest = Record<string, never>;

/** One account. */
export interface ListedPlayer {
  /** Whether a device logs in to it as a guest. */
  is_guest: boolean;
  /** When it was made, unix seconds. */
  made_at: number;
  /** Its name. */
  name: string;
  /** Its number. */
  player: number;
}

/** The reply of `listen`: the events the player is now subscribed to. */
export interface ListenReply {
  /** Their names. */
  events: string[];
}

/** `listen {events}`: subscribes the player to these events, replacing an earlier subscription. */
export interface ListenRequest {
  /** Names of events; none = unsubscribe from all. */
  events: string[];
}

/** One log-in. */
export interface LogInShown {
  /** The address that it came from; null from within the server. */
  address: string | null;
  /** Unix seconds. */
  at: number;
  /** The same as local date and time, `YYYY-MM-DD HH:MM:SS`. */
  time: string;
  /** How. */
  way: LogInWay;
}

/**
 * How somebody has logged in.
 * - `password`: With e-mail address and password.
 * - `device`: As a guest, with what the device calls itself.
 */
export type LogInWay = "password" | "device";

/** The latest log-ins, at most 20, newest first. */
export interface LogInsShown {
  /** Newest first. */
  entries: LogInShown[];
}

/** The reply of `login`; with another code than 200 the name is empty and there is no token. */
export interface LoginReply {
  /** With 429: milliseconds until the next attempt may be made. */
  retry_after_ms?: number;
  /** 200, or why not; the codes are listed with the function. */
  status_code: number;
  /** Needed by all other requests, in `data.token`, on other connections than this one. */
  token?: Token;
  /** The player's name. */
  username: string;
}

/** `login {email, password, ip}`. */
export interface LoginRequest {
  /** The account's e-mail address. */
  email: string;
  /** Where the client says it listens. Only the port is used. */
  ip?: string;
  /**
   * An addition to the contract: the password for one log-in that an operator has given the player, as it was given.
   * `password` becomes the account's password.
   */
  once_password?: string;
  /** Hashed by the client. With `once_password` it is the new one. */
  password: string;
}

/** The reply of `login_unique`. */
export type LoginUniqueReply = {
  /** Its token. */
  token: Token;
} | {
  /** Milliseconds until the next one may be. */
  retry_after_ms: number;
};

/** `login_unique {unique_id}`: logs in as a guest, creating the account on first use. */
export interface LoginUniqueRequest {
  /** What only this device knows, 1 to 256 bytes. Whoever has it has the account. */
  unique_id: string;
}

/** The reply of `mail_all_list`. */
export interface MailAllListReply {
  /** Newest first. */
  mails: MailToAllEntry[];
  /** The `before` of the next page. */
  next: number | null;
}

/** `mail_all_list {before?}`: the mails to all, newest first, at most 50. */
export interface MailAllListRequest {
  /** Only mails before this one. */
  before?: number;
}

/** The reply of `mail_all_preview`. */
export interface MailAllPreviewReply {
  /** How many players of this world. */
  players: number;
}

/** `mail_all_preview {audience}`, a function of worlds: how many players of this world would get a mail to all now. */
export interface MailAllPreviewRequest {
  /** As of `mail_all`; missing = everybody. */
  audience?: SentAudienceTerms;
}

/** The reply of `mail_all`. */
export interface MailAllReply {
  /** What to name it by. */
  number: number;
}

/** `mail_all {title, text, items?, from?, until, audience?, worlds?, reason}`: a mail to all players, or to those of an audience. */
export interface MailAllRequest {
  /** Who gets it; missing = everybody who has an account now. */
  audience?: SentAudienceTerms;
  /** When players get it first, unix seconds; missing = now. */
  from?: number;
  /** What each player can claim: of each at least 1; at most 20 of them. */
  items?: Amount[];
  /** Why, for operators. */
  reason: string;
  /** Text. */
  text: string;
  /** Subject. */
  title: string;
  /** Who looks from this moment on gets it no longer, unix seconds. Who has it keeps it. */
  until: number;
  /** The worlds whose players get it; missing or empty = all. */
  worlds?: number[];
}

/** `mail_all_withdraw {number, reason}`: nobody gets it any more, and who has not claimed it has it no longer. */
export interface MailAllWithdrawRequest {
  /** As `mail_all` has replied. */
  number: number;
  /** Why, for operators. */
  reason: string;
}

/** How many mails there are, even if only unread ones are listed, and how many there may be. */
export interface MailCount {
  /** How many mails there are. */
  cur: number;
  /** How many there may be. */
  max: number;
}

/** The reply of `get_new_mail` and `get_all_mail`. */
export interface MailList {
  /** How full the box is. */
  count: MailCount;
  /** The newest first. */
  mail: MailShown[];
}

/** The event `mail_received`. The mail of a broadcast has no key until its player takes it in. */
export interface MailReceivedEvent {
  /** The sender. */
  from: string;
  /** Its key; absent for the mail of a broadcast. */
  key?: string;
  /** The subject. */
  subj: string;
}

/** The limits on mail, and the sender of system mail. */
export interface MailRules {
  /** The longest body of a player's mail, in characters. */
  body_max_chars: number;
  /** Mails that a player's mailbox holds. All of it is in memory with its player, and one reply lists it. */
  box_max: number;
  /** What a player reads whose mail to another world comes back. */
  returned: ReturnTexts;
  /** Mails that a player may send from one local midnight to the next. */
  sent_per_day: number;
  /** The longest subject of a player's mail, in characters. */
  subject_max_chars: number;
  /** The sender of system mail. */
  system_sender: string;
}

/** One mail in a reply. */
export interface MailShown {
  /** The text. */
  body: string;
  /** 1 if that was claimed, else 0. */
  claimed?: number;
  /** The sender. */
  from: string;
  /** What can be claimed. */
  items?: Amount[];
  /** The mail's key. */
  key: string;
  /** 1 if it was read, else 0. */
  read: number;
  /** The subject. */
  subj: string;
  /** Local time. */
  time: string;
  /** "1" for a mail with items, else "0". */
  type: string;
}

/** Subject and text of a mail. */
export interface MailText {
  /** Text. */
  body: string;
  /** Subject. */
  subject: string;
}

/** A mail to all as operators see it. */
export interface MailToAllEntry {
  /** Who gets it. */
  audience: AudienceTerms;
  /** Who wrote it. */
  by: string;
  /** When players get it first, unix seconds. */
  from: number;
  /** What can be claimed. */
  items: Amount[];
  /** What to name it by. */
  number: number;
  /** Why, for operators. */
  reason: string;
  /** Text. */
  text: string;
  /** Subject. */
  title: string;
  /** Who looks from this moment on gets it no longer, unix seconds. */
  until: number;
  /** When it was withdrawn, unix seconds; null = it was not. */
  withdrawn_at: number | null;
  /** The worlds that it was sent to. */
  worlds: number[];
  /** When it was written, unix seconds. */
  written_at: number;
}

/** The mailbox, and what will come into it. */
export interface MailboxShown {
  /** Newest first. */
  entries: KeptMail[];
  /** The `after` of the next page; null when this is the last. */
  next: number | null;
  /** Mails to many that are due and not in the box yet: they come when the player looks and there is room. */
  waiting: LetterShown[];
}

/** The reply of `main`. */
export interface MainReply {
  /** The game master's role. */
  role: string;
  /** Whether a task was accepted by this message. */
  status: boolean;
  /** Its background if so, base64. */
  subimg: string | null;
  /** What the game master answers. */
  text: string;
}

/** `main {text, role}`: says something to the game master. Naming a task that may be taken accepts it. */
export interface MainRequest {
  /** The caller's own username. Absent, or the game master's role, also means the caller. */
  role?: string;
  /** What the player says. */
  text: string;
}

/** `maintenance_cancel {number}`: it does not take place; one that is running ends. */
export interface MaintenanceCancelRequest {
  /** As `maintenance` has replied. */
  number: number;
}

/** `maintenance_change {number, from?, until?, message?, allow?}`: changes what is given. */
export interface MaintenanceChangeRequest {
  /** Who may play all the same. */
  allow?: SentAdmittedPlayer[];
  /** When it begins, unix seconds. */
  from?: number;
  /** Why, for players. */
  message?: string;
  /** As `maintenance` has replied. */
  number: number;
  /** When it ends, unix seconds. */
  until?: number;
}

/** Maintenance as operators see it. */
export interface MaintenanceEntry {
  /** Who may play all the same. */
  allow: AdmittedPlayer[];
  /** Who planned it. */
  by: string;
  /** When it begins, unix seconds. */
  from: number;
  /** Whether it has begun. */
  is_running: boolean;
  /** Why, for players. */
  message: string;
  /** What to name it by. */
  number: number;
  /** When it ends, unix seconds. */
  until: number;
}

/** The event `maintenance`. */
export interface MaintenanceEvent {
  /** When it begins, unix seconds. */
  from: number;
  /** Why. */
  message: string;
  /** What has happened. */
  phase: MaintenancePhase;
  /** When it ends, unix seconds. */
  until: number;
}

/** The reply of `maintenance_list`. */
export interface MaintenanceListReply {
  /** By number. */
  maintenance: MaintenanceEntry[];
}

/** `maintenance_list {}`: what is planned or running. */
export type MaintenanceListRequest = Record<string, never>;

/**
 * What players are told about maintenance.
 * - `planned`: It begins at `from`.
 * - `begun`: It has begun.
 * - `changed`: It goes on with another end, message or list of those admitted.
 * - `over`: It is over.
 * - `cancelled`: It does not take place.
 */
export type MaintenancePhase = "planned" | "begun" | "changed" | "over" | "cancelled";

/** The reply of `maintenance`. */
export interface MaintenanceReply {
  /** What to name it by. */
  number: number;
}

/** `maintenance {from?, until, message, allow?}`: closes the game to players for a time. */
export interface MaintenanceRequest {
  /** Who may play all the same. */
  allow?: SentAdmittedPlayer[];
  /** When it begins, unix seconds; missing = now. */
  from?: number;
  /** Why, for players. */
  message: string;
  /** When it ends, unix seconds. */
  until: number;
}

/** When players are warned. */
export interface MaintenanceRules {
  /** Minutes before its beginning at which players are told of maintenance, the longest first. */
  warn_minutes: number[];
}

/** The reply of `maintenance_state`. */
export interface MaintenanceStateReply {
  /** Whether the game is closed, no player is in memory and everything is folded. */
  is_quiet: boolean;
  /** How many players are in memory. */
  players_in_memory: number;
  /** What closes the game now; null = it is open. */
  running: MaintenanceWindow | null;
  /** How many batches are not yet folded into the rows on disk. */
  unfolded_batches: number;
  /** What is planned or running in this world. */
  windows: MaintenanceWindow[];
}

/** `maintenance_state {}`: how far a world is with maintenance. */
export type MaintenanceStateRequest = Record<string, never>;

/** A time at which the game is closed, as one world is told of it. */
export interface MaintenanceWindow {
  /** The accounts of this world that may play all the same. */
  admitted: number[];
  /** When it begins, unix seconds. */
  from: number;
  /** Why, for players. */
  message: string;
  /** Counts from 1. */
  number: number;
  /** When it ends, unix seconds. */
  until: number;
}

/** The reply of `manual`: the order, or what the platform shows with its refusal. */
export type ManualReply = JsonValue;

/** `manual {token, name, type, money, text}`: adds (1), takes (2) or sets (3) a player's points. */
export interface ManualRequest {
  /** How many points. */
  money: number;
  /** The player's name. */
  name: string;
  /** Why, up to 60 characters; the platform keeps it. */
  text: string;
  /** 1 add, 2 deduct, 3 set. */
  type: number;
}

/** `mark_read_mail {token, key}`. */
export interface MarkReadMailRequest {
  /** The mail's key. */
  key: string;
}

/** The answer to a query (docs/contract/match-query.md#the-answer). */
export interface MatchAnswer {
  /** The round. */
  data?: MatchInfo;
  /** 0 is success; see [`query_code`]. */
  ret_code: number;
  /** What went wrong. Left out: `""`. */
  ret_msg: string;
}

/**
 * A round, `AppServerQueryMatchBaseResp` (docs/contract/match-query.md#the-answer). Numbers that are strings in the
 * contract are strings here.
 */
export interface MatchInfo {
  /** How long it took, in seconds. */
  battle_duration?: string;
  /** When it ended; absent while it runs. */
  battle_end_at?: string;
  /** When it began. */
  battle_start_at: string;
  /** The mode of the game. */
  game_mode: number;
  /** The round; `game_round_id` of its reports. */
  match_id: string;
  /** The game. */
  mg_id: string;
  /** The extras its start was reported with. */
  report_game_info_extras?: string;
  /** The key its start was reported with. */
  report_game_info_key?: string;
  /** The result of each player. */
  results?: PlayerSettle[];
  /** The room. */
  room_id: string;
  /** Whether it is still running. */
  status: MatchStatus;
}

/**
 * Whether a round is running.
 * - `PLAYING`: It is open.
 * - `CLOSED`: It is over.
 */
export type MatchStatus = "PLAYING" | "CLOSED";

/** A skill or piece of equipment of a fighter. */
export interface Means {
  /** Its name, which players read in the verdict. */
  name: string;
  /** Its strength. */
  strength: number;
}

/** A member as operators see it. */
export interface MemberRecord {
  /** The account's number. */
  account: number;
  /** Unix seconds. */
  joined_at: number;
  /** The player's name. */
  name: string;
}

/** A reply that is a text for the player. */
export interface MergeReply {
  /** What the player reads. */
  text: string;
}

/** `merge {role, mode, num, des, name?}`: crafts something from `num` units of material. */
export interface MergeRequest {
  /** What it is, in words. */
  des: string;
  /** 0 a skill, 1 a piece of equipment. */
  mode: number;
  /** An addition to the contract; by default the name is the start of the description. */
  name?: string;
  /** How many units of the material to spend. */
  num: number;
  /** The caller's own username. */
  role: string;
}

/** The reply of every function that takes a message. */
export interface MessageTaken {
  /** The last message that the world has taken. */
  number: number;
}

/**
 * What a client does that an honest one does not.
 * - `damage`: It reports no damage, or more than a player can have dealt.
 * - `still_inside`: It enters a stage while it is in another that cannot be left at will.
 * - `not_entered`: It leaves a stage that it has not entered.
 */
export type Misdeed = "damage" | "still_inside" | "not_entered";

/**
 * The modes of stages, each with a range of stage numbers.
 * - `general`: 1-999; may be entered and left at will, repeated, swept and hung up.
 * - `endless`: 1001-1999; in sequence, not repeatable. The legacy name is tower.
 * - `activity`: 2001-2999; open at certain times.
 * - `boss`: 3001-3999; against the world bosses.
 * - `coin`: 4001-4149; with coin tickets.
 * - `exp`: 4151-4199; with exp tickets.
 */
export type Mode = "general" | "endless" | "activity" | "boss" | "coin" | "exp";

/** One mode: the contents of one file. */
export interface ModeRules {
  /** The lowest stage number of the mode. */
  first: number;
  /** The highest stage number of the mode, whether configured or not. */
  last: number;
  /** The kinds of ticket that the reply shows. */
  limits?: number[];
  /** Which mode the file configures. */
  mode: Mode;
  /** A new player has passed the stages up to this number. Left out: `0`. */
  newcomer_passed?: number;
  /** Whether a stage that is passed may be entered again. Left out: `true`. */
  repeatable?: boolean;
  /** When the progress is reset: `daily`, `weekly(monday)`, `monthly` or `dates(["2026-12-24"])`; absent = never. */
  resets?: Schedule;
  /** Whether stages open one after the other. Left out: `true`. */
  sequential?: boolean;
  /** The configured stages. */
  stages: StageRun[];
  /** The kind of ticket that an entry takes. */
  ticket?: number;
}

/** When something happens next, unix seconds. */
export interface Moments {
  /** When the energy is full; absent when it is. */
  full_at?: number;
  /** The next monthly reset. */
  next_month_at: number;
  /** The next daily reset. */
  next_reset_at: number;
}

/** One monster's attributes. */
export interface Monster {
  /** Damage of a hit. */
  attack: number;
  /** How much damage is taken off a hit. */
  defense: number;
  /** Its name in layouts. */
  id: string;
  /** Life points. */
  life: number;
  /** For people. */
  name: string;
  /** Fields a second. */
  speed: number;
}

/** `monsters.ron`. */
export interface MonsterRules {
  /** Every monster. */
  monsters: Monster[];
}

/** The reply of `mopping_up_stage`. */
export interface MoppingUpStageReply {
  /** The same moments in unix seconds. */
  at: EnergyMoments;
  /** The energy after that. */
  energy: EnergyChange;
  /** The experience after that. */
  exp_info: ExpInfo;
  /** What is left of the items in `reward`, in the same order. */
  remain: Amount[];
  /** What was gained. */
  reward: Amount[];
}

/** `mopping_up_stage {token, stage, count}`. */
export interface MoppingUpStageRequest {
  /** Missing = 1. */
  count?: number;
  /** A general stage that is passed. */
  stage: number;
}

/** The reply of `move_fate`. */
export type MoveFateReply = {
  /** The player is here and held. */
  held: {
    /** All of it. */
    document: Document;
    /** When its account was made, unix seconds. */
    made_at: number;
    /** Its name. */
    name: string;
  };
} | {
  /** The world does not let the player go, or does not take it. */
  refused: {
    /** Its message. */
    message: string;
    /** The status that `player_delete`, `player_export` or `player_import` would have answered with. */
    status: number;
  };
} | {
  /** The player has come here. */
  arrived: {
    /** Its name here. */
    name: string;
    /** The number of its account here. */
    player: number;
  };
};

/**
 * `move_fate {id, message}`, a function of worlds: what has become of a move here. It is busy until the realm's message has
 * come.
 */
export interface MoveFateRequest {
  /** Which move. */
  id: MoveId;
  /** The number of the message whose outcome is asked for; 0 = that of whichever came last. */
  message: number;
}

/** Names a move among all that the realm has begun, also if an older realm was accepted since. */
export interface MoveId {
  /** The realm's epoch in which it was ordered. */
  epoch: Epoch;
  /** The number by which operators name it. */
  number: number;
}

/** What an operator has ordered. */
export interface MoveOrder {
  /** The operator. */
  by: string;
  /**
   * The move that brought the player there, if one did: a world that is put back and takes the player again may give it
   * another number.
   */
  came_by?: MoveId;
  /** The world that the player leaves. */
  from: number;
  /** Which move it is. */
  id: MoveId;
  /** The number of its account there. */
  player: number;
  /** Why, for operators. */
  reason: string;
  /** The operator's role. */
  role: string;
  /** The world that it goes to. */
  to: number;
}

/** A move of a fighter. */
export interface MoveRule {
  /** Names of the fighter's equipment. */
  items?: string[];
  /** Names of the fighter's skills. */
  skills?: string[];
  /** What players read; absent = the fighter guards. */
  text?: string;
  /** How often it is made, relative to the others that fit. */
  weight: number;
  /** At which score it fits: `always`, `ahead` or `behind`. Left out: `"always"`. */
  when?: When;
}

/** The reply of `movement_undo`. */
export interface MovementUndoReply {
  /** What changed now: negative where something was taken. */
  changes: Amount[];
  /** What the player has of these items now, in the same order. */
  remain: Amount[];
}

/**
 * `movement_undo {player, movement, as_far_as_possible?, reason}`: gives back what the movement took, and takes what it
 * gave. Each is undone once. The role's limits hold as for `player_grant`.
 */
export interface MovementUndoRequest {
  /** Of what the player no longer has, take what is left; missing = refuse. */
  as_far_as_possible?: boolean;
  /** The movement's `number` in `ledger_list`. */
  movement: number;
  /** The account's number. */
  player: number;
  /** Why, for operators. */
  reason: string;
}

/** While a mute holds, nobody reads what the player writes. */
export interface Mute {
  /** When it began, unix seconds. */
  at: number;
  /** The operator. */
  by: string;
  /** Why, for operators. */
  reason: string;
  /** When it ends, unix seconds; absent = never. */
  until?: number;
}

/** What a legal name is. */
export interface NameRules {
  /** Characters allowed in addition to letters and digits of any script. */
  also_allowed: string;
  /** Characters that are the same in these lists of words: of each group, such as `统統`, one counts for all. */
  also_written: string[];
  /** Which descriptions of roles, skills and equipment are legal. */
  description: DescriptionRules;
  /**
   * Names that contain one of these are refused, however it is disguised: by letter case, by other characters that look
   * the same, or by separators.
   */
  forbidden: string[];
  /** Neither names, descriptions nor mails may contain one of these, however it is disguised. */
  indecent: string[];
  /** Most characters. */
  longest: number;
  /** Fewest characters. */
  shortest: number;
}

/** An item, `group:id`; an ordinary one also by its number. */
export type NamedItem = string | number;

/** The parameters of a check: die + attribute / `attribute_per_point` + help, against the difficulty. */
export interface NarratorRules {
  /** This much of an attribute counts as one point. */
  attribute_per_point: number;
  /** How a chat endpoint is to rephrase texts, if the operator has configured one. */
  chat: ChatManner;
  /** Faces of the die. The highest always passes, a 1 always fails. */
  die_sides: number;
  /** The most points from all used skills and equipment together. */
  help_max: number;
  /** This much strength of a used skill or equipment counts as one point. */
  strength_per_point: number;
  /** The most characters of any text of a script. */
  text_max_chars: number;
  /** The most turns that a script may allow. */
  turns_max: number;
}

/** When tickets are full again, unix seconds. */
export interface NextReset {
  /** The next local midnight, unix seconds. */
  next_reset_at: number;
}

/** What an operator has noted about a player. */
export interface Note {
  /** Unix seconds. */
  at: number;
  /** The operator. */
  by: string;
  /** Counts the notes about the player from 1. Part of the row's key. */
  number: number;
  /** What it says. */
  text: string;
}

/** The reply of `note_add`. */
export interface NoteAddReply {
  /** The note's number, by which it is removed. */
  note: number;
}

/** `note_add {player, text}`: for other operators; the player never sees it. */
export interface NoteAddRequest {
  /** The account's number. */
  player: number;
  /** What it says. */
  text: string;
}

/** One page of a part that may be long. */
export interface NotePage {
  /** Newest first. */
  entries: Note[];
  /** The `after` of the next page; null when this is the last. */
  next: number | null;
}

/** `note_remove {player, note}`. */
export interface NoteRemoveRequest {
  /** The note's number. */
  note: number;
  /** The account's number. */
  player: number;
}

/**
 * Numbers of other tables, in the words of those tables. Without `from` a range is all there is; without `to` it is `from`
 * alone. Without `item` it is every item.
 */
export type Numbers = {
  /** Items that a victory grants. */
  stage_rewards: {
    /** The first stage. */
    from?: number;
    /** Of this item alone. */
    item?: ItemId;
    /** The last stage. */
    to?: number;
  };
} | {
  /** Experience that a victory grants. */
  stage_exp: {
    /** The first stage. */
    from?: number;
    /** The last stage. */
    to?: number;
  };
} | {
  /** Energy that entering a stage takes, by the new and the legacy functions. */
  stage_energy: {
    /** The first stage. */
    from?: number;
    /** The last stage. */
    to?: number;
  };
} | {
  /** Items that entering a stage takes, by the new and the legacy functions. */
  stage_cost: {
    /** The first stage. */
    from?: number;
    /** Of this item alone. */
    item?: ItemId;
    /** The last stage. */
    to?: number;
  };
} | {
  /** The level from which on a stage may be entered. For the world alone. */
  stage_level: {
    /** The first stage. */
    from?: number;
    /** The last stage. */
    to?: number;
  };
} | {
  /** Items that a sweep grants. */
  sweep_rewards: {
    /** The first stage. */
    from?: number;
    /** Of this item alone. */
    item?: ItemId;
    /** The last stage. */
    to?: number;
  };
} | {
  /** Experience that a sweep grants. */
  sweep_exp: {
    /** The first stage. */
    from?: number;
    /** The last stage. */
    to?: number;
  };
} | {
  /** Energy that a sweep takes. */
  sweep_energy: {
    /** The first stage. */
    from?: number;
    /** The last stage. */
    to?: number;
  };
} | {
  /** Items that a sweep takes. */
  sweep_cost: {
    /** The first stage. */
    from?: number;
    /** Of this item alone. */
    item?: ItemId;
    /** The last stage. */
    to?: number;
  };
} | {
  /** Items that a minute of hang-up grants for certain. */
  hang_up_rates: {
    /** The first stage. */
    from?: number;
    /** Of this item alone. */
    item?: ItemId;
    /** The last stage. */
    to?: number;
  };
} | {
  /** The numerators of the chances of a minute of hang-up. */
  hang_up_chances: {
    /** The first stage. */
    from?: number;
    /** Of this item alone. */
    item?: ItemId;
    /** The last stage. */
    to?: number;
  };
} | {
  /** The price of an offer, in points. */
  offer_price: {
    /** The offer's id; absent = every offer. */
    offer?: string;
  };
} | {
  /** What an offer grants. */
  offer_items: {
    /** Of this item alone. */
    item?: ItemId;
    /** The offer's id; absent = every offer. */
    offer?: string;
  };
} | {
  /** What a ticket costs, in items and in points. */
  ticket_price: {
    /** The kind that is bought, as in `tickets.ron`. */
    ticket: number;
  };
} | {
  /** How many tickets of a kind everybody has each day. For the world alone. */
  tickets_daily: {
    /** The kind's key, as in `tickets.ron`. */
    ticket: number;
  };
} | {
  /** The life of a boss. For the world alone. A boss keeps the damage that it has taken. */
  boss_life: {
    /** The boss's id; absent = every boss. */
    boss?: string;
  };
} | {
  /** What everybody gets when a boss dies. For the world alone. */
  boss_gift: {
    /** The boss's id; absent = every boss. */
    boss?: string;
    /** Of this item alone. */
    item?: ItemId;
  };
} | {
  /** What a season's ranks get at its end. For the world alone. */
  season_rewards: {
    /** The best rank. */
    from?: number;
    /** Of this item alone. */
    item?: ItemId;
    /** The last rank. */
    to?: number;
  };
} | {
  /** What a battle between players grants. For the world alone. */
  battle_rewards: {
    /** Of this item alone. */
    item?: ItemId;
  };
} | {
  /** The weights of entries of drop tables, and so their chances. */
  drop_weights: {
    /** Of the entries that grant this item alone. */
    item?: ItemId;
    /** Of the entries that lead to this table alone. */
    leads_to?: string;
    /** The table's id; absent = every table. */
    table?: string;
  };
} | {
  /** How many entries one roll of a drop table draws. */
  drop_draws: {
    /** The table's id; absent = every table. */
    table?: string;
  };
} | {
  /** After how many misses a drop table brings what it guarantees. */
  drop_guarantee: {
    /** The table's id; absent = every table that guarantees something. */
    table?: string;
  };
} | {
  /** Experience that a battle between players grants. For the world alone. */
  battle_exp: Record<string, never>;
} | {
  /** What both put in when a battle between players begins. For the world alone. */
  battle_stake: Record<string, never>;
} | {
  /** How many battles of a player, and of a pair, are rewarded in a day. For the world alone. */
  battles_rewarded: Record<string, never>;
} | {
  /** Items that a battle against a fighter of the game master grants. For the world alone. */
  fighter_rewards: {
    /** The fighter's name; absent = every fighter. */
    fighter?: string;
    /** Of this item alone. */
    item?: ItemId;
  };
} | {
  /** Experience that a battle against a fighter of the game master grants. For the world alone. */
  fighter_exp: {
    /** The fighter's name; absent = every fighter. */
    fighter?: string;
  };
} | {
  /** The most material that one crafting may take. */
  craft_spend: {
    /** `skill` or `equipment`; absent = both. */
    recipe?: string;
  };
} | {
  /** The strength of what is crafted before any material counts. */
  craft_strength_base: {
    /** `skill` or `equipment`; absent = both. */
    recipe?: string;
  };
} | {
  /** The strength that each unit of material adds: twice as much is half the cost. */
  craft_strength_per_unit: {
    /** `skill` or `equipment`; absent = both. */
    recipe?: string;
  };
} | {
  /** The most strength of what is crafted. */
  craft_strength_max: {
    /** `skill` or `equipment`; absent = both. */
    recipe?: string;
  };
} | {
  /** How many skills, or pieces of equipment, a player may own. For the world alone. */
  craft_owned: {
    /** `skill` or `equipment`; absent = both. */
    recipe?: string;
  };
} | {
  /** Items that public tasks grant, least and most. */
  task_rewards: {
    /** The task's name; absent = every public task. */
    task?: string;
  };
} | {
  /** Experience that public tasks grant, least and most. */
  task_exp: {
    /** The task's name; absent = every public task. */
    task?: string;
  };
} | {
  /** Items that personal tasks grant, least and most. */
  personal_task_rewards: {
    /** The file in `personal_tasks/`, without its ending; absent = every personal task. */
    task?: string;
  };
} | {
  /** Experience that personal tasks grant, least and most. */
  personal_task_exp: {
    /** The file in `personal_tasks/`, without its ending; absent = every personal task. */
    task?: string;
  };
} | {
  /** How many personal tasks are made for a player in a day. For the world alone. */
  tasks_personal_daily: Record<string, never>;
} | {
  /** The energy that a potion gives. */
  potion_energy: {
    /** The potion; absent = every one. */
    item?: ItemId;
  };
} | {
  /**
   * Experience from a level to the next. For the world alone: a level follows from the experience in all, so it falls
   * back when the event ends.
   */
  level_needs: {
    /** The first level. */
    from?: number;
    /** The last level. */
    to?: number;
  };
};

/** One thing that is sold. */
export interface Offer {
  /** How `buy_item` names it. */
  id: string;
  /** What is granted. */
  items: Amount[];
  /** For people; players also read it among their records on the payment platform. */
  name: string;
  /** Points. */
  price: number;
}

/** The stage a player is in, as replies show it. */
export interface OpenSession {
  /** Unix seconds. */
  entered_at: number;
  /** Its mode. */
  mode: Mode;
  /** Its number. */
  stage: number;
}

/** `operator_add {name, role, password}`. */
export interface OperatorAddRequest {
  /** 1 to 40 letters, digits, `-`, `_` and `.`. */
  name: string;
  /** For the first log-in, 10 characters or more; then the operator has to change it. */
  password: string;
  /** One of the roles that `operator_list` names. */
  role: string;
}

/** The reply of `operator_list`. */
export interface OperatorListReply {
  /** By name. */
  operators: OperatorShown[];
  /** The roles that an operator can have. */
  roles: string[];
}

/** `operator_list {}`: all operators by name. */
export type OperatorListRequest = Record<string, never>;

/** The reply of `operator_login`. */
export interface OperatorLoginReply {
  /** Whether the password has to be changed before anything else is allowed. */
  must_change_password: boolean;
  /** The operator's name. */
  name: string;
  /** What the role may do. */
  rights: string[];
  /** The operator's role. */
  role: string;
  /** The session's token, for requests of operators. */
  token: string;
  /** When the session ends, unix seconds. */
  until: number;
}

/** `operator_login {name, password, totp?}`: begins a session. */
export interface OperatorLoginRequest {
  /** The operator's name. */
  name: string;
  /** The password. */
  password: string;
  /** The code of the second factor, if the operator has one. Left out: `""`. */
  totp?: string;
}

/** `operator_logout {}`: ends the session in which it is asked. */
export type OperatorLogoutRequest = Record<string, never>;

/** `operator_password {password, new}`: changes the asking operator's password. Other sessions of the operator end. */
export interface OperatorPasswordRequest {
  /** The new one, 10 characters or more. */
  new: string;
  /** The present password. */
  password: string;
}

/** `operator_remove {name}`: sessions end. What the operator did stays in the audit. */
export interface OperatorRemoveRequest {
  /** The operator's name. */
  name: string;
}

/** `operator_reset {name, password}`: a new password for the next log-in. Sessions and second factor end. */
export interface OperatorResetRequest {
  /** The operator's name. */
  name: string;
  /** 10 characters or more; the operator has to change it. */
  password: string;
}

/** `operator_role {name, role}`: changes a role. It holds from the operator's next request. */
export interface OperatorRoleRequest {
  /** The operator's name. */
  name: string;
  /** The new role. */
  role: string;
}

/** The reply of `operator_self`. */
export interface OperatorSelfReply {
  /** Whether the operator has a second factor. */
  has_totp: boolean;
  /** Whether the password has to be changed before anything else is allowed. */
  must_change_password: boolean;
  /** The operator's name; `token` for whoever has the server's token. */
  name: string;
  /** What the role may do. */
  rights: string[];
  /** The operator's role. */
  role: string;
}

/** `operator_self {}`: who asks. */
export type OperatorSelfRequest = Record<string, never>;

/** An operator as admins see it. */
export interface OperatorShown {
  /** Unix seconds. */
  added_at: number;
  /** Whether the operator has a second factor. */
  has_totp: boolean;
  /** Unix seconds; null before the first log-in. */
  last_login_at: number | null;
  /** Whether the password was set by somebody else and not changed since. */
  must_change_password: boolean;
  /** The operator's name. */
  name: string;
  /** The operator's role. */
  role: string;
  /** How many sessions are open. */
  sessions: number;
}

/** `operator_totp {secret, code}`: gives the asking operator a second factor. The secret is made by the client. */
export interface OperatorTotpRequest {
  /** A code that the app shows now, so that nobody locks themselves out. */
  code: string;
  /** 16 bytes or more in base32, as authenticator apps take it. */
  secret: string;
}

/** An order of the world. */
export interface OrderBeside {
  /** When it was made, unix seconds. */
  created_at: number;
  /** Its number. */
  order: string;
  /** The change in points that it stands for; negative for a purchase. */
  points: number;
  /** Its state. */
  state: StateName;
}

/** An order as operators see it. */
export type OrderInspectReply = OrderShown;

/** `order_inspect {token, order}`: one order in full, with every step. */
export interface OrderInspectRequest {
  /** The order's number. */
  order: string;
}

/** The reply of `order_list`. */
export interface OrderListReply {
  /** The `before` of the next page. */
  next: string | null;
  /** Newest first. */
  orders: OrderShown[];
}

/** `order_list {token, state?, before?, limit?}`: the latest orders first. */
export interface OrderListRequest {
  /** Only orders made before this one: `next` of the page before. */
  before?: string;
  /** Missing = 50, at most 500. */
  limit?: number;
  /** Only orders in this state. */
  state?: StateName;
}

/** The reply of `order_reconcile`. Nothing is changed by it. */
export interface OrderReconcileReply {
  /** Payments with other points than their order, those of orders that the world holds for unpaid, and second ones. */
  different: PriceDifference[];
  /** How many payments fit their orders. */
  fitting: number;
  /** Movements that name no order of this world: cards, other worlds and other programs on the same purse. */
  others: RecordShown[];
  /**
   * The date of the oldest record that the platform shows, where it may have older ones; what is before that cannot be
   * compared.
   */
  reaches_back_to: number | null;
  /** Orders that the world holds for paid and the platform does not show, although its records reach back that far. */
  unknown_to_platform: OrderBeside[];
  /**
   * Payments that name an order of this world which the world does not have: it was made after the backup that the
   * world was restored from.
   */
  unknown_to_world: RecordShown[];
  /** The player's name on the platform. */
  wname: string;
}

/** `order_reconcile {token, name | account}`: compares the platform's last records of a player with the world's orders. */
export interface OrderReconcileRequest {
  /** The account's number, in place of the name. */
  account?: number;
  /** The player's name. */
  name?: string;
}

/** The last message about an order. */
export interface OrderRemark {
  /** The platform's code; 0 when the message is not the platform's. */
  code: number;
  /** The text for the player. */
  text: string;
}

/** An order as operators see it. */
export type OrderResolveReply = OrderShown;

/** `order_resolve {token, order, paid, reason}`: records what an operator has found out about an order in doubt. */
export interface OrderResolveRequest {
  /** The order's number. */
  order: string;
  /** Whether the platform was paid. */
  paid: boolean;
  /** Why it is resolved like this; it is kept with the order. */
  reason: string;
}

/** The event `order_settled`: the order's request was answered before the order ended. */
export interface OrderSettledEvent {
  /** What the platform said. */
  message: string;
  /** What was bought. */
  offer: string;
  /** The order's number. */
  order: string;
  /** Points left, if the platform said so. */
  points: number | null;
  /** What is left of the items in `reward`, in the same order. */
  remain: Amount[];
  /** What was gained; empty if nothing was. */
  reward: Amount[];
  /** How it ended. */
  state: StateName;
}

/** An order as operators see it. */
export interface OrderShown {
  /** The account's number. */
  account: number;
  /** Unix seconds. */
  created_at: number;
  /** Its steps, oldest first; only when one order is asked for. */
  history?: Step[];
  /** The player's name on the platform. */
  name: string;
  /** The order's number. */
  order: string;
  /** Points left after it, if the platform said so. */
  points_left: number | null;
  /** What the platform or an operator said last. */
  remark: OrderRemark;
  /** How far it has come. */
  state: StateName;
  /** What is bought, as the platform shows it. */
  subject: string;
  /** What the order is for. */
  wish: WishShown;
}

/** One page of a part that may be long. */
export interface OrderShownPage {
  /** Newest first. */
  entries: OrderShown[];
  /** The `after` of the next page; null when this is the last. */
  next: number | null;
}

/** The reply of `others`. */
export interface OthersReply {
  /** The name of the event; empty for one that the game master does not know. */
  other: string;
  /** The game master's role. */
  role: string;
  /** What the game master tells. */
  text: string;
}

/**
 * `others {info, role, text}`: a special event and what the player says to it. It begins, or the one under way
 * continues.
 */
export interface OthersRequest {
  /** Which event. */
  info: string;
  /** The caller's own username. */
  role: string;
  /** What the player says to it. */
  text: string;
}

/** An order that is not settled. */
export interface OwnOrder {
  /** Unix seconds. */
  created_at: number;
  /** What is bought. */
  offer: string;
  /** The order's number. */
  order: string;
  /** In points. */
  price: number;
  /** How far it has come. */
  state: StateName;
}

/** What a world gives the realm for another world. */
export type Parcel = {
  /** A letter. */
  letter: LetterAbroad;
} | {
  /** A letter that goes back. */
  returned: LetterReturned;
};

/** The reply of `pass_stage`. */
export type PassStageReply = LegacyPassed;

/** `pass_stage {token, stage}`, and `damage` in the boss room. */
export interface PassStageRequest {
  /** In the boss room: the damage done. */
  damage?: number;
  /** Another spelling (docs/contract/stage-protocol.md#spellings). */
  damange?: number;
  /** The number of the stage. */
  stage: number;
}

/** Experience after a victory. */
export interface PassedExp {
  /** Experience in all. */
  remaining: number;
  /** What was gained. */
  reward: number;
}

/** The progress after a victory. */
export interface PassedStage {
  /** The highest stage passed in the mode. */
  finally: number;
  /** By how many it rose. */
  vary: number;
}

/** The reply of `password_once`. A repeat with the same key tells no password. */
export interface PasswordOnceReply {
  /** What the player sends as `once_password` of `login`. */
  password: string;
  /** Until when it may, unix seconds. */
  until: number;
}

/**
 * `password_once {player, email?, reason}`: a password that lets the player in once, within a day, and then sets a new
 * one. The one before and the token end.
 */
export interface PasswordOnceRequest {
  /** For a guest: the e-mail address by which the account logs in from now on. */
  email?: string;
  /** The account's number. */
  player: number;
  /** Why, for operators. */
  reason: string;
}

/** A request of the journal. */
export interface PastRequest {
  /** With which arguments; placeholders stand for secrets. */
  arguments: JsonValue;
  /** When, unix seconds. The movements that came of it are of the same second, unless it waited for a platform. */
  at: number;
  /** Who asked: `player`; `stranger` for a log-in; else the name of an operator. */
  by: string;
  /** What was called. */
  function: string;
  /** Rises from request to request. */
  number: number;
  /** The idempotency key. */
  once?: string;
}

/**
 * How a ticket is paid for.
 * - `diamond`: With the items that the purchase's price names.
 * - `points`: With points of the payment platform.
 */
export type PayWith = "diamond" | "points";

/** `ping {}`. */
export type PingRequest = Record<string, never>;

/** A message of the realm: all maintenance that is planned or running. It replaces what was planned before. */
export interface PlannedMaintenance {
  /** In no particular order; they do not overlap. */
  windows: MaintenanceWindow[];
}

/**
 * The data of a reply, as the platform wrote it: players see its fields in the platform's order. `""` where the platform
 * has none.
 */
export type PlatformData = JsonValue;

/** The most damage that is believed: the sum of these, each 0 if absent. */
export interface PlausibleDamage {
  /** At any level, immediately. Left out: `0`. */
  at_once?: number;
  /** For each level of the player, immediately. Left out: `0`. */
  per_level?: number;
  /** For each second in the stage and each level. Left out: `0`. */
  per_level_second?: number;
  /** For each second in the stage, at any level. Left out: `0`. */
  per_second?: number;
}

/** The reply of `player_as_of`. */
export interface PlayerAsOfReply {
  /** The moment that was asked for, unix seconds. */
  at: number;
  /** What `player_view` showed then, without the parts that list what happened: `player_view` has these, with `to`. */
  view: PlayerViewed;
}

/** `player_as_of {player, at}`: a player as of an earlier moment, from the archive. */
export interface PlayerAsOfRequest {
  /** The moment, unix seconds; not in the future. What happened in this second is included. */
  at: number;
  /** The account's number. */
  player: number;
}

/**
 * `player_ban {player, until?, reason, message}`: while it holds, every function of the player and every log-in answers 17.
 * A later one replaces it.
 */
export interface PlayerBanRequest {
  /** Why, for the player. */
  message: string;
  /** The account's number. */
  player: number;
  /** Why, for operators. */
  reason: string;
  /** When it ends, unix seconds; missing = never. */
  until?: number;
}

/** Days of a player's own, of 24 hours each; the first begins when the account is made. */
export interface PlayerDays {
  /** The first day, counted from 1. */
  from: number;
  /** The last day: `(from: 1, to: 7)` is a player's first week. */
  to: number;
}

/** The reply of `player_delete`. */
export interface PlayerDeleteReply {
  /** The account's number. */
  account: number;
  /** The player's name. */
  name: string;
  /** The purse at MCRMB, whose points stay there. No other account will have it. */
  wname: string;
}

/** `player_delete {token, name, dry_run?}`. */
export interface PlayerDeleteRequest {
  /** Only says what would happen. */
  dry_run?: boolean;
  /** The player's name. */
  name: string;
}

/** The reply of `player_export`. */
export interface PlayerExportReply {
  /** Everything that the world stores about the player. */
  document: Document;
}

/** `player_export {token, name}`. */
export interface PlayerExportRequest {
  /** The player's name. */
  name: string;
}

/** The reply of `player_find`. */
export interface PlayerFindReply {
  /** Whether there are more whose names begin so. */
  has_more: boolean;
  /** First those found by something of their own, then those found by their names, in the order of names. */
  players: FoundPlayer[];
}

/** `player_find {text, by?, limit?}`: the players that a text finds. */
export interface PlayerFindRequest {
  /** Only by this; missing = by everything except the device. */
  by?: FoundBy;
  /** The most players found by their names; missing = 50. */
  limit?: number;
  /** 1 to 256 bytes. */
  text: string;
}

/** What the player has now: the reply of `player_grant` and `player_take`. */
export type PlayerGrantReply = Stock;

/** `player_grant {player, items?, energy?, tickets?, experience?, reason}`: all of it or nothing. */
export type PlayerGrantRequest = Handful;

/** The reply of `player_import_piece`. */
export interface PlayerImportPieceReply {
  /** Bytes of the document so far. */
  bytes: number;
}

/** `player_import_piece {token, piece, text, hash?}`: pieces are numbered from 0. */
export interface PlayerImportPieceRequest {
  /**
   * The SHA-256 of the whole document in hexadecimal. With it, one connection may send several documents side by
   * side, and only the whole document is imported.
   */
  hash?: string;
  /** Which piece, from 0; 0 starts over. */
  piece: number;
  /** The piece. */
  text: string;
}

/** The reply of `player_import`. */
export interface PlayerImportReply {
  /** The number of its account here. */
  account: number;
  /** A guest is named after its account number, which is a new one here. */
  name: string;
  /** The account that was replaced. */
  replaced?: number;
}

/**
 * `player_import {token, document?, hash?, replace?, dry_run?}`: without a document, the one that came in pieces on this connection, with
 * the hash that its pieces named.
 */
export interface PlayerImportRequest {
  /** As `player_export` gives it; missing = the one that came in pieces. */
  document?: JsonValue;
  /** Only says what would happen. */
  dry_run?: boolean;
  /** The SHA-256 of the document in hexadecimal, where its pieces named one. */
  hash?: string;
  /** Whether the player of the document is here already and is replaced: deleted and imported in one step. */
  replace?: boolean;
}

/** `player_kick {player, reason}`: closes the player's connections. Its token stays valid. */
export interface PlayerKickRequest {
  /** The account's number. */
  player: number;
  /** Why, for operators. */
  reason: string;
}

/** The reply of `player_list`. */
export interface PlayerListReply {
  /** The `after` of the next page; null when this was the last. */
  next: number | null;
  /** In the order of their numbers. */
  players: ListedPlayer[];
}

/** `player_list {after?, limit?}`: all accounts in the order of their numbers. */
export interface PlayerListRequest {
  /** Only accounts with higher numbers: `next` of the page before. */
  after?: number;
  /** Missing = 50, at most 500. */
  limit?: number;
}

/**
 * `player_may_move {player}`, a function of worlds: refuses as `take_hold` would, so that an operator hears at once of what can
 * be known at once.
 */
export interface PlayerMayMoveRequest {
  /** The number of the account. */
  player: number;
}

/** `player_move_again {number, reason}`: sends the player once more to a world that was put back, and has refused it then. */
export interface PlayerMoveAgainRequest {
  /** As `player_move` has replied. */
  number: number;
  /** Why, for operators. */
  reason: string;
}

/** A move as operators see it. */
export interface PlayerMoveEntry {
  /** The number of its account in the other world, once it has arrived. */
  arrived_as: number | null;
  /** When it was ordered, unix seconds. */
  at: number;
  /** Who ordered it. */
  by: string;
  /** The world that the player leaves. */
  from: number;
  /** Its message. */
  message: string | null;
  /** The player's name; null until it is known. */
  name: string | null;
  /** What to name it by. */
  number: number;
  /** The number of its account there. */
  player: number;
  /** Why, for operators. */
  reason: string;
  /** The world that has refused it. */
  refused_by: number | null;
  /** How far it has come. */
  state: ShownMoveState;
  /** The status of that, as of `player_delete`, `player_export` or `player_import`. */
  status: number | null;
  /** The world that it goes to. */
  to: number;
}

/** The reply of `player_move_list`. */
export interface PlayerMoveListReply {
  /** Newest first. */
  moves: PlayerMoveEntry[];
  /** The `before` of the next page. */
  next: number | null;
}

/** `player_move_list {before?}`: the moves, newest first, at most 50. */
export interface PlayerMoveListRequest {
  /** Only moves before this one. */
  before?: number;
}

/** The reply of `player_move`. */
export interface PlayerMoveReply {
  /** What `player_move_list` names it by. */
  number: number;
}

/** `player_move {from, player, to, reason}`: a player leaves one world and arrives in another. */
export interface PlayerMoveRequest {
  /** The world that the player is in. */
  from: number;
  /** The account's number there. */
  player: number;
  /** Why, for operators. */
  reason: string;
  /** The world that it goes to. */
  to: number;
}

/** `player_mute {player, until?, reason}`: while it holds, whatever the player writes is refused. A later one replaces it. */
export interface PlayerMuteRequest {
  /** The account's number. */
  player: number;
  /** Why, for operators. */
  reason: string;
  /** When it ends, unix seconds; missing = never. */
  until?: number;
}

/** The reply to `get_player_info`. */
export interface PlayerOverview {
  /** The same moments in unix seconds. */
  at: Moments;
  /** The energy now. */
  energy: EnergyNow;
  /** Experience in all. */
  exp: number;
  /** The items that last for a limited time. */
  expiring: ExpiringItem[];
  /** What hangs. */
  hang_up: HangUpNow;
  /** Everything that is owned. */
  items: Amount[];
  /** The level that this makes. */
  level: number;
  /** Tickets left today. */
  limits: Limits;
  /** The player's name. */
  name: string;
  /** Experience missing for the next level; 0 at the highest. */
  need: number;
  /** The stage that is entered; null if there is none. */
  session: OpenSession | null;
  /** The highest stage passed in each mode. */
  stages: HighestStages;
}

/** The reply of `player_rename`. */
export interface PlayerRenameReply {
  /** The name before. */
  former: string;
}

/** `player_rename {player, name, reason}`: index, ranking and family follow. The purse at MCRMB keeps its name. */
export interface PlayerRenameRequest {
  /** A name that no other looks like. */
  name: string;
  /** The account's number. */
  player: number;
  /** Why, for operators. */
  reason: string;
}

/** The reply of `player_requests`. */
export interface PlayerRequestsReply {
  /**
   * The `after` of the next page; null when this is the last. Where much has to be read, a page may be short, or empty, and
   * still have a next one.
   */
  next: number | null;
  /** In order of time. */
  requests: PastRequest[];
}

/**
 * `player_requests {player, from, to, after?, limit?}`: what a player asked in a stretch of time, and what operators did to
 * the player then, from the journal. It is found without playing the journal, so replies are not in it.
 */
export interface PlayerRequestsRequest {
  /** The next page: the `next` of the page before. */
  after?: number;
  /** From this moment on, unix seconds. */
  from: number;
  /** The most requests, 1 to 500; missing = 50. */
  limit?: number;
  /** The account's number. */
  player: number;
  /** Before this moment, unix seconds; at most 7 days after `from`. */
  to: number;
}

/** The reply of `player_scenario`. */
export interface PlayerScenarioReply {
  /** A name for the file. */
  file: string;
  /** How many requests it has. */
  requests: number;
  /** Its text, for `raidkeep scenario`. What was answered is not in it: fill in what you expect. */
  text: string;
}

/**
 * `player_scenario {player, from, to}`: what a player asked in a stretch of time as a scenario (docs/scenarios.md), which
 * begins with what the player had then. It takes the archive and the journal.
 */
export interface PlayerScenarioRequest {
  /** From this moment on, unix seconds. */
  from: number;
  /** The account's number. */
  player: number;
  /** Before this moment, unix seconds; at most 7 days after `from`. */
  to: number;
}

/** `PlayerSettleModel`, in the order of the contract's sample (docs/contract/match-query.md#the-answer). */
export interface PlayerSettle {
  /** The commission. */
  commission_score?: number;
  /** 1 for a robot, else 0. */
  is_ai: number;
  /** The points the player has left. */
  remain_score: number;
  /** The score of this round. */
  score: number;
  /** The platform's id of the player, "" for a robot. */
  uid: string;
}

/** What the player has now: the reply of `player_grant` and `player_take`. */
export type PlayerTakeReply = Stock;

/** `player_take {player, items?, energy?, tickets?, experience?, reason}`: all of it or nothing. */
export type PlayerTakeRequest = Handful;

/** `player_unban {player, reason}`. */
export interface PlayerUnbanRequest {
  /** The account's number. */
  player: number;
  /** Why, for operators. */
  reason: string;
}

/** `player_unmute {player, reason}`. */
export interface PlayerUnmuteRequest {
  /** The account's number. */
  player: number;
  /** Why, for operators. */
  reason: string;
}

/** The reply of `player_view`. */
export type PlayerViewReply = PlayerViewed;

/** `player_view {player, part?, from?, to?, item?, cause?, after?, limit?}`: everything of one player, or one part of it. */
export interface PlayerViewRequest {
  /** The next page of a part: its `next`. Needs `part`. */
  after?: number;
  /** Only movements with this cause, such as `sweep`. */
  cause?: string;
  /** Only what happened at this moment or later, unix seconds. */
  from?: number;
  /** Only movements of this item. */
  item?: ItemId;
  /** The most entries of each part that is a list; missing = 50. */
  limit?: number;
  /** Only this part, such as `movements`; missing = all parts. */
  part?: string;
  /** The account's number. */
  player: number;
  /** Only what happened before this moment, unix seconds. */
  to?: number;
}

/** The reply of `player_view`. */
export interface PlayerViewed {
  /** The player's name. */
  name: string;
  /** What features show of the player. */
  parts: ShownParts;
  /** The account's number. */
  player: number;
}

/** A change of points; the balance is held by a payment platform. */
export interface PointsChange {
  /** The balance afterwards, if the platform reported it. */
  after: number | null;
  /** By how much; never 0. */
  change: number;
}

/** The movements of points that had the same cause. */
export interface PointsFlow {
  /** How many points were gained. */
  gained: number;
  /** In how many movements. */
  movements: number;
  /** How many were spent or taken away. */
  spent: number;
  /** The cause, as in the ledger. */
  why: string;
}

/** What is missing of a price, as the platform shows it. */
export interface PointsShort {
  /** The points there are. */
  money: string;
  /** The points that are missing. */
  need: string;
}

/** `presence.ron`. */
export interface PresenceRules {
  /** The most players that `get_list` shows. */
  listed_max: number;
  /** Seconds without a request after which a player without a connection is offline. */
  silent_seconds: number;
}

/** A record and the order that it names. */
export interface PriceDifference {
  /** What the world has. */
  order: OrderBeside;
  /** What the platform shows. */
  record: RecordShown;
}

/** An item that tasks grant. */
export interface Prize {
  /** Which item. */
  item: ItemId;
  /** The most that one task grants. */
  max: number;
  /** The key in `reward`. */
  name: string;
}

/** One fault and where it is. */
export interface Problem {
  /** The column, counted from 1 in characters. A tab is one character. */
  column: number;
  /** The file, as a path below the assets with `/` between its parts. */
  file: string;
  /** What to try, such as `did you mean "3:9"?`. */
  hint: string | null;
  /**
   * The path of the value inside the file, such as `stages[3].rewards[0]`.
   *
   * It is empty when the problem is about the file as a whole.
   */
  key: string;
  /** The line, counted from 1. */
  line: number;
  /** What was found and what was expected. */
  message: string;
  /** Whether the rules can be used despite it. */
  severity: Severity;
}

/** A task: the contents of a file in `tasks/`. */
export interface PublicTask {
  /** As players see and choose it. */
  name: string;
  /** The settings that every task has. */
  task: Task;
}

/** How a kind of ticket is bought. */
export interface Purchase {
  /** The kind that counts how many may still be bought today. */
  allowance: number;
  /** As the client names it. */
  mode: PurchaseMode;
  /** What one costs. */
  price: Amount[];
  /** What one costs in points of the payment platform; absent = not sold for points. */
  price_points?: number;
  /** The kind that is bought. */
  ticket: number;
}

/**
 * The modes whose tickets can be bought.
 * - `coin`: Coin challenge.
 * - `exp`: Exp challenge.
 */
export type PurchaseMode = "coin" | "exp";

/** The answer to a query (docs/contract/match-query.md#the-answer). */
export type QueryMatchBaseReply = MatchAnswer;

/** `query_match_base {authorization, body}`: the query as it came over HTTP, header and exact text of the body. */
export interface QueryMatchBaseRequest {
  /** The header of that name. */
  authorization: string;
  /** The exact text of the body. */
  body: string;
}

/** The answer to a query (docs/contract/match-query.md#the-answer). */
export type QueryMatchReply = MatchAnswer;

/** `query_match {token, match_id?, report_game_info_key?}`: what the platform itself says about a round. */
export interface QueryMatchRequest {
  /** The id of a match. Left out: `""`. */
  match_id?: string;
  /** The key under which it was reported, in place of its id. Left out: `""`. */
  report_game_info_key?: string;
}

/** One rank. */
export interface RankShown {
  /** The best damage of the season. */
  damage: number;
  /** The player's name; null for one that was deleted. */
  name: string | null;
  /** The account's number. */
  player: number;
  /** From 1. */
  rank: number;
}

/** The reply: a page of the ranking, and the player's own rank. */
export interface RankingPage {
  /** The caller's own best damage this season. */
  damage: number;
  /** Which page this is, from 1. */
  page: number;
  /** The rows of the page. */
  rank: RankingRow[];
  /** The caller's own rank, from 1; -1 without one. */
  ranking: number;
}

/** One player's row. */
export interface RankingRow {
  /** The rank, from 1. */
  NO: number;
  /** The best damage of the season. */
  damage: number;
  /** The family's name; empty for a player in none. */
  fid: string;
  /** The player's level. */
  level: number;
  /** The player's name. */
  name: string;
}

/** Guaranteed items. */
export interface Rate {
  /** Per whole minute. */
  per_minute: Amount[];
  /** Applies from this stage on. */
  stage: number;
}

/** The life of each boss, from "0.00" to "1.00". */
export type Ratios = Record<string, string>;

/** The reply of `realm_hello`. */
export interface RealmHelloReply {
  /** The world's number. */
  world: number;
}

/** `realm_hello {}`, a function of worlds: the realm has started, and asks for a `world_hello`. */
export type RealmHelloRequest = Record<string, never>;

/** How one kind is crafted. */
export interface Recipe {
  /** The material. */
  material: ItemId;
  /** How many a player may own. */
  owned_max: number;
  /** The most that may be spent at once. */
  spend_max: number;
  /** Strength before any material is counted. */
  strength_base: number;
  /** The maximum strength. */
  strength_max: number;
  /** Strength added per unit of material. */
  strength_per_unit: number;
  /** The texts that players read. */
  texts: RecipeTexts;
}

/** The texts of a craft for the player; the places are those of [`RecipeTexts::PLACES`]. */
export interface RecipeTexts {
  /** The player can own no more. */
  full: Template;
  /** The name or description is not legal. */
  illegal: Template;
  /** It was made. */
  made: Template;
  /** There is too little material. */
  short: Template;
}

/** A record of the platform. */
export interface RecordShown {
  /** The platform's timestamp. */
  date: number;
  /** Points; negative when they were spent. */
  money: number;
  /** The purpose. */
  text: string;
}

/** The best damage against the bosses; `season_rewards_of` tells of the seasons before. */
export interface RecordsShown {
  /** The best damage in it; 0 = none. */
  best: number;
  /** The season of the player's latest record; 0 = it has none at all. */
  last_season: number;
  /** The rank in it, from 1; null without a record. */
  rank: number | null;
  /** The number of the season that runs. */
  season: number;
}

/** What a code is worth: the reply of `redeem_code`, and of `code_claim`. */
export type RedeemCodeReply = Redeemed;

/** `redeem_code {code}`: the goods come as a mail. */
export interface RedeemCodeRequest {
  /** The code; case, spaces and hyphens do not matter. */
  code: string;
}

/** What a code is worth: the reply of `redeem_code`, and of `code_claim`. */
export interface Redeemed {
  /** What the mail brings. */
  items: Amount[];
}

/**
 * The reply of `refrash`: the challenges to the player, and the one of its own that was accepted, until it acts in the
 * battle. Asking also counts as presence.
 */
export type RefrashReply = Refreshed;

/** `refrash {role}`, as the contract spells it (docs/contract/role-play.md#routes). */
export interface RefrashRequest {
  /** The caller's own username. */
  role: string;
}

/**
 * The reply of `refrash`: the challenges to the player, and the one of its own that was accepted, until it acts in the
 * battle. Asking also counts as presence.
 */
export type RefreshReply = Refreshed;

/** `refresh {role}`, as clients spell it. */
export interface RefreshRequest {
  /** The caller's own username. */
  role: string;
}

/**
 * The reply of `refrash`: the challenges to the player, and the one of its own that was accepted, until it acts in the
 * battle. Asking also counts as presence.
 */
export interface Refreshed {
  /** The same, as clients spell it. */
  accept_id: string[];
  /** The caller's own challenge that was accepted, as the contract spells it. */
  accpec_id: string[];
  /** The numbers of the open challenges to the caller. */
  id_list: string[];
  /** Their challengers, in the same order. */
  role_list: string[];
}

/** Assets that could not be used. */
export interface RefusedShown {
  /** Unix seconds. */
  at: number;
  /** What is wrong with them. */
  problems: Problem[];
}

/** A reply that consists of a code only. */
export type RejectChallengeReply = AnswerSent;

/** `reject_challenge {role, id}`. */
export interface RejectChallengeRequest {
  /** The challenge's number. */
  id: string;
  /** The caller's own username. */
  role: string;
}

/** What an attempt to change the rules has come to. */
export interface Reloaded {
  /** Whether the rules in force are others than before. */
  changed: boolean;
  /** Of the rules that are in force; absent when the attempt has failed. */
  fingerprint?: string;
  /** Which set is pinned, so that the assets change nothing; null = none. */
  pinned: RulesPin | null;
  /** Warnings, and errors when the assets were refused. */
  problems: Problem[];
}

/** The event `renamed`: an operator has given the player another name, which is its `role` from now on. */
export interface RenamedEvent {
  /** The name. */
  name: string;
}

/** A report as operators see it; never its body, which contains a player's session. */
export type ReportDropReply = ReportShown;

/** `report_drop {token, report, reason}`: stops sending a report. The end of its round is then reported without it. */
export interface ReportDropRequest {
  /** Why; it is written to the log. */
  reason: string;
  /** The report's number. */
  report: number;
}

/** The reply of `report_list`. */
export interface ReportListReply {
  /** The `after` of the next page. */
  next: number | null;
  /** How many reports are pending in all. */
  pending: number;
  /** Oldest first. */
  reports: ReportShown[];
}

/** `report_list {token, state?, after?, limit?}`: the oldest first. */
export interface ReportListRequest {
  /** Only reports with greater numbers: `next` of the page before. */
  after?: number;
  /** Missing = 50, at most 500. */
  limit?: number;
  /** Only reports in this state. */
  state?: ReportState;
}

/** A report as operators see it; never its body, which contains a player's session. */
export type ReportRetryReply = ReportShown;

/** `report_retry {token, report}`: restarts a report from the first attempt, with the report that waits for it. */
export interface ReportRetryRequest {
  /** The report's number. */
  report: number;
}

/** The `role` of each in the reports to SUD; 0 means none (docs/contract/game-reports.md#roles). */
export interface ReportRoles {
  /** The player who was challenged. */
  challenged: number;
  /** The player who challenged. */
  challenger: number;
  /** A fighter of the game master. */
  robot: number;
}

/** A report as operators see it; never its body, which contains a player's session. */
export interface ReportShown {
  /** How often it was sent. */
  attempts: number;
  /** Unix seconds. */
  created_at: number;
  /** What went wrong last; empty if nothing has. */
  last_error: string;
  /** When it is sent next, unix seconds; null if it is not. */
  next_at: number | null;
  /** The report's number. */
  report: number;
  /** `game_start` or `game_settle`. */
  report_type: string;
  /** The round that it is about. */
  round: string;
  /** Why it waits. */
  state: ReportState;
}

/**
 * The state of a report, as operators see it.
 * - `waiting`: It is in flight, or waits for its time.
 * - `blocked`: It reports an end and waits until the report of the round's start was accepted.
 * - `given_up`: Every attempt of the schedule has failed.
 */
export type ReportState = "waiting" | "blocked" | "given_up";

/** When the resets happen, unix seconds. */
export interface ResetMoments {
  /** The next monthly reset. */
  next_month_at: number;
  /** The next daily reset. */
  next_reset_at: number;
}

/** Of the accounts made on a day, how many were active some days later; null while that day has not come. */
export interface Retained {
  /** The next day. */
  day_1: number | null;
  /** 3 days later. */
  day_3: number | null;
  /** 30 days later. */
  day_30: number | null;
  /** 7 days later. */
  day_7: number | null;
}

/**
 * The mail that brings a mail to another world back to its writer. `{to}` is who it was for, `{subj}` and `{body}` are what was
 * written.
 */
export interface ReturnTexts {
  /** Its text when the player's mailbox is full. */
  box_full: Template;
  /** Its text when there is no such player. */
  no_such_player: Template;
  /** Its subject. */
  subject: Template;
}

/** A mail that brings a reward. */
export interface RewardMail {
  /** When it was sent, unix seconds. */
  at: number;
  /** The player's key for it, if it is in the box. */
  key: string | null;
  /** What became of it. */
  state: RewardMailState;
}

/**
 * What became of a mail that brings a reward.
 * - `waiting`: It waits until the player looks into the box.
 * - `box_full`: It waits until there is room in the box, which is full.
 * - `unclaimed`: It is in the box, and its items can be claimed.
 * - `claimed`: It is in the box, and its items were claimed.
 * - `deleted`: It was in the box, and the player has deleted it, which is possible once its items are claimed.
 * - `expired`: It is no longer delivered. Either the player has not looked in time, or has claimed and deleted it long ago.
 */
export type RewardMailState = "waiting" | "box_full" | "unclaimed" | "claimed" | "deleted" | "expired";

/** What a task grants: of each, a random amount from the first number to the second. */
export interface RewardRange {
  /** 龙眼. */
  dragon_eye: [number, number];
  /** 经验值. */
  experience: [number, number];
  /** 凤羽. */
  phoenix_feather: [number, number];
}

/** Quantities by the names in `tasks.ron`. */
export type RewardShown = Record<string, number>;

/** How many battles are rewarded from one local midnight to the next. */
export interface RewardedPerDay {
  /** Between the same two players. */
  pair: number;
  /** Of one player, whoever the opponents. */
  player: number;
}

/** The rewards at the end. */
export interface Rewards {
  /** For both players in a draw. */
  drawn: Spoils;
  /** For the loser, unless it escaped. */
  loser: Spoils;
  /** For the winner. */
  winner: Spoils;
}

/** A place where a drop table is rolled. */
export interface RolledBy {
  /** What it is. */
  by: Roller;
  /** The chance that a minute of hang-up rolls, with six decimals. */
  chance?: string;
  /** The first stage. */
  from?: number;
  /** The chest. */
  item?: ItemId;
  /** The fighter, the task or the table. */
  name?: string;
  /** `winner`, `drawn` or `loser`. */
  outcome?: string;
  /** How many times it rolls the table. */
  times: number;
  /** The last stage; absent for hang-up on all stages from there on. */
  to?: number;
}

/**
 * What rolls a drop table.
 * - `stage`: A victory in the stages `from` to `to`.
 * - `sweep`: A sweep of the stages `from` to `to`.
 * - `hang_up`: A minute of hang-up on the stages `from` to `to`, with this `chance`.
 * - `battle`: A battle between players with this `outcome`.
 * - `fighter`: A battle against the fighter `name` with this `outcome`.
 * - `task`: The public task `name`.
 * - `personal_task`: Personal tasks of the template `name`.
 * - `chest`: The chest `item`.
 * - `table`: The drop table `name`, when it draws the entry.
 */
export type Roller = "stage" | "sweep" | "hang_up" | "battle" | "fighter" | "task" | "personal_task" | "chest" | "table";

/**
 * How a rule set comes into force.
 * - `published`: The folder has published it.
 * - `went_back`: An operator went back to it, which pins it.
 * - `unpinned`: The pin was removed, so that what the folder has counts again.
 */
export type RuleChange = "published" | "went_back" | "unpinned";

/** An entry, or the settings of a file, that differ. */
export interface RuleDifference {
  /** The file that it is in. */
  file: string;
  /** `added`, `removed` or `changed`. */
  kind: string;
  /** What differs, such as `stage 12`. */
  subject: string;
  /** The heading that it belongs under, such as `Stages`. */
  topic: string;
  /** Which of its values differ; all of them for one that was added or removed. */
  values: DifferentValue[];
}

/** A rule set that came into force. */
export interface RuleEntryShown {
  /** Unix seconds. */
  at: number;
  /** The operator's name, or what noticed the change. */
  by: string;
  /** How it came into force. */
  change: RuleChange;
  /** As in `rules_status`. A set that came into force several times has several entries. */
  fingerprint: string;
  /** Counts from 1. */
  number: number;
  /** Why; empty where nobody was asked. */
  reason: string;
  /** Where it was read from. */
  source: string;
}

/** What an attempt to change the rules has come to. */
export type RulesBackReply = Reloaded;

/**
 * `rules_back {fingerprint, reason}`: puts a set of the history into force in all worlds and pins it: what the folder has is
 * still checked, but changes nothing until `rules_unpin`.
 */
export interface RulesBackRequest {
  /** Which, as in `rules_history`. */
  fingerprint: string;
  /** Why, 1 to 200 characters. */
  reason: string;
}

/** The event `rules_changed`. */
export interface RulesChangedEvent {
  /** The same for the same assets. */
  fingerprint: string;
  /** How many warnings they have. */
  warnings: number;
}

/** The reply of `rules_diff`. */
export interface RulesDiffReply {
  /** Those of stages first; at most 500. */
  differences: RuleDifference[];
  /** The first side, as asked for. */
  from: string;
  /** How many more there are. */
  left_out: number;
  /** The second side. */
  to: string;
}

/**
 * `rules_diff {from?, to?}`: how two rule sets differ, field by field. Each side is `running`, `folder`, or a fingerprint of
 * the history.
 */
export interface RulesDiffRequest {
  /** The first side; missing = `running`. */
  from?: string;
  /** The second side; missing = `folder`. */
  to?: string;
}

/** The reply of `rules_history`. */
export interface RulesHistoryReply {
  /** The `before` of the next page. */
  next: number | null;
  /** Which set is pinned, so that what the folder has changes nothing; null = none. */
  pinned: RulesPin | null;
  /** Newest first. */
  sets: RuleEntryShown[];
}

/** `rules_history {before?}`: the rule sets that came into force, newest first, at most 20 in one reply. The last 50 are kept. */
export interface RulesHistoryRequest {
  /** Only entries before the one of this number. */
  before?: number;
}

/** The reply of `rules_keep`. */
export interface RulesKeepReply {
  /** Whether nothing was done, because the realm does not have the files. */
  needs_files: boolean;
  /** Which set is pinned now; null = none. */
  pin: RulesPin | null;
}

/**
 * `rules_keep {fingerprint, change, by, reason, source, files?}`: a rule set is about to come into force. Only the server
 * itself calls it.
 */
export interface RulesKeepRequest {
  /** The operator's name, or what noticed the change. */
  by: string;
  /** How it comes into force. */
  change: RuleChange;
  /** Its files; missing = the realm has them. */
  files?: WrittenFile[];
  /** Which, as in `rules_status`. */
  fingerprint: string;
  /** Why; empty where nobody was asked. */
  reason: string;
  /** Where it was read from. */
  source: string;
}

/** The event `rules_mended`. */
export interface RulesMendedEvent {
  /** The same for the same assets. */
  fingerprint: string;
}

/** A rule set that stays in force whatever the folder has. */
export interface RulesPin {
  /** Since when, unix seconds. */
  at: number;
  /** The operator's name. */
  by: string;
  /** Which, as in `rules_status`. */
  fingerprint: string;
  /** Why. */
  reason: string;
}

/** The event `rules_refused`. */
export interface RulesRefusedEvent {
  /** How many errors they have. */
  errors: number;
  /** The first of them. */
  first: Problem | null;
}

/** What an attempt to change the rules has come to. */
export type RulesReloadReply = Reloaded;

/** `rules_reload {token}`: reads the assets again, for all worlds. */
export type RulesReloadRequest = Record<string, never>;

/** The reply of `rules_status`. */
export interface RulesStatusReply {
  /** When this world adopted the rules, unix seconds; null = at its start. */
  changed_at: number | null;
  /** The same for the same assets. */
  fingerprint: string;
  /** The fingerprint of what the assets had when they were last read without errors; null = they were not yet. */
  offered: string | null;
  /** Which set is pinned, so that the assets change nothing; null = none. */
  pinned: RulesPin | null;
  /** Later assets that could not be used, if any; null again when they are fixed. */
  refused: RefusedShown | null;
  /** Where the assets are read from; null where they cannot be read again. */
  source: string | null;
  /** Warnings about them. */
  warnings: Problem[];
  /** Whether changes are detected without `rules_reload`. */
  watched: boolean;
}

/** `rules_status {token}`. */
export type RulesStatusRequest = Record<string, never>;

/** The reply of `rules_studies`. */
export interface RulesStudiesReply {
  /** The newest first, at most 10. */
  studies: StudyShown[];
}

/** `rules_studies {}`: the last studies since the server was started. */
export type RulesStudiesRequest = Record<string, never>;

/** The reply of `rules_study`. */
export interface RulesStudyReply {
  /** The errors of the folder, if it was refused. */
  problems: Problem[];
  /** The number of the study; absent when none has begun. */
  study?: number;
}

/** The reply of `rules_study_report`. */
export interface RulesStudyReportReply {
  /** How the clearest figures developed, day by day. */
  charts: StudyChart[];
  /** How to read the tables. */
  notes: string[];
  /** Everything as an HTML page that needs nothing else; null = it was not asked for. */
  page: string | null;
  /** The study. */
  study: StudyShown;
  /** What it has found. */
  tables: StudyTable[];
  /** What it has found, in a sentence or two of English. */
  verdict: string;
}

/** `rules_study_report {study, page?}`: what a study has found. */
export interface RulesStudyReportRequest {
  /** Whether to give the whole report, too, as an HTML page. */
  page?: boolean;
  /** Its number. */
  study: number;
}

/**
 * `rules_study {kind?, from?, to?, players?, days?, seeds?, seed?}`: has simulated players live under a rule set, in a process
 * beside the server, and answers at once. A set is `running`, `folder`, or a fingerprint of the history.
 */
export interface RulesStudyRequest {
  /** For how many days; missing = 30. */
  days?: number;
  /** The set to compare with; missing = `running`. A simulation has none. */
  from?: string;
  /** Missing = `compare`. */
  kind?: StudyKind;
  /** How many players are simulated with each seed; missing = 100. */
  players?: number;
  /** The first seed; missing = 1. */
  seed?: number;
  /** With how many seeds; more make it more certain what is chance and what is not. Missing = 8. */
  seeds?: number;
  /** The set to study; missing = `folder`. */
  to?: string;
}

/** `rules_study_stop {study}`: ends a study that is under way. */
export interface RulesStudyStopRequest {
  /** Its number. */
  study: number;
}

/** What an attempt to change the rules has come to. */
export type RulesUnpinReply = Reloaded;

/** `rules_unpin {reason}`: removes the pin; what the folder has now is put into force in all worlds. */
export interface RulesUnpinRequest {
  /** Why, 1 to 200 characters. */
  reason: string;
}

/** The reply of `rules_usage`. */
export interface RulesUsageReply {
  /** The ids of the running events. */
  events: string[];
  /** The files that the rules were read from, and their texts; absent unless asked for. */
  files?: Record<string, string>;
  /** The fingerprint of the rules of the files, as in `rules_status`. */
  fingerprint: string;
  /** What is in use. */
  uses: EntryUse[];
}

/** `rules_usage {token, files?}`. */
export interface RulesUsageRequest {
  /** Whether the reply has the texts of the rules in use as well. */
  files?: boolean;
}

/** The ban and the mute that hold now. */
export interface SanctionsShown {
  /** Null when the player is not banned. */
  ban: Ban | null;
  /** Null when the player is not muted. */
  mute: Mute | null;
}

/** A situation in which a character speaks and the player answers. */
export interface Scene {
  /** What the player may do. The first match is taken. */
  choices: Choice[];
  /** What happens when nothing matches. */
  otherwise: ChoiceOutcome;
  /** The character that speaks. */
  speaker: string;
  /** What the player reads on arrival. */
  text: Template;
}

/**
 * When something starts over.
 * - `daily`: At every local midnight.
 * - `monthly`: At local midnight of the 1st.
 */
export type Schedule = "daily" | {
  /** At the local midnight that begins this day of the week: `weekly(monday)`. */
  weekly: Weekday;
} | "monthly" | {
  /** At the local midnights that begin these dates: `dates(["2026-12-24", "2027-02-06"])`. */
  dates: string[];
};

/** Everything that can happen in a task. */
export interface Script {
  /** The endings by name; a scene and an ending cannot share a name. */
  endings: Record<string, ScriptEnding>;
  /** The ending when the turns run out. */
  runs_out: string;
  /** The scenes by name. */
  scenes: Record<string, Scene>;
  /** The scene in which it begins. */
  start: string;
  /** Messages from the player after which the story ends by itself. */
  turns_max: number;
}

/** How a story may end. */
export interface ScriptEnding {
  /** Percentage of the task's reward that is granted; absent = 100 with success, 0 without. */
  reward_percent?: number;
  /** The character that speaks. */
  speaker: string;
  /** Whether the task is done. */
  success: boolean;
  /** What the player reads last. */
  text: Template;
}

/**
 * What a season brought, or why nothing.
 * - `rewarded`: A reward.
 * - `running`: Nothing yet: the season runs. Rank and bracket are those of now.
 * - `not_ranked`: Nothing: the player has struck no boss in it.
 * - `no_bracket`: Nothing: the rank is in no bracket.
 * - `not_kept`: Nobody knows: the season ended under a program that kept only the best ranks, and not what they got.
 */
export type SeasonOutcome = "rewarded" | "running" | "not_ranked" | "no_bracket" | "not_kept";

/** The reply of `season_ranking`. */
export interface SeasonRankingReply {
  /** When it ended, unix seconds; null for the one that runs, and for one that ended before that was kept. */
  ended_at: number | null;
  /** The `after` of the next page; null when this was the last. */
  next: number | null;
  /** How many players have a rank, as far as that was kept. */
  players: number;
  /** The ranks, the best first. */
  ranking: RankShown[];
  /** The number of the season. */
  season: number;
}

/** `season_ranking {season?, after?, limit?}`: the ranking of a season. */
export interface SeasonRankingRequest {
  /** Only ranks behind this one: `next` of the page before. */
  after?: number;
  /** Missing = 50, at most 500. */
  limit?: number;
  /** The number of the season; missing = the one that runs. */
  season?: number;
}

/** The event `season_reset`. */
export interface SeasonResetEvent {
  /** Seconds to its end; -1 if it has none. */
  mcd: number;
  /** The number of the season that has begun. */
  season: number;
}

/** The reply of `season_rewards_of`. */
export interface SeasonRewardsOfReply {
  /** The ranks that got the same as the player's; null if it got nothing. */
  bracket: BracketTold | null;
  /** The player's best damage; null without a rank. */
  damage: number | null;
  /** What became of the mail that brought it; null without one. */
  mail: RewardMail | null;
  /** Whether it brought a reward, and if not, why. */
  outcome: SeasonOutcome;
  /** The player's rank, from 1; null without one. */
  rank: number | null;
  /** The number of the season. */
  season: number;
}

/** `season_rewards_of {player, season?}`: what a season brought a player, or why nothing. */
export interface SeasonRewardsOfRequest {
  /** The account's number. */
  player: number;
  /** The number of the season; missing = the last one that is over. */
  season?: number;
}

/** The reply of `select` and `select_personal`. */
export type SelectPersonalReply = TaskBegun;

/** `select_personal {role, task_name}`: the same with a personal task. */
export interface SelectPersonalRequest {
  /** The caller's own username. */
  role: string;
  /** One of `task_info_personal`. */
  task_name: string;
}

/** The reply of `select` and `select_personal`. */
export type SelectReply = TaskBegun;

/** `select {role, task_name}`: starts a public task. If it is already under way, its scene is shown again. */
export interface SelectRequest {
  /** The caller's own username. */
  role: string;
  /** One of `task_info`. */
  task_name: string;
}

/** `send_mail {token, gn_target, subj, body}`. */
export interface SendMailRequest {
  /** The text. */
  body: string;
  /** The name of the player who gets it; `name@1` is a player of world 1. */
  gn_target: string;
  /** The subject. */
  subj: string;
}

/** A player who may play during maintenance. */
export interface SentAdmittedPlayer {
  /** The account's number. */
  player: number;
  /** The player's world. Left out: `0`. */
  world?: number;
}

/**
 * Who gets a mail to all. A player has to meet everything that is said; what is missing says nothing.
 *
 * Accounts and log-ins count up to the moment at which the mail was written, whenever the player looks. Name, level and
 * items are those of the moment at which the player looks at its mail.
 */
export interface SentAudienceTerms {
  /** Only players who have at least so much of each of these items. At most 20. */
  has?: Amount[];
  /** Only up to this level. */
  level_max?: number;
  /** Only from this level on. */
  level_min?: number;
  /** Only accounts that were made before this moment, unix seconds. */
  made_before?: number;
  /** Only accounts that were made at this moment or later, unix seconds. */
  made_from?: number;
  /** Only players with one of these names, in any spelling by which they are found; empty = with any. At most 1,000. */
  names?: string[];
  /** Also accounts that are made after the mail was written; false = only those that there are. */
  newcomers?: boolean;
  /** Only players whose last log-in was before this moment, unix seconds. */
  seen_before?: number;
  /** Only players whose last log-in was at this moment or later, unix seconds. Making the account counts as one. */
  seen_from?: number;
}

/** Everything a world stores about one player. */
export interface SentDocument {
  /** The number that the player had there. */
  account: number;
  /** When it was written on the game's clock, unix seconds. */
  exported_at: number;
  /** The format of the document. */
  format: number;
  /** Records that mention the player and stay in their world, by table name; for people. */
  mentions?: Record<string, JsonValue[]>;
  /** By table name. */
  parts: Record<string, JsonValue>;
  /** The program that wrote it; for people. */
  program: string;
  /** The fingerprint of the rules that were in force; for people. */
  rules: string;
  /** Identifies the world that it comes from, whose own numbers mean nothing in another world. */
  world: string;
}

/** The game's time. */
export type ServerTimeReply = TimeTold;

/** `server_time {}`. */
export type ServerTimeRequest = Record<string, never>;

/**
 * How bad a problem is.
 * - `error`: The rules must not be used.
 * - `warning`: The rules can be used, but something looks like a mistake.
 */
export type Severity = "error" | "warning";

/** `level`, `exp`, `need`, `energy`, and the items and attributes of `character.ron` by their names. */
export type Sheet = Record<string, number>;

/** Everything that is sold for points. */
export interface ShopRules {
  /** In the order in which players see them. */
  offers: Offer[];
}

/** How many times one roll brings it on average, with six decimals. Of what comes at most once, this is the chance. */
export interface ShownChance {
  /** By luck alone. */
  base: string;
  /** In the long run, with what is guaranteed. */
  rate: string;
}

/** When a hit is certain. */
export interface ShownGuarantee {
  /** After so many misses in a row the next draw hits. */
  after: number;
  /** What counts as a hit: the items of the guaranteed entries. */
  items: Amount[];
  /** The caller's misses in a row. */
  misses: number;
  /** The tables that count as a hit. */
  tables: string[];
  /** How many draws from now on the hit comes at the latest. */
  within: number;
}

/**
 * How far a move of a player has come.
 * - `asked`: The world that the player is in was asked to let it go.
 * - `left`: It is on its way.
 * - `arrived`: It is in the other world.
 * - `refused`: It is where it was.
 * - `stranded`: The other world was put back, and refuses what it had taken.
 */
export type ShownMoveState = "asked" | "left" | "arrived" | "refused" | "stranded";

/** The parts of the view of a player that were asked for, by name. */
export interface ShownParts {
  /** What the part `account` shows. */
  account?: AccountShown;
  /** What the part `battles` shows. */
  battles?: BattleSeenPage;
  /** What the part `log_ins` shows. */
  log_ins?: LogInsShown;
  /** What the part `mail` shows. */
  mail?: MailboxShown;
  /** What the part `movements` shows. */
  movements?: EntryPage;
  /** What the part `notes` shows. */
  notes?: NotePage;
  /** What the part `orders` shows. */
  orders?: OrderShownPage;
  /** What the part `overview` shows. */
  overview?: PlayerOverview;
  /** What the part `records` shows. */
  records?: RecordsShown;
  /** What the part `sanctions` shows. */
  sanctions?: SanctionsShown;
  /** What the part `sud` shows. */
  sud?: SudShown;
}

/** How often an amount comes. */
export interface ShownRate {
  /** By luck alone. */
  base: string;
  /** How much of which item. */
  item: Amount;
  /** In the long run, with what is guaranteed. */
  rate: string;
}

/** A drop table and its chances. */
export interface ShownTable {
  /** How many entries one roll draws. */
  draws: number;
  /** What is guaranteed, if anything. */
  guarantee?: ShownGuarantee;
  /** Its id. */
  id: string;
  /** Its name. */
  name: string;
  /** How often a draw brings nothing; absent if each brings something. */
  nothing?: ShownChance;
  /** What may come, with the tables that it names. */
  rates: ShownRate[];
  /** Whether one roll may draw an entry more than once. */
  replacement: boolean;
  /** Where it is rolled. */
  rolled_by: RolledBy[];
}

/** A reply that consists of a code only (docs/contract/identity.md#accounts). */
export interface SignupReply {
  /** 200, or why not; the codes are listed with the function. */
  status_code: number;
}

/** `signup {email, username, password, ip}`. */
export interface SignupRequest {
  /** An address that no account has; letter case does not matter. */
  email: string;
  /** Hashed by the client; at least 6 bytes. */
  password: string;
  /** A name that no other looks like. */
  username: string;
}

/** The reply of `skill`. */
export interface SkillReply {
  /** The caller's skills. */
  skills: Described;
}

/** `skill {role}`. */
export interface SkillRequest {
  /** The caller's own username. */
  role: string;
}

/** A span of time, such as `30d` or `1d 2h 30m 15s`; a day has 24 hours. */
export type Span = string;

/** A special event: the contents of a file in `special_events/`. */
export interface SpecialEvent {
  /**
   * The event's description, or else the player's text, must contain one of these. The event with the longest match
   * is used.
   */
  keywords: string[];
  /** The `other` of the reply. */
  name: string;
  /** What happens. A special event gives no reward. */
  script: Script;
}

/** The most that a message may hold. */
export interface SpeechLimits {
  /** Characters of a name. */
  name_max_chars: number;
  /** Names in `roles`. */
  roles_max: number;
  /** Characters of a text. */
  text_max_chars: number;
  /** Names in `items` and in `skills`. */
  used_max: number;
}

/** The reward of one player. */
export interface Spoils {
  /** Drop tables from `drops/` that are rolled besides: `["scrolls"]`, or `["scrolls:2"]` for two times. */
  drops?: Drops;
  /** Experience. */
  exp: number;
  /** Items. */
  items: Amount[];
}

/** The reply: a page of the ranking, and the player's own rank. */
export type StageDamageRankingReply = RankingPage;

/** `stage_damage_ranking {token, page}`. */
export interface StageDamageRankingRequest {
  /** Which page, from 1; one has ten rows. */
  page?: number;
}

/** The reply of `enter_stage_*`. */
export interface StageEntered {
  /** In boss mode: the tickets left. */
  BOSS?: TicketsLeft;
  /** In coin mode: the tickets left. */
  COIN?: TicketsLeft;
  /** In exp mode: the tickets left. */
  EXP?: TicketsLeft;
  /** The same moments in unix seconds. */
  at: EntryMoments;
  /** The energy after the entry. */
  energy: EnergyChange;
}

/** The rewards of a stage. */
export interface StagePassed {
  /** The energy now. */
  energy: LegacyEnergy;
  /** The experience gained. */
  p_exp: PassedExp;
  /** The progress. */
  p_stage: PassedStage;
  /** The items gained. */
  pass_stages: LegacyChange[];
}

/** A stage. */
export interface StagePlayed {
  /** How often it was entered. */
  entered: number;
  /** Its mode. */
  mode: Mode;
  /** Its number. */
  stage: number;
  /** How often it was won. */
  won: number;
}

/** The reply of `stage_refresh_boss`. */
export interface StageRefreshBossReply {
  /** The same moments in unix seconds. */
  at: BossMoments;
  /** Seconds to the next local midnight. */
  cd: number;
  /** The caller's own best damage this season. */
  damage: number;
  /** Challenges left today. */
  limit: number;
  /** Seconds to the end of the season; -1 if it has none. */
  mcd: number;
  /** The life of each boss, by `0`, `1` and so on. */
  ratio: Ratios;
}

/** `stage_refresh_boss {token}`. */
export type StageRefreshBossRequest = Record<string, never>;

/**
 * A run of stages with the same settings. A number, a quantity or `{..}` in `layout` may be a formula in `n`, the number of
 * the stage: `exp: "500 + 20 * (n - 8)"`.
 */
export interface StageRun {
  /** Whether events open it: it is open in its windows and while an event runs that `opens` it, and at no other time. */
  by_events?: boolean;
  /** Items that entering takes. */
  cost?: CurvedAmount[];
  /** Drop tables from `drops/` that a victory rolls besides: `["scrolls"]`, or `["scrolls:2"]` for two times. */
  drops?: Drops;
  /** Energy that entering takes. */
  energy: number | string;
  /** Experience that a victory grants. Left out: `0`. */
  exp?: number | string;
  /** The first stage of the run. */
  from: number;
  /** The layout of the enemies, from `layouts.ron`. */
  layout?: string;
  /**
   * What the legacy function `enter_stage` takes instead; absent = the stage is not configured
   * there.
   */
  legacy?: LegacyRun;
  /** The lowest level at which a player may enter. Left out: `0`. */
  level?: number | string;
  /** In boss mode, how much reported damage is believed; absent = as in `world_boss.ron`. */
  plausible_damage?: PlausibleDamage;
  /** How many of the rewards are drawn, with replacement; absent = all are granted. */
  random?: number;
  /** What a victory grants. */
  rewards?: CurvedAmount[];
  /** The last stage of the run; absent = the first only. */
  to?: number;
  /**
   * When the stage is open; empty = always. With windows, a stage pays out once in each; windows that touch or
   * overlap are one.
   */
  windows?: Window[];
}

/** The reply of `victory_stage_*`. */
export interface StageWon {
  /** What the blow has done, in boss mode. */
  boss: BossBlow;
  /** The experience after that. */
  exp_info: ExpInfo;
  /** What is left of the items in `reward`, in the same order. */
  remain: Amount[];
  /** What was gained. */
  reward: Amount[];
}

/** What is at stake in a battle between two players. */
export interface StakeRules {
  /** Percentage of the pot that the winner does not get. */
  commission_percent: number;
  /** What each puts in: the most of this that both can pay. */
  each: Amount;
}

/** What a player has put in and got out of the pot. */
export interface StakeTold {
  /** Kept from the winner. */
  commission: Amount;
  /** Put in at the start. */
  paid: Amount;
  /** Out of the pot. */
  returned: Amount;
}

/** The reply of `start_hang_up`. */
export interface StartHangUpReply {
  /** The stage that hangs now, and how long the one before did. */
  hang_up_info: HangUpInfo;
  /** What the stage before has earned; empty if none hung. */
  start_hang_up_reward: LegacyChange[];
}

/** `start_hang_up {token, stage}`. */
export interface StartHangUpRequest {
  /** A general stage that is passed. */
  stage: number;
}

/** The names of the states, as operators and players see them. */
export type StateName = "written" | "sent" | "in_doubt" | "paid" | "granted" | "watched" | "refused" | "operator";

/** The reply of `status`. */
export interface StatusReply {
  /** Level, energy and attributes. */
  attribute: Sheet;
}

/** `status {role}`. */
export interface StatusRequest {
  /** The caller's own username. */
  role: string;
}

/** One step of an order. */
export interface Step {
  /** Unix seconds. */
  at: number;
  /** The state that it led to. */
  state: StateName;
  /** The reason, for operators. */
  why: string;
}

/** What the player has now: the reply of `player_grant` and `player_take`. */
export interface Stock {
  /** Points of energy. */
  energy: number;
  /** Experience in all. */
  experience: number;
  /** Of the items in the request, in their order. */
  items: Amount[];
  /** The level that this makes. */
  level: number;
  /** Tickets left today, by kind. */
  tickets: Limits;
}

/** A figure by day. */
export interface StudyChart {
  /** A line for each set or archetype. */
  lines: StudyLine[];
  /** What it shows. */
  title: string;
  /** The unit of the values. */
  unit: string;
}

/**
 * How rule sets are studied.
 * - `compare`: The same players under two sets, and what differs by more than chance.
 * - `simulate`: Players under one set.
 */
export type StudyKind = "compare" | "simulate";

/** A line of a chart. */
export interface StudyLine {
  /** What it is of. */
  name: string;
  /** The values of days 1, 2 and so on. */
  values: number[];
}

/** A study, as operators see it. */
export interface StudyShown {
  /** When, unix seconds. */
  at: number;
  /** Who has begun it. */
  by: string;
  /** For how many days. */
  days: number;
  /** Why it failed; null = it has not. */
  failure: string | null;
  /** The set that it is compared with; null = none. */
  from: string | null;
  /** How. */
  kind: StudyKind;
  /** How much of it is done, 0 to 100. */
  percent: number;
  /** How many players are simulated with each seed. */
  players: number;
  /** How long it has taken so far, or took. */
  seconds: number;
  /** The first seed. */
  seed: number;
  /** With how many seeds. */
  seeds: number;
  /** How far it is. */
  state: StudyState;
  /** Counts from 1, at each start of the server anew. */
  study: number;
  /** The set that is studied: `running`, `folder`, or a fingerprint. */
  to: string;
}

/**
 * How far a study is.
 * - `running`: It is under way.
 * - `done`: It has a report.
 * - `failed`: It came to nothing; `failure` says why.
 * - `stopped`: An operator has ended it.
 */
export type StudyState = "running" | "done" | "failed" | "stopped";

/** A table of a report. */
export interface StudyTable {
  /** The names of its columns. */
  columns: string[];
  /** Its rows, each with a text for every column. */
  rows: string[][];
  /** What it shows. */
  title: string;
}

/** What a personal task is about. */
export interface Subject {
  /** The player's wish must contain one of these. */
  keywords: string[];
  /** Replaces `{subject}`. */
  name: string;
}

/** `sud_bind {token, uid, ss_token}`: sets the player's identity in reports from now on. */
export interface SudBindRequest {
  /** The token that SUD gave the player. */
  ss_token: string;
  /** The id that SUD gave the player. */
  uid: string;
}

/** How SUD knows the player. */
export interface SudShown {
  /** The uid that the player has bound; null if it has none, and goes by that of its account. */
  bound_uid: string | null;
}

/** The reply of `suspect_list`. */
export interface SuspectListReply {
  /** Those with the most anomalies first. */
  suspects: SuspectShown[];
  /** How many there are in all. */
  total: number;
}

/** `suspect_list {limit}`: players with anomalies, those with the most first. */
export interface SuspectListRequest {
  /** Missing = 50. */
  limit?: number;
}

/** A suspicious player as an operator sees it. */
export interface SuspectShown {
  /** The account's number. */
  account: number;
  /** How often something was abnormal. */
  anomalies: number;
  /** When the last anomaly was, unix seconds. */
  at: number;
  /** How many stages were entered. */
  entered: number;
  /** The last anomaly. */
  last: Anomaly;
  /** How many stages were left. */
  left: number;
  /** The player's name. */
  name: string;
  /** The same as local date and time, `YYYY-MM-DD HH:MM:SS`. */
  time: string;
}

/** `sweep.ron`. */
export interface SweepRules {
  /** Runs of stages. */
  stages: SweepRun[];
}

/** A run of stages with rewards that grow along it: by `growth`, or by formulas in `n`, the number of the stage. */
export interface SweepRun {
  /** Items of one sweep. */
  cost?: CurvedAmount[];
  /** Drop tables from `drops/` that one sweep rolls besides: `["scrolls"]`, or `["scrolls:2"]` for two times. */
  drops?: Drops;
  /** Energy of one sweep. */
  energy: number | string;
  /** Experience of one sweep. */
  exp: number | string;
  /** The first stage of the run. */
  from: number;
  /** What each further stage of the run adds. */
  growth?: Amount[];
  /** What one sweep grants; with `growth`, one of the first stage. */
  rewards: CurvedAmount[];
  /** The last stage of the run. */
  to: number;
}

/** The reply of every function that takes a message. */
export type TakeAnnouncementsReply = MessageTaken;

/** A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call. */
export interface TakeAnnouncementsRequest {
  /** What it says. */
  body: CurrentAnnouncements;
  /** The realm's epoch in which it was written. */
  epoch: Epoch;
  /** Counts the messages to this world from 1. */
  number: number;
}

/** The reply of every function that takes a message. */
export type TakeGiftReply = MessageTaken;

/** A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call. */
export interface TakeGiftRequest {
  /** What it says. */
  body: CodeGoods;
  /** The realm's epoch in which it was written. */
  epoch: Epoch;
  /** Counts the messages to this world from 1. */
  number: number;
}

/** The reply of every function that takes a message. */
export type TakeHoldReply = MessageTaken;

/** A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call. */
export interface TakeHoldRequest {
  /** What it says. */
  body: HoldPlayer;
  /** The realm's epoch in which it was written. */
  epoch: Epoch;
  /** Counts the messages to this world from 1. */
  number: number;
}

/** The reply of every function that takes a message. */
export type TakeLetterBackReply = MessageTaken;

/** A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call. */
export interface TakeLetterBackRequest {
  /** What it says. */
  body: LetterReturned;
  /** The realm's epoch in which it was written. */
  epoch: Epoch;
  /** Counts the messages to this world from 1. */
  number: number;
}

/** The reply of every function that takes a message. */
export type TakeLetterReply = MessageTaken;

/** A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call. */
export interface TakeLetterRequest {
  /** What it says. */
  body: LetterAbroad;
  /** The realm's epoch in which it was written. */
  epoch: Epoch;
  /** Counts the messages to this world from 1. */
  number: number;
}

/** The reply of every function that takes a message. */
export type TakeMailAllBackReply = MessageTaken;

/** A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call. */
export interface TakeMailAllBackRequest {
  /** What it says. */
  body: AllMailWithdrawn;
  /** The realm's epoch in which it was written. */
  epoch: Epoch;
  /** Counts the messages to this world from 1. */
  number: number;
}

/** The reply of every function that takes a message. */
export type TakeMailAllReply = MessageTaken;

/** A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call. */
export interface TakeMailAllRequest {
  /** What it says. */
  body: AllMail;
  /** The realm's epoch in which it was written. */
  epoch: Epoch;
  /** Counts the messages to this world from 1. */
  number: number;
}

/** The reply of every function that takes a message. */
export type TakeMaintenanceReply = MessageTaken;

/** A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call. */
export interface TakeMaintenanceRequest {
  /** What it says. */
  body: PlannedMaintenance;
  /** The realm's epoch in which it was written. */
  epoch: Epoch;
  /** Counts the messages to this world from 1. */
  number: number;
}

/** The reply of every function that takes a message. */
export type TakeMoveEndReply = MessageTaken;

/** A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call. */
export interface TakeMoveEndRequest {
  /** What it says. */
  body: EndMove;
  /** The realm's epoch in which it was written. */
  epoch: Epoch;
  /** Counts the messages to this world from 1. */
  number: number;
}

/** `take_player`: a player of another world moves to this one. */
export interface TakePlayer {
  /** All of the player. */
  document: SentDocument;
  /** What was ordered. */
  order: MoveOrder;
}

/** The reply of every function that takes a message. */
export type TakePlayerReply = MessageTaken;

/** A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call. */
export interface TakePlayerRequest {
  /** What it says. */
  body: TakePlayer;
  /** The realm's epoch in which it was written. */
  epoch: Epoch;
  /** Counts the messages to this world from 1. */
  number: number;
}

/** The settings of a task of either kind. */
export interface Task {
  /** An image. */
  background: string;
  /**
   * Drop tables from `drops/` that an ending with the whole reward rolls besides: `["scrolls"]`, or `["scrolls:2"]` for
   * two times.
   */
  drops?: Drops;
  /** How hard it is. */
  level: number;
  /** What it grants. */
  reward: RewardRange;
  /** What happens in it. */
  script: Script;
}

/** The reply of `select` and `select_personal`. */
export interface TaskBegun {
  /** The background, base64. */
  image_data: string | null;
  /** What the player reads first. */
  text: string;
}

/** The reply of `task_info` and `task_info_personal`. */
export type TaskInfoPersonalReply = TaskList;

/** `task_info_personal {role}`: the tasks that were made for the player. */
export interface TaskInfoPersonalRequest {
  /** The caller's own username. */
  role: string;
}

/** The reply of `task_info` and `task_info_personal`. */
export type TaskInfoReply = TaskList;

/** `task_info {role}`: the public tasks that the player may take. */
export interface TaskInfoRequest {
  /** The caller's own username. */
  role: string;
}

/** Lines about accepting and giving up tasks. */
export interface TaskLines {
  /** A task was accepted. */
  accepted: Template;
  /** Another task is in progress. */
  busy: Template;
  /** The task was given up. */
  given_up: Template;
  /** There is no task to give up. */
  none_active: Template;
}

/** The reply of `task_info` and `task_info_personal`. */
export interface TaskList {
  /** Their names. */
  task_list: string[];
}

/** The reply of `task_request`. */
export interface TaskRequestReply {
  /** The game master's role. */
  role: string;
  /** What the game master answers. */
  text: string;
}

/** `task_request {text, role}`: asks for a personal task. */
export interface TaskRequestRequest {
  /** The caller's own username. */
  role: string;
  /** What kind of task the player would like. */
  text: string;
}

/** The contents of `tasks.ron`. */
export interface TaskRules {
  /** 龙眼. */
  dragon_eye: Prize;
  /** 经验值. */
  experience: ExperiencePrize;
  /** The highest level of a task; the lowest is 1. */
  level_max: number;
  /** What players may send. */
  limits: SpeechLimits;
  /** How many personal tasks may be pending for a player. */
  personal_max: number;
  /** How many personal tasks are made for a player from one local midnight to the next. */
  personal_per_day: number;
  /** 凤羽. */
  phoenix_feather: Prize;
  /** How many public tasks are on offer at a time. */
  queue_size: number;
  /** Seconds between two refills of the queue. */
  refill_seconds: number;
}

/** A template of personal tasks: the contents of a file in `personal_tasks/`. */
export interface TaskTemplate {
  /** The player's wish must contain one of these. */
  keywords: string[];
  /** The task's name, with `{subject}` in it. */
  name: Template;
  /** What the task may be about; the first that the wish mentions, or else a random one. */
  subjects: Subject[];
  /** The settings that every task has. */
  task: Task;
}

/** A text in which `{name}` is a place to fill. */
export type Template = string;

/** A text in two languages. */
export interface Texts {
  /** English. */
  en: string;
  /** Chinese. */
  zh: string;
}

/** Tickets of one kind. */
export interface TicketAmount {
  /** How many. */
  count: number;
  /** The key of the kind, as in `limits`. */
  kind: number;
}

/** The reply of `buy_ticket`. */
export interface TicketBought {
  /** The same moments in unix seconds. */
  at: NextReset;
  /** Seconds to the next local midnight. */
  cd: number;
  /** The tickets, and how many may still be bought today. */
  limits: Limits;
  /** The order's number. */
  order?: string;
  /** Points left after the payment. */
  points?: number;
  /** What is left of the items in `reward`, in the same order. */
  remain: Amount[];
  /** What was spent, as negative quantities. */
  reward: Amount[];
  /** "granted", or "pending" when an event will report the result. */
  state?: string;
}

/** A ticket paid with points. */
export interface TicketGoods {
  /** The kind that counts how many may be bought; one is used up with the grant. */
  allowance: number;
  /** The kind. */
  ticket: number;
}

/** One kind of ticket. */
export interface TicketKind {
  /** How many a player has each day. */
  daily: number;
  /** How many a VIP player has each day; absent = the same. */
  daily_vip?: number;
  /** The name of its constant in clients, in lowercase letters, digits and `_`; absent = `ticket_KEY`. */
  identifier?: string;
  /** The key in `limits`; not an item number. */
  key: number;
  /** For people. */
  name: string;
}

/** `tickets.ron`. */
export interface TicketRules {
  /** Every kind, in the order `limits` shows them. */
  kinds: TicketKind[];
  /** Which tickets can be bought. */
  purchases: Purchase[];
  /** A player who owns one of these counts as VIP 1 or above. */
  vip_items: ItemId[];
}

/** The tickets of a mode after an entry. */
export interface TicketsLeft {
  /** Seconds to the next local midnight. */
  cd: number;
  /** By kind. */
  limits: Limits;
}

/** The event `tickets_reset`. */
export interface TicketsResetEvent {
  /** The same in unix seconds. */
  at: NextReset;
  /** Seconds to the next local midnight. */
  cd: number;
}

/** The reply of `time`: the world's time, the same for every role. */
export interface TimeReply {
  /** Local date and time, `YYYY-MM-DD HH:MM:SS`. */
  time: string;
}

/** `time {role}`. */
export interface TimeRequest {
  /** The caller's own username. */
  role: string;
}

/** The game's time. */
export interface TimeTold {
  /** The same as points in time. */
  at: ResetMoments;
  /** Seconds to the daily reset. */
  cd: number;
  /** Seconds to the monthly reset. */
  mcd: number;
  /** Unix seconds. */
  now: number;
  /** Local date and time, `YYYY-MM-DD HH:MM:SS`. */
  time: string;
  /** IANA name of the zone. */
  zone: string;
}

/** An event: the contents of a file in `events/`, whose name is the event's id. */
export interface TimedEvent {
  /** What it brings, for players. */
  about?: Texts;
  /** How long before its beginning `list_events` tells of it. */
  announced?: Span;
  /**
   * What it changes while it runs, one after the other. Events that run at the same time change in the order of their
   * files' names; a player's own events come last.
   */
  changes?: EventChange[];
  /** What everybody gets when it begins. */
  mail?: EventMail;
  /** What players call it. */
  name: Texts;
  /** Activity stages that are open while it runs. */
  opens?: number[];
  /** Instead of windows: the days of each player's own on which it runs for this player. */
  player_days?: PlayerDays;
  /** When it runs, for everybody. One window that is open is enough. */
  windows?: Window[];
}

/** A token in clear text, on its way to its client. */
export type Token = string;

/** `tokens_end {player, reason}`: ends the player's token and closes its connections. */
export interface TokensEndRequest {
  /** The account's number. */
  player: number;
  /** Why, for operators. */
  reason: string;
}

/** A topic of conversation. */
export interface Topic {
  /** The player's text must contain one of these. */
  keywords: string[];
  /** Lines of the game master; one is chosen at random. */
  lines: Template[];
}

/** The reply of `try`. */
export interface TryReply {
  /** What the audit would say has changed. */
  changes: string[];
  /** The data of that answer, without what is told once, such as a password. */
  data?: JsonValue;
  /** What would be different in the view of the player, by part. */
  effect: Difference[];
  /** The message of that answer. */
  message: string;
  /** Tables that are too large to be handed over: what the request would do there is not known. */
  not_known: string[];
  /** The status that the request would be answered with; 0 = it would succeed. */
  status: number;
}

/**
 * `try {function, arguments}`: what a function of operators that names a player would answer and change, without doing it. It
 * takes the right of that function.
 */
export interface TryRequest {
  /** What its `data` would be. A journal does not keep it. */
  arguments: Record<string, JsonValue>;
  /** The function. */
  function: string;
}

/** The reply of `use_item`. */
export interface UseItemReply {
  /** The same moments in unix seconds. */
  at: EnergyMoments;
  /** The energy now, and how much was gained. */
  energy: EnergyChange;
  /** What is left of the items in `reward`, in the same order. */
  remain: Amount[];
  /** What was used up, as a negative quantity, and what was in it. */
  reward: Amount[];
}

/** `use_item {token, item, count}`: drinks `count` of a potion, or opens as many of a chest. */
export interface UseItemRequest {
  /** Missing = 1. */
  count?: number;
  /** `group:id`, or the number of an item of group 3. */
  item: NamedItem;
}

/** Who wins a round. */
export interface VerdictRules {
  /** Weights for the player who attacks. */
  attack: Weights;
  /** The random part of the score. */
  dice: Dice;
  /** Weights for the player who guards. */
  guard: Weights;
  /** Percentage of the strength of named items that counts. */
  item_percent: number;
  /** The lead that wins a round. */
  margin: number;
  /** At most this many of the named skills, and of the named items, count. */
  named_max: number;
  /** Percentage of the strength of named skills that counts. */
  skill_percent: number;
}

/** The reply of `victory_stage_*`. */
export type VictoryStageBossReply = StageWon;

/** `victory_stage_* {token, stage}`, and `damage` in boss mode. */
export interface VictoryStageBossRequest {
  /** In boss mode: the damage done. */
  damage?: number;
  /** Another spelling (docs/contract/stage-protocol.md#spellings). */
  damange?: number;
  /** The number of the stage. */
  stage: number;
}

/** The reply of `victory_stage_*`. */
export type VictoryStageCoinReply = StageWon;

/** `victory_stage_* {token, stage}`, and `damage` in boss mode. */
export interface VictoryStageCoinRequest {
  /** In boss mode: the damage done. */
  damage?: number;
  /** Another spelling (docs/contract/stage-protocol.md#spellings). */
  damange?: number;
  /** The number of the stage. */
  stage: number;
}

/** The reply of `victory_stage_*`. */
export type VictoryStageEndlessReply = StageWon;

/** `victory_stage_* {token, stage}`, and `damage` in boss mode. */
export interface VictoryStageEndlessRequest {
  /** In boss mode: the damage done. */
  damage?: number;
  /** Another spelling (docs/contract/stage-protocol.md#spellings). */
  damange?: number;
  /** The number of the stage. */
  stage: number;
}

/** The reply of `victory_stage_*`. */
export type VictoryStageExpReply = StageWon;

/** `victory_stage_* {token, stage}`, and `damage` in boss mode. */
export interface VictoryStageExpRequest {
  /** In boss mode: the damage done. */
  damage?: number;
  /** Another spelling (docs/contract/stage-protocol.md#spellings). */
  damange?: number;
  /** The number of the stage. */
  stage: number;
}

/** The reply of `victory_stage_*`. */
export type VictoryStageGeneralReply = StageWon;

/** `victory_stage_* {token, stage}`, and `damage` in boss mode. */
export interface VictoryStageGeneralRequest {
  /** In boss mode: the damage done. */
  damage?: number;
  /** Another spelling (docs/contract/stage-protocol.md#spellings). */
  damange?: number;
  /** The number of the stage. */
  stage: number;
}

/** One wave. */
export interface Wave {
  /** Seconds between two enemies of the wave. */
  cool_down: number;
  /** The enemies. */
  enemies: Enemy[];
  /** Seconds after the entry. */
  time: number;
}

/** A day of the week. */
export type Weekday = "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday";

/** Percentages of the attributes. */
export interface Weights {
  /** Of 敏捷. */
  agility: number;
  /** Of 力量. */
  strength: number;
  /** Of 体魄. */
  vigor: number;
  /** Of 智力. */
  wits: number;
}

/**
 * The score at which a move fits, as the fighter sees it.
 * - `always`: At any.
 * - `ahead`: It has won more rounds than its opponent.
 * - `behind`: It has won fewer.
 */
export type When = "always" | "ahead" | "behind";

/**
 * Why a letter comes back.
 * - `no_such_player`: There is no such player in that world, or no such world.
 * - `box_full`: The player's mailbox is full.
 */
export type WhyReturned = "no_such_player" | "box_full";

/** When something is open or in force, in the world's zone. */
export type Window = {
  /** On these weekdays from one time of day to another. */
  Weekly: {
    /** Local time, such as "10:00". */
    from: string;
    /** Tells it apart from the other windows beside it, also when its times change; absent = its place among them. */
    name?: string;
    /**
     * Local time, not included; "24:00" is the end of the day. Before `from`, it is a time of the next day: from
     * "22:00" to "02:00" is open over midnight.
     */
    to: string;
    /** The weekday to which `to` belongs, for a window of several days; absent = the day on which it opens, or the next. */
    to_day?: Weekday;
    /** On which days it opens. */
    weekdays: Weekday[];
  };
} | {
  /** From one date to another, once. */
  Dates: {
    /** Local date, such as "2026-12-24". */
    from: string;
    /** As of a weekly window. A named one is one occurrence, also when its dates change. */
    name?: string;
    /** Local date, exclusive. */
    to: string;
  };
} | {
  /** From one date to another, every year. */
  Yearly: {
    /** Month and day, such as "12-24". */
    from: string;
    /** As of a weekly window. */
    name?: string;
    /** Month and day, exclusive. Before `from`, it is a day of the next year. */
    to: string;
  };
};

/** Lines about personal tasks made on demand. */
export interface WishLines {
  /** No more today. */
  day_full: Template;
  /** The player already has the same task. */
  known: Template;
  /** The player's list is full. */
  list_full: Template;
  /** A task was made. */
  made: Template;
  /** No template matches. */
  not_understood: Template;
}

/** What an order is for: a purchase, or an operator's change of points. */
export type WishShown = {
  /** What is bought. */
  goods: Goods;
  kind: "buy";
  /** In points. */
  price: number;
} | {
  kind: "manual";
  /** How many points. */
  money: number;
  /** 1 add, 2 deduct, 3 set. */
  type: number;
};

/** The reply of `wname_assign`. */
export interface WnameAssignReply {
  /** The one it had. Its points stay there. */
  former: string;
  /** The player's name. */
  name: string;
  /** The purse it has now. */
  wname: string;
}

/** `wname_assign {token, name, wname?}`: without `wname`, the one that a new account would get. */
export interface WnameAssignRequest {
  /** The player's name. */
  name: string;
  /** The name of the purse; missing = the one that a new account would get. */
  wname?: string;
}

/** The reply of `world_hello`. */
export interface WorldHelloReply {
  /** How many messages follow. */
  following: number;
}

/**
 * `world_hello {world, epoch, number}`, a function of the realm: which message a world took last. The realm sends those that
 * follow.
 */
export interface WorldHelloRequest {
  /** The realm's epoch in which the last message was written. */
  epoch: Epoch;
  /** The number of the last message; 0 = none. */
  number: number;
  /** The world's number. */
  world: number;
}

/** The reply of `world_node`. */
export interface WorldNodeReply {
  /** The URL for clients; null = wherever the client is connected is as good. */
  node: string | null;
}

/**
 * `world_node {}`: where the node that has this world is reached. Any node takes any request; a client that connects there
 * saves a hop.
 */
export type WorldNodeRequest = Record<string, never>;

/** The reply: a page of the best of all worlds, and the player's own rank among them. */
export interface WorldRankingReply {
  /** The caller's own best damage this season. */
  damage: number;
  /** Which page this is, from 1. */
  page: number;
  /** The rows of the page. */
  rank: WorldRankingRow[];
  /** The caller's own rank among the best of all worlds, from 1; -1 for who is not among them. */
  ranking: number;
}

/** `world_ranking {token, page}`. */
export interface WorldRankingRequest {
  /** Which page, from 1; one has ten rows. */
  page?: number;
}

/** One player's row. */
export interface WorldRankingRow {
  /** The rank, from 1. */
  NO: number;
  /** The best damage of the season. */
  damage: number;
  /** The family's name; empty for a player in none. */
  fid: string;
  /** The player's level. */
  level: number;
  /** The player's name. */
  name: string;
  /** The player's world. */
  world: number;
}

/** A file of a rule set. */
export interface WrittenFile {
  /** The text, or the image in Base64. */
  content: string;
  /** Whether it is an image. */
  is_picture: boolean;
  /** Its path below the assets. */
  name: string;
}
