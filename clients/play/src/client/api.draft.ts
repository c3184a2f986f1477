// Draft, until @raidkeep/client has these.

/**
 * A quantity of an item, `group:id:quantity`. In changes it may be negative.
 */
export type AmountReply = string;
/**
 * The reply of a purchase.
 */
export type BoughtReply = ItemBoughtReply | [PointsShortReply];
/**
 * The modes whose tickets can be bought.
 */
export type PurchaseModeRequest = "coin" | "exp";
/**
 * How a ticket is paid for.
 */
export type PayWithRequest = "diamond" | "points";
/**
 * The reply of a purchase.
 */
export type Bought2Reply = TicketBoughtReply | [PointsShortReply];
/**
 * An integer; it may come as text, or as a number such as 8.0.
 */
export type GivenIntegerRequest = number | string;
/**
 * The reply of `enter_stage`.
 */
export type LegacyEnteredReply = LegacyStageEnteredReply | BossRoomEnteredReply;
/**
 * `time` is `H:MM:SS` in some replies and whole seconds in others (docs/contract/hang-up.md#functions).
 */
export type HangUpTimeReply = HoursMinutesSecondsReply | number;
/**
 * A duration, `H:MM:SS`.
 */
export type HoursMinutesSecondsReply = string;
/**
 * An item, `group:id`.
 */
export type ItemIdReply = string;
/**
 * The reply of `pass_stage`.
 */
export type LegacyPassedReply = StagePassedReply | BossRoomLeftReply;
/**
 * The names of the states, as operators and players see them.
 */
export type StateNameReply = "written" | "sent" | "in_doubt" | "paid" | "granted" | "watched" | "refused" | "operator";
/**
 * A token in clear text, on its way to its client.
 */
export type TokenReply = string;
/**
 * The reply of `login_unique`.
 */
export type GuestAdmittedReply =
  | {
      /**
       * A token in clear text, on its way to its client.
       */
      token: string;
    }
  | {
      /**
       * Milliseconds until the next one may be.
       */
      retry_after_ms: number;
    };
/**
 * An item, `group:id`; an ordinary one also by its number.
 */
export type NamedItemRequest = string | number;

export interface DraftRoot {
  f: PlayerFunctions;
  e: Events;
}
export interface PlayerFunctions {
  accept_c: {
    request: AcceptCRequest;
    reply: EnteredReply;
  };
  accept_challenge: {
    request: AcceptChallengeRequest;
    reply: AnswerSentReply;
  };
  bag: {
    request: BagRequest;
    reply: BagShownReply;
  };
  battle: {
    request: BattleTurnRequest;
    reply: ToldReply;
  };
  buy_item: {
    request: BuyItemRequest;
    reply: BoughtReply;
  };
  buy_ticket: {
    request: BuyTicketRequest;
    reply: Bought2Reply;
  };
  card_types: {
    request: ShowCardTypesRequest;
    reply: PlatformDataReply;
  };
  challenge: {
    request: MakeChallengeRequest;
    reply: ChallengedReply;
  };
  challenge_info: {
    request: ChallengeInfoRequest;
    reply: ChallengeShownReply;
  };
  charge: {
    request: ChargeRequest;
    reply: PlatformDataReply;
  };
  check_boss_status: {
    request: CheckBossStatusRequest;
    reply: BossStatusReply;
  };
  check_card: {
    request: CheckCardRequest;
    reply: PlatformDataReply;
  };
  check_money: {
    request: CheckMoneyRequest;
    reply: PlatformDataReply;
  };
  check_record: {
    request: CheckRecordRequest;
    reply: PlatformDataReply;
  };
  claim_mail: {
    request: ClaimMailRequest;
    reply: MailClaimedReply;
  };
  damage_ranking: {
    request: ShowRankingRequest;
    reply: RankingPageReply;
  };
  delete_mail: {
    request: DeleteMailRequest;
    reply: null;
  };
  delete_read_mail: {
    request: DeleteReadMailRequest;
    reply: null;
  };
  enter_stage: {
    request: EnterStageRequest;
    reply: LegacyEnteredReply;
  };
  enter_stage_boss: {
    request: EnterRequest;
    reply: StageEnteredReply;
  };
  enter_stage_coin: {
    request: EnterRequest;
    reply: StageEnteredReply;
  };
  enter_stage_endless: {
    request: EnterRequest;
    reply: StageEnteredReply;
  };
  enter_stage_exp: {
    request: EnterRequest;
    reply: StageEnteredReply;
  };
  enter_stage_general: {
    request: EnterRequest;
    reply: StageEnteredReply;
  };
  enter_world_boss_stage: {
    request: EnterStageRequest;
    reply: LegacyEnteredReply;
  };
  family_members: {
    request: FamilyMembersRequest;
    reply: FamilyShownReply;
  };
  feedback: {
    request: FeedbackRequest;
    reply: StoryToldReply;
  };
  found_family: {
    request: FoundFamilyRequest;
    reply: FamilyShownReply;
  };
  get_all_mail: {
    request: GetAllMailRequest;
    reply: MailListReply;
  };
  get_config_boss: {
    request: GetConfigBossRequest;
    reply: ConfigShownReply;
  };
  get_hang_up_info: {
    request: GetHangUpInfoRequest;
    reply: HangUpShownReply;
  };
  get_hang_up_reward: {
    request: GetHangUpRewardRequest;
    reply: HangUpRewardedReply;
  };
  get_list: {
    request: GetListRequest;
    reply: OnlineListReply;
  };
  get_new_mail: {
    request: GetNewMailRequest;
    reply: MailListReply;
  };
  get_player_info: {
    request: GetPlayerInfoRequest;
    reply: PlayerOverviewReply;
  };
  get_shop: {
    request: GetShopRequest;
    reply: OffersShownReply;
  };
  get_top_damage: {
    request: ShowRankingRequest;
    reply: RankingPageReply;
  };
  join_family: {
    request: JoinFamilyRequest;
    reply: FamilyShownReply;
  };
  leave_family: {
    request: LeaveFamilyRequest;
    reply: null;
  };
  leave_world_boss_stage: {
    request: PassStageRequest;
    reply: LegacyPassedReply;
  };
  legal: {
    request: LegalRequest;
    reply: JudgedReply;
  };
  list_orders: {
    request: ListOrdersRequest;
    reply: OrdersListedReply;
  };
  listen: {
    request: ListenRequest;
    reply: ListeningReply;
  };
  login: {
    request: LogInRequest;
    reply: SignedInReply;
  };
  login_unique: {
    request: LoginUniqueRequest;
    reply: GuestAdmittedReply;
  };
  main: {
    request: MainRequest;
    reply: MainToldReply;
  };
  mark_read_mail: {
    request: MarkReadMailRequest;
    reply: null;
  };
  merge: {
    request: MergeRequest;
    reply: CraftToldReply;
  };
  mopping_up_stage: {
    request: MoppingUpStageRequest;
    reply: SweptReply;
  };
  others: {
    request: OthersRequest;
    reply: OthersToldReply;
  };
  pass_stage: {
    request: PassStageRequest;
    reply: LegacyPassedReply;
  };
  ping: {
    request: PingRequest;
    reply: null;
  };
  query_match_base: {
    request: QueryMatchBaseRequest;
    reply: MatchAnswerReply;
  };
  refrash: {
    request: RefrashRequest;
    reply: RefreshedReply;
  };
  refresh: {
    request: RefreshRequest;
    reply: RefreshedReply;
  };
  reject_challenge: {
    request: RejectChallengeRequest;
    reply: AnswerSentReply;
  };
  select: {
    request: SelectRequest;
    reply: TaskBegunReply;
  };
  select_personal: {
    request: SelectPersonalRequest;
    reply: TaskBegunReply;
  };
  send_mail: {
    request: SendMailRequest;
    reply: null;
  };
  server_time: {
    request: ServerTimeRequest;
    reply: TimeToldReply;
  };
  signup: {
    request: SignupRequest;
    reply: StatusCodeReply;
  };
  skill: {
    request: SkillRequest;
    reply: SkillsShownReply;
  };
  stage_damage_ranking: {
    request: ShowRankingRequest;
    reply: RankingPageReply;
  };
  stage_refresh_boss: {
    request: StageRefreshBossRequest;
    reply: BossesShownReply;
  };
  start_hang_up: {
    request: StartHangUpRequest;
    reply: HangUpStartedReply;
  };
  status: {
    request: StatusRequest;
    reply: StatusShownReply;
  };
  sud_bind: {
    request: SudBindRequest;
    reply: null;
  };
  task_info: {
    request: TaskInfoRequest;
    reply: TaskListReply;
  };
  task_info_personal: {
    request: TaskInfoPersonalRequest;
    reply: TaskListReply;
  };
  task_request: {
    request: TaskRequestRequest;
    reply: WishToldReply;
  };
  time: {
    request: TimeRequest;
    reply: TimeShownReply;
  };
  use_item: {
    request: UseItemRequest;
    reply: ItemUsedReply;
  };
  victory_stage_boss: {
    request: VictoryRequest;
    reply: StageWonReply;
  };
  victory_stage_coin: {
    request: VictoryRequest;
    reply: StageWonReply;
  };
  victory_stage_endless: {
    request: VictoryRequest;
    reply: StageWonReply;
  };
  victory_stage_exp: {
    request: VictoryRequest;
    reply: StageWonReply;
  };
  victory_stage_general: {
    request: VictoryRequest;
    reply: StageWonReply;
  };
}
/**
 * `accept_c {id, status}`: accepts or rejects; the reply says whether the battle begins.
 */
export interface AcceptCRequest {
  id: string;
  status: boolean;
}
/**
 * The reply of `accept_c`.
 */
export interface EnteredReply {
  status: boolean;
}
/**
 * `accept_challenge {role, id}`.
 */
export interface AcceptChallengeRequest {
  id: string;
  role: string;
}
/**
 * A reply that consists of a code only.
 */
export interface AnswerSentReply {
  status_code: number;
}
/**
 * `bag {role}`.
 */
export interface BagRequest {
  role: string;
}
/**
 * The reply of `bag`.
 */
export interface BagShownReply {
  equipments: DescribedReply;
}
/**
 * Name to description.
 */
export type DescribedReply = Record<string, string>;
/**
 * `battle {role, id, text | action, items, skills, wait?}`: acts in the round. The reply comes with the verdict.
 */
export interface BattleTurnRequest {
  /**
   * An alias of `text` that some clients use.
   */
  action?: string | null;
  id: string;
  items?: string[] | null;
  role: string;
  skills?: string[] | null;
  text?: string | null;
  /**
   * An addition to the contract: with `false` the reply comes at once, and the verdict only as an event, for a client
   * that has other requests to send on its connection meanwhile.
   */
  wait?: boolean;
}
/**
 * The reply of `battle` (docs/contract/role-play.md#battles), and whether the battle is
 * over.
 */
export interface ToldReply {
  /**
   * What the opponent did.
   */
  action: string;
  /**
   * The experience won, at the end.
   */
  exp?: number | null;
  /**
   * The verdict as text.
   */
  result: string;
  /**
   * The items won, at the end.
   */
  reward?: AmountReply[] | null;
  /**
   * The opponent.
   */
  role: string;
  /**
   * The outcome of the stake, at the end of a battle that had one.
   */
  stake?: StakeToldReply | null;
  /**
   * Whether the battle is over.
   */
  status: boolean;
}
/**
 * What a player has put in and got out of the pot.
 */
export interface StakeToldReply {
  /**
   * A quantity of an item, `group:id:quantity`. In changes it may be negative.
   */
  commission: string;
  /**
   * A quantity of an item, `group:id:quantity`. In changes it may be negative.
   */
  paid: string;
  /**
   * A quantity of an item, `group:id:quantity`. In changes it may be negative.
   */
  returned: string;
}
/**
 * `buy_item {token, offer}`.
 */
export interface BuyItemRequest {
  offer: string;
}
/**
 * What was bought, or is being paid.
 */
export interface ItemBoughtReply {
  order: string;
  /**
   * Points left after the payment.
   */
  points?: number | null;
  remain: AmountReply[];
  reward: AmountReply[];
  /**
   * "granted", or "pending" when an event will report the result.
   */
  state: string;
}
/**
 * What is missing of a price, as the platform shows it.
 */
export interface PointsShortReply {
  /**
   * The points there are.
   */
  money: string;
  /**
   * The points that are missing.
   */
  need: string;
}
/**
 * `buy_ticket {token, mode, pay_with}`.
 */
export interface BuyTicketRequest {
  mode: PurchaseModeRequest;
  pay_with: PayWithRequest;
}
/**
 * What was bought, or is being paid.
 */
export interface TicketBoughtReply {
  at: NextResetReply;
  cd: number;
  limits: LimitsReply;
  order?: string;
  /**
   * Points left after the payment.
   */
  points?: number | null;
  remain: AmountReply[];
  reward: AmountReply[];
  /**
   * "granted", or "pending" when an event will report the result.
   */
  state?: string;
}
/**
 * When tickets are full again, unix seconds.
 */
export interface NextResetReply {
  next_reset_at: number;
}
/**
 * Tickets left by the key of their kind.
 */
export type LimitsReply = Record<string, number>;
/**
 * `card_types {token}`: the cards that the platform accepts.
 */
export type ShowCardTypesRequest = Record<string, unknown>;
/**
 * The data of a reply, as the platform wrote it: players see its fields in the platform's order. `""` where the platform
 * has none.
 */
export type PlatformDataReply = Record<string, unknown>;
/**
 * `challenge {role1, role2, image_data, report_game_info_key?, report_game_info_extras?}`.
 */
export interface MakeChallengeRequest {
  image_data?: string | null;
  /**
   * Passed through to SUD.
   */
  report_game_info_extras?: string | null;
  /**
   * Passed through to SUD; a round can be queried by it.
   */
  report_game_info_key?: string | null;
  role1: string;
  /**
   * A player, or a fighter of the game master.
   */
  role2: string;
}
/**
 * The reply of `challenge`. It does not wait for the answer of a player: `status` is false and there is no image until
 * the request is repeated after the answer. A fighter of the game master accepts at once.
 */
export interface ChallengedReply {
  id: string;
  image_data: string | null;
  status: boolean;
  status_code: number;
}
/**
 * `challenge_info {id, status?, image_data?}`: a client's answer to the event of that name. Without `status` it shows
 * the challenge and leaves it open. To the challenger it shows the answer.
 */
export interface ChallengeInfoRequest {
  id: string;
  image_data?: string | null;
  status?: boolean | null;
}
/**
 * The reply of `challenge_info`: name and portrait of the other player, and whether the battle begins or has begun.
 */
export interface ChallengeShownReply {
  id: string;
  image_data: string | null;
  role: string;
  status: boolean;
}
/**
 * `charge {token, ctype, cnum, cpwd}`: points for a prepaid card.
 */
export interface ChargeRequest {
  cnum: string;
  cpwd: string;
  ctype: GivenIntegerRequest;
}
/**
 * `check_boss_status {token}`: the same in the legacy format.
 */
export type CheckBossStatusRequest = Record<string, unknown>;
/**
 * The reply of `check_boss_status`.
 */
export interface BossStatusReply {
  at: BossMomentsReply;
  boss_life_ratio: RatiosReply;
  damage: number;
  world_boss: ChallengesReply;
}
export interface BossMomentsReply {
  /**
   * When all bosses return; absent if they do not.
   */
  next_month_at?: number | null;
  next_reset_at: number;
}
/**
 * The life of each boss, from "0.00" to "1.00".
 */
export type RatiosReply = Record<string, string>;
export interface ChallengesReply {
  month_time: number;
  remaining: number;
  time: number;
}
/**
 * `check_card {token}`: the last five cards.
 */
export type CheckCardRequest = Record<string, unknown>;
/**
 * `check_money {token}`: the points of the player.
 */
export type CheckMoneyRequest = Record<string, unknown>;
/**
 * `check_record {token}`: the last five movements.
 */
export type CheckRecordRequest = Record<string, unknown>;
/**
 * `claim_mail {token, key}`.
 */
export interface ClaimMailRequest {
  key: string;
}
/**
 * The reply of `claim_mail`.
 */
export interface MailClaimedReply {
  remain: AmountReply[];
  reward: AmountReply[];
}
/**
 * `stage_damage_ranking {token, page}`.
 */
export interface ShowRankingRequest {
  page?: GivenIntegerRequest;
}
/**
 * The reply: a page of the ranking, and the player's own rank.
 */
export interface RankingPageReply {
  damage: number;
  page: number;
  rank: RankingRowReply[];
  ranking: number;
}
export interface RankingRowReply {
  NO: number;
  damage: number;
  /**
   * The family's name; empty for a player in none.
   */
  fid: string;
  level: number;
  name: string;
}
/**
 * `delete_mail {token, key}`.
 */
export interface DeleteMailRequest {
  key: string;
}
/**
 * `delete_read_mail {token}`.
 */
export type DeleteReadMailRequest = Record<string, unknown>;
/**
 * `enter_stage {token, stage}`.
 */
export interface EnterStageRequest {
  stage: GivenIntegerRequest;
}
/**
 * Outside the boss room.
 */
export interface LegacyStageEnteredReply {
  at: EnergyMomentsReply;
  enemy_layout: WaveReply[];
  energy: LegacyEnergyReply;
  enter_stages: CostReply[];
  exp_info: LegacyExpReply;
  monster: MonsterReply[];
  world_boss: EmptyReply;
}
/**
 * Absolute times next to the energy, unix seconds.
 */
export interface EnergyMomentsReply {
  /**
   * When the energy is full; absent when it is.
   */
  full_at?: number | null;
}
/**
 * One wave.
 */
export interface WaveReply {
  /**
   * Seconds between two enemies of the wave.
   */
  cool_down: number;
  /**
   * The enemies.
   */
  enemies: EnemyReply[];
  /**
   * Seconds after the entry.
   */
  time: number;
}
/**
 * Some monsters of one kind.
 */
export interface EnemyReply {
  /**
   * How many.
   */
  count: number;
  /**
   * From `monsters.ron`.
   */
  monster: string;
  /**
   * Where they appear, on a field of 0 to 100 by 0 to 100.
   *
   * @minItems 2
   * @maxItems 2
   */
  spawn: [unknown, unknown];
}
export interface LegacyEnergyReply {
  remaining: number;
  reward: number;
  time: number;
}
/**
 * An item of `enter_stages`, with `iid` as a number.
 */
export interface CostReply {
  iid: number;
  remaining: number;
  reward: number;
}
export interface LegacyExpReply {
  exp: number;
  level: number;
  need: number;
}
/**
 * One monster's attributes.
 */
export interface MonsterReply {
  /**
   * Damage of a hit.
   */
  attack: number;
  /**
   * How much damage is taken off a hit.
   */
  defense: number;
  /**
   * Its name in layouts.
   */
  id: string;
  /**
   * Life points.
   */
  life: number;
  /**
   * For people.
   */
  name: string;
  /**
   * Fields a second.
   */
  speed: number;
}
export type EmptyReply = Record<string, unknown>;
/**
 * In the boss room.
 */
export interface BossRoomEnteredReply {
  at: EnergyMomentsReply;
  cd_time: number;
  consume: number;
  cooling_time: number;
  energy: number;
  times: number;
  world_boss: ChallengesLeftReply;
}
/**
 * The challenges left as the legacy `enter_stage` shows them.
 */
export interface ChallengesLeftReply {
  remaining: number;
  /**
   * The time until new ones.
   */
  time: string;
}
/**
 * `enter_stage_* {token, stage}`.
 */
export interface EnterRequest {
  stage: GivenIntegerRequest;
}
/**
 * The reply of `enter_stage_*`.
 */
export interface StageEnteredReply {
  BOSS?: TicketsLeftReply | null;
  COIN?: TicketsLeftReply | null;
  EXP?: TicketsLeftReply | null;
  at: EntryMomentsReply;
  energy: EnergyChangeReply;
}
/**
 * The tickets of a mode after an entry.
 */
export interface TicketsLeftReply {
  cd: number;
  limits: LimitsReply;
}
/**
 * Absolute times next to the energy, unix seconds.
 */
export interface EntryMomentsReply {
  /**
   * When the energy is full; absent when it is.
   */
  full_at?: number | null;
  next_reset_at?: number | null;
}
/**
 * Energy in the reply of a new function.
 */
export interface EnergyChangeReply {
  /**
   * Seconds to the next point, -1 when none is regenerating.
   */
  cooling: number;
  /**
   * Points left.
   */
  remain: number;
  /**
   * The change, negative when points were spent.
   */
  reward: number;
}
/**
 * `family_members {name?}`: a family, by default the caller's own.
 */
export interface FamilyMembersRequest {
  name?: string | null;
}
/**
 * A family as players see it.
 */
export interface FamilyShownReply {
  family: string;
  leader: string;
  /**
   * The most members it may have.
   */
  max: number;
  /**
   * Usernames in the order in which they joined, the leader first.
   */
  members: string[];
}
/**
 * `feedback {text, role, items, skills, roles}`: plays the task under way.
 */
export interface FeedbackRequest {
  items?: string[];
  role: string;
  /**
   * The roles met so far, as the client remembers them.
   */
  roles?: string[];
  skills?: string[];
  text: string;
}
/**
 * The reply of `feedback`.
 */
export interface StoryToldReply {
  /**
   * Its portrait if so, base64.
   */
  image_data: string | null;
  /**
   * Whether the speaker is new to the client.
   */
  npc_status: boolean;
  /**
   * At the end.
   */
  reward?: RewardShownReply | null;
  /**
   * Who speaks.
   */
  role: string;
  /**
   * Whether the task has ended.
   */
  status: boolean;
  text: string;
}
/**
 * Quantities by the names in `tasks.ron`.
 */
export type RewardShownReply = Record<string, number>;
/**
 * `found_family {name}`.
 */
export interface FoundFamilyRequest {
  name: string;
}
/**
 * `get_all_mail {token}`.
 */
export type GetAllMailRequest = Record<string, unknown>;
/**
 * The reply of `get_new_mail` and `get_all_mail`.
 */
export interface MailListReply {
  count: MailCountReply;
  /**
   * The newest first.
   */
  mail: MailShownReply[];
}
/**
 * How many mails there are, even if only unread ones are listed, and how many there may be.
 */
export interface MailCountReply {
  cur: number;
  max: number;
}
/**
 * One mail in a reply.
 */
export interface MailShownReply {
  body: string;
  claimed?: number | null;
  from: string;
  items?: AmountReply[] | null;
  key: string;
  read: number;
  subj: string;
  /**
   * Local time.
   */
  time: string;
  type: string;
}
/**
 * `get_config_boss {token}`.
 */
export type GetConfigBossRequest = Record<string, unknown>;
/**
 * The reply of `get_config_boss`.
 */
export interface ConfigShownReply {
  config: BossConfigReply;
}
export interface BossConfigReply {
  max_enter_time: number;
  max_upload_damage: number;
  [k: string]: LifeValueReply | number;
}
/**
 * This interface was referenced by `BossConfigReply`'s JSON-Schema definition
 * via the `patternProperty` "^boss[0-9]+$".
 */
export interface LifeValueReply {
  life_value: number;
}
/**
 * `get_hang_up_info {token}`.
 */
export type GetHangUpInfoRequest = Record<string, unknown>;
/**
 * The reply of `get_hang_up_info`.
 */
export interface HangUpShownReply {
  get_hang_up_info: LegacyChangeReply[];
  hang_up_info: HangUpInfoReply;
}
/**
 * An item in the format of the legacy functions: `{"iid":"2","remaining":4290,"reward":1460}`.
 */
export interface LegacyChangeReply {
  /**
   * The item's number as text.
   */
  iid: string;
  /**
   * What is left.
   */
  remaining: number;
  /**
   * The change.
   */
  reward: number;
}
/**
 * Which stage hangs, and how long it (or the one before) has been hanging.
 */
export interface HangUpInfoReply {
  hang_stage: number;
  time: HangUpTimeReply;
}
/**
 * `get_hang_up_reward {token}`.
 */
export type GetHangUpRewardRequest = Record<string, unknown>;
/**
 * The reply of `get_hang_up_reward`.
 */
export interface HangUpRewardedReply {
  get_hang_up_rewards: LegacyChangeReply[];
  hang_up_info: HangUpInfoReply;
}
/**
 * `get_list {role}`.
 */
export interface GetListRequest {
  role: string;
}
/**
 * The reply of `get_list`: the usernames of all players online, including the caller.
 */
export interface OnlineListReply {
  roles: string[];
}
/**
 * `get_new_mail {token}`: the unread mails.
 */
export type GetNewMailRequest = Record<string, unknown>;
/**
 * `get_player_info {token}`.
 */
export type GetPlayerInfoRequest = Record<string, unknown>;
/**
 * The reply to `get_player_info`.
 */
export interface PlayerOverviewReply {
  at: MomentsReply;
  energy: EnergyNowReply;
  exp: number;
  /**
   * The items that last for a limited time.
   */
  expiring: ExpiringItemReply[];
  hang_up: HangUpNowReply;
  items: AmountReply[];
  level: number;
  limits: LimitsReply;
  name: string;
  need: number;
  session: OpenSessionReply | null;
  stages: HighestStagesReply;
}
export interface MomentsReply {
  full_at?: number | null;
  next_month_at: number;
  next_reset_at: number;
}
export interface EnergyNowReply {
  cooling: number;
  remain: number;
}
/**
 * A limited item, as its owner sees it.
 */
export interface ExpiringItemReply {
  /**
   * Seconds until they do.
   */
  cd: number;
  /**
   * The same as a moment, unix seconds.
   */
  expires_at: number;
  item: ItemIdReply;
  /**
   * When the last of this item ends, unix seconds.
   */
  last_expires_at: number;
  /**
   * How many end next.
   */
  quantity: number;
}
/**
 * `hang_stage` is 0 when nothing is hanging.
 */
export interface HangUpNowReply {
  hang_stage: number;
  time: HoursMinutesSecondsReply;
}
/**
 * The stage a player is in, as replies show it.
 */
export interface OpenSessionReply {
  /**
   * Unix seconds.
   */
  entered_at: number;
  /**
   * Its mode.
   */
  mode: "general" | "endless" | "activity" | "boss" | "coin" | "exp";
  /**
   * Its number.
   */
  stage: number;
}
/**
 * The highest stage passed in each mode that keeps progress.
 */
export interface HighestStagesReply {
  boss: number;
  coin: number;
  endless: number;
  exp: number;
  general: number;
}
/**
 * `get_shop {token}`: what is sold for points.
 */
export type GetShopRequest = Record<string, unknown>;
/**
 * The reply of `get_shop`.
 */
export interface OffersShownReply {
  offers: OfferReply[];
}
/**
 * One thing that is sold.
 */
export interface OfferReply {
  /**
   * How `buy_item` names it.
   */
  id: string;
  /**
   * What is granted.
   */
  items: AmountReply[];
  /**
   * For people; players also read it among their records on the payment platform.
   */
  name: string;
  /**
   * Points.
   */
  price: number;
}
/**
 * `join_family {name}`.
 */
export interface JoinFamilyRequest {
  name: string;
}
/**
 * `leave_family {}`.
 */
export type LeaveFamilyRequest = Record<string, unknown>;
/**
 * `pass_stage {token, stage}`, and `damage` in the boss room.
 */
export interface PassStageRequest {
  damage?: GivenIntegerRequest;
  /**
   * An integer; it may come as text, or as a number such as 8.0.
   */
  damange?: number | string;
  stage: GivenIntegerRequest;
}
/**
 * Outside the boss room.
 */
export interface StagePassedReply {
  energy: LegacyEnergyReply;
  p_exp: PassedExpReply;
  p_stage: PassedStageReply;
  pass_stages: LegacyChangeReply[];
}
export interface PassedExpReply {
  remaining: number;
  reward: number;
}
export interface PassedStageReply {
  finally: number;
  vary: number;
}
/**
 * In the boss room.
 */
export interface BossRoomLeftReply {
  boss_life_ratio: RatiosReply;
  energy?: LegacyEnergyReply;
  highest_damage: number;
  new_record: number;
  p_exp?: PassedExpReply;
  p_stage?: PassedStageReply;
  pass_stages?: LegacyChangeReply[];
}
/**
 * `legal {mode, content}`: whether a name (mode 0) or the description of a role (mode 1) may be used.
 */
export interface LegalRequest {
  content: string;
  mode: GivenIntegerRequest;
}
/**
 * The reply of `legal`.
 */
export interface JudgedReply {
  status: boolean;
}
/**
 * `list_orders {token}`.
 */
export type ListOrdersRequest = Record<string, unknown>;
/**
 * The reply of `list_orders`.
 */
export interface OrdersListedReply {
  orders: OwnOrderReply[];
}
export interface OwnOrderReply {
  created_at: number;
  offer: string;
  order: string;
  price: number;
  state: StateNameReply;
}
/**
 * `listen {events}`: subscribes the player to these events, replacing an earlier subscription.
 */
export interface ListenRequest {
  /**
   * Names of events; none = unsubscribe from all.
   */
  events: string[];
}
/**
 * The reply of `listen`: the events the player is now subscribed to.
 */
export interface ListeningReply {
  events: string[];
}
/**
 * `login {email, password, ip}`.
 */
export interface LogInRequest {
  email: string;
  /**
   * Where the client says it listens. Only the port is used.
   */
  ip?: string | null;
  password: string;
}
/**
 * The reply of `login`; with another code than 200 the name is empty and there is no token.
 */
export interface SignedInReply {
  /**
   * With 429: milliseconds until the next attempt may be made.
   */
  retry_after_ms?: number | null;
  status_code: number;
  token?: TokenReply | null;
  username: string;
}
/**
 * `login_unique {unique_id}`: logs in as a guest, creating the account on first use.
 */
export interface LoginUniqueRequest {
  unique_id: string;
}
/**
 * `main {text, role}`: says something to the game master. Naming a task that may be taken accepts it.
 */
export interface MainRequest {
  /**
   * The caller's own username. Absent, or the game master's role, also means the caller.
   */
  role?: string | null;
  text: string;
}
/**
 * The reply of `main`.
 */
export interface MainToldReply {
  role: string;
  /**
   * Whether a task was accepted by this message.
   */
  status: boolean;
  /**
   * Its background if so, base64.
   */
  subimg: string | null;
  text: string;
}
/**
 * `mark_read_mail {token, key}`.
 */
export interface MarkReadMailRequest {
  key: string;
}
/**
 * `merge {role, mode, num, des, name?}`: crafts something from `num` units of material.
 */
export interface MergeRequest {
  des: string;
  mode: GivenIntegerRequest;
  /**
   * An addition to the contract; by default the name is the start of the description.
   */
  name?: string | null;
  num: GivenIntegerRequest;
  role: string;
}
/**
 * A reply that is a text for the player.
 */
export interface CraftToldReply {
  text: string;
}
/**
 * `mopping_up_stage {token, stage, count}`.
 */
export interface MoppingUpStageRequest {
  /**
   * An integer; it may come as text, or as a number such as 8.0.
   */
  count?: number | string;
  stage: GivenIntegerRequest;
}
/**
 * The reply of `mopping_up_stage`.
 */
export interface SweptReply {
  at: EnergyMomentsReply;
  energy: EnergyChangeReply;
  exp_info: ExpInfoReply;
  remain: AmountReply[];
  reward: AmountReply[];
}
/**
 * Experience after a change.
 */
export interface ExpInfoReply {
  exp: number;
  level: number;
  need: number;
  reward: number;
}
/**
 * `others {info, role, text}`: a special event and what the player says to it. It begins, or the one under way
 * continues.
 */
export interface OthersRequest {
  info: string;
  role: string;
  text: string;
}
/**
 * The reply of `others`.
 */
export interface OthersToldReply {
  /**
   * The name of the event; empty for one that the game master does not know.
   */
  other: string;
  role: string;
  text: string;
}
/**
 * `ping {}`.
 */
export type PingRequest = Record<string, unknown>;
/**
 * `query_match_base {authorization, body}`: the query as it came over HTTP, header and exact text of the body.
 */
export interface QueryMatchBaseRequest {
  authorization: string;
  body: string;
}
/**
 * The answer to a query (docs/contract/match-query.md#the-answer).
 */
export interface MatchAnswerReply {
  /**
   * The round.
   */
  data?: MatchInfoReply | null;
  /**
   * 0 is success; see [`query_code`].
   */
  ret_code: number;
  /**
   * What went wrong.
   */
  ret_msg: string;
}
/**
 * A round, `AppServerQueryMatchBaseResp` (docs/contract/match-query.md#the-answer). Numbers that are strings in the
 * contract are strings here.
 */
export interface MatchInfoReply {
  /**
   * How long it took, in seconds.
   */
  battle_duration?: string | null;
  /**
   * When it ended; absent while it runs.
   */
  battle_end_at?: string | null;
  /**
   * When it began.
   */
  battle_start_at: string;
  /**
   * The mode of the game.
   */
  game_mode: number;
  /**
   * The round; `game_round_id` of its reports.
   */
  match_id: string;
  /**
   * The game.
   */
  mg_id: string;
  /**
   * The extras its start was reported with.
   */
  report_game_info_extras?: string | null;
  /**
   * The key its start was reported with.
   */
  report_game_info_key?: string | null;
  /**
   * The result of each player.
   */
  results?: PlayerSettleReply[] | null;
  /**
   * The room.
   */
  room_id: string;
  /**
   * Whether it is still running.
   */
  status: "PLAYING" | "CLOSED";
}
/**
 * `PlayerSettleModel`, in the order of the contract's sample (docs/contract/match-query.md#the-answer).
 */
export interface PlayerSettleReply {
  /**
   * The commission.
   */
  commission_score?: number | null;
  /**
   * 1 for a robot, else 0.
   */
  is_ai: number;
  /**
   * The points the player has left.
   */
  remain_score: number;
  /**
   * The score of this round.
   */
  score: number;
  /**
   * The platform's id of the player, "" for a robot.
   */
  uid: string;
}
/**
 * `refrash {role}`, as the contract spells it (docs/contract/role-play.md#routes).
 */
export interface RefrashRequest {
  role: string;
}
/**
 * The reply of `refrash`: the challenges to the player, and the one of its own that was accepted, until it acts in the
 * battle. Asking also counts as presence.
 */
export interface RefreshedReply {
  accept_id: string[];
  accpec_id: string[];
  id_list: string[];
  role_list: string[];
}
/**
 * `refresh {role}`, as clients spell it.
 */
export interface RefreshRequest {
  role: string;
}
/**
 * `reject_challenge {role, id}`.
 */
export interface RejectChallengeRequest {
  id: string;
  role: string;
}
/**
 * `select {role, task_name}`: starts a public task. If it is already under way, its scene is shown again.
 */
export interface SelectRequest {
  role: string;
  task_name: string;
}
/**
 * The reply of `select` and `select_personal`.
 */
export interface TaskBegunReply {
  /**
   * The background, base64.
   */
  image_data: string | null;
  /**
   * What the player reads first.
   */
  text: string;
}
/**
 * `select_personal {role, task_name}`: the same with a personal task.
 */
export interface SelectPersonalRequest {
  role: string;
  task_name: string;
}
/**
 * `send_mail {token, gn_target, subj, body}`.
 */
export interface SendMailRequest {
  body: string;
  gn_target: string;
  subj: string;
}
/**
 * `server_time {}`.
 */
export type ServerTimeRequest = Record<string, unknown>;
/**
 * The game's time.
 */
export interface TimeToldReply {
  at: ResetMomentsReply;
  /**
   * Seconds to the daily reset.
   */
  cd: number;
  /**
   * Seconds to the monthly reset.
   */
  mcd: number;
  /**
   * Unix seconds.
   */
  now: number;
  /**
   * Local date and time, `YYYY-MM-DD HH:MM:SS`.
   */
  time: string;
  /**
   * IANA name of the zone.
   */
  zone: string;
}
/**
 * The same as points in time.
 */
export interface ResetMomentsReply {
  /**
   * The next monthly reset.
   */
  next_month_at: number;
  /**
   * The next daily reset.
   */
  next_reset_at: number;
}
/**
 * `signup {email, username, password, ip}`.
 */
export interface SignupRequest {
  email: string;
  password: string;
  username: string;
}
/**
 * A reply that consists of a code only (docs/contract/identity.md#accounts).
 */
export interface StatusCodeReply {
  status_code: number;
}
/**
 * `skill {role}`.
 */
export interface SkillRequest {
  role: string;
}
/**
 * The reply of `skill`.
 */
export interface SkillsShownReply {
  skills: DescribedReply;
}
/**
 * `stage_refresh_boss {token}`.
 */
export type StageRefreshBossRequest = Record<string, unknown>;
/**
 * The reply of `stage_refresh_boss`.
 */
export interface BossesShownReply {
  at: BossMomentsReply;
  cd: number;
  damage: number;
  limit: number;
  mcd: number;
  ratio: RatiosReply;
}
/**
 * `start_hang_up {token, stage}`.
 */
export interface StartHangUpRequest {
  stage: GivenIntegerRequest;
}
/**
 * The reply of `start_hang_up`.
 */
export interface HangUpStartedReply {
  hang_up_info: HangUpInfoReply;
  start_hang_up_reward: LegacyChangeReply[];
}
/**
 * `status {role}`.
 */
export interface StatusRequest {
  role: string;
}
/**
 * The reply of `status`.
 */
export interface StatusShownReply {
  attribute: SheetReply;
}
/**
 * `level`, `exp`, `need`, `energy`, and the items and attributes of `character.ron` by their names.
 */
export type SheetReply = Record<string, number>;
/**
 * `sud_bind {token, uid, ss_token}`: sets the player's identity in reports from now on.
 */
export interface SudBindRequest {
  ss_token: string;
  uid: string;
}
/**
 * `task_info {role}`: the public tasks that the player may take.
 */
export interface TaskInfoRequest {
  role: string;
}
/**
 * The reply of `task_info` and `task_info_personal`.
 */
export interface TaskListReply {
  task_list: string[];
}
/**
 * `task_info_personal {role}`: the tasks that were made for the player.
 */
export interface TaskInfoPersonalRequest {
  role: string;
}
/**
 * `task_request {text, role}`: asks for a personal task.
 */
export interface TaskRequestRequest {
  role: string;
  text: string;
}
/**
 * The reply of `task_request`.
 */
export interface WishToldReply {
  role: string;
  text: string;
}
/**
 * `time {role}`.
 */
export interface TimeRequest {
  role: string;
}
/**
 * The reply of `time`: the world's time, the same for every role.
 */
export interface TimeShownReply {
  time: string;
}
/**
 * `use_item {token, item, count}`: drinks `count` of a potion.
 */
export interface UseItemRequest {
  /**
   * An integer; it may come as text, or as a number such as 8.0.
   */
  count?: number | string;
  item: NamedItemRequest;
}
/**
 * The reply of `use_item`.
 */
export interface ItemUsedReply {
  at: EnergyMomentsReply;
  energy: EnergyChangeReply;
  remain: AmountReply[];
  reward: AmountReply[];
}
/**
 * `victory_stage_* {token, stage}`, and `damage` in boss mode.
 */
export interface VictoryRequest {
  damage?: GivenIntegerRequest;
  /**
   * An integer; it may come as text, or as a number such as 8.0.
   */
  damange?: number | string;
  stage: GivenIntegerRequest;
}
/**
 * The reply of `victory_stage_*`.
 */
export interface StageWonReply {
  boss: BossBlowReply;
  exp_info: ExpInfoReply;
  remain: AmountReply[];
  reward: AmountReply[];
}
/**
 * The result of a victory in boss mode; `{}` in the other modes.
 */
export interface BossBlowReply {
  damage?: number | null;
  ratio?: RatiosReply | null;
  record?: number | null;
}
export interface Events {
  battle_verdict: BattleVerdictReply;
  boss_died: BossDiedReply;
  challenge_accepted: ChallengeAcceptedReply;
  challenge_ended: ChallengeEndedReply;
  challenge_info: ChallengeToldReply;
  challenge_rejected: ChallengeRejectedReply;
  energy: EnergyReturnedReply;
  energy_full: EnergyFullReply;
  mail_received: MailReceivedReply;
  order_settled: OrderSettledReply;
  rules_changed: RulesChangedReply;
  rules_mended: RulesMendedReply;
  rules_refused: RulesRefusedReply;
  season_reset: SeasonResetReply;
  tickets_reset: TicketsResetReply;
}
/**
 * The event `battle_verdict`: the contents of the reply of `battle`, for a player who did not wait for it.
 */
export interface BattleVerdictReply {
  /**
   * What the opponent did.
   */
  action: string;
  /**
   * The experience won, at the end.
   */
  exp?: number | null;
  /**
   * The battle's number.
   */
  id: string;
  /**
   * The verdict as text.
   */
  result: string;
  /**
   * The items won, at the end.
   */
  reward?: AmountReply[] | null;
  /**
   * The opponent.
   */
  role: string;
  /**
   * How many rounds are finished.
   */
  round: number;
  /**
   * The outcome of the stake, at the end of a battle that had one.
   */
  stake?: StakeToldReply | null;
  /**
   * Whether the battle is over.
   */
  status: boolean;
}
/**
 * The event `boss_died`.
 */
export interface BossDiedReply {
  boss: number;
  name: string;
}
/**
 * The event `challenge_accepted`.
 */
export interface ChallengeAcceptedReply {
  id: string;
  image_data: string | null;
  role: string;
  status: boolean;
}
/**
 * The event `challenge_ended`, for both players: the challenge was not answered in time.
 */
export interface ChallengeEndedReply {
  id: string;
}
/**
 * What the challenged player receives, as the event `challenge_info` and as a push to its address
 * (docs/contract/role-play.md#challenges).
 */
export interface ChallengeToldReply {
  id: string;
  image_data: string | null;
  role: string;
}
/**
 * The event `challenge_rejected`.
 */
export interface ChallengeRejectedReply {
  id: string;
  image_data: string | null;
  role: string;
  status: boolean;
}
/**
 * The event `energy`, for players who subscribed with `listen`: `reward` points have regenerated.
 */
export interface EnergyReturnedReply {
  energy: EnergyChangeReply;
}
/**
 * The event `energy_full`.
 */
export interface EnergyFullReply {
  energy: EnergyChangeReply;
}
/**
 * The event `mail_received`. The mail of a broadcast has no key until its player takes it in.
 */
export interface MailReceivedReply {
  from: string;
  key?: string | null;
  subj: string;
}
/**
 * The event `order_settled`: the order's request was answered before the order ended.
 */
export interface OrderSettledReply {
  message: string;
  offer: string;
  order: string;
  points: number | null;
  remain: AmountReply[];
  reward: AmountReply[];
  state: StateNameReply;
}
/**
 * The event `rules_changed`.
 */
export interface RulesChangedReply {
  fingerprint: string;
  warnings: number;
}
/**
 * The event `rules_mended`.
 */
export interface RulesMendedReply {
  fingerprint: string;
}
/**
 * The event `rules_refused`.
 */
export interface RulesRefusedReply {
  errors: number;
  first: ProblemReply | null;
}
/**
 * One fault and where it is.
 */
export interface ProblemReply {
  /**
   * The column, counted from 1 in characters. A tab is one character.
   */
  column: number;
  /**
   * The file, as a path below the assets with `/` between its parts.
   */
  file: string;
  /**
   * What to try, such as `did you mean "3:9"?`.
   */
  hint: string | null;
  /**
   * The path of the value inside the file, such as `stages[3].rewards[0]`.
   *
   * It is empty when the problem is about the file as a whole.
   */
  key: string;
  /**
   * The line, counted from 1.
   */
  line: number;
  /**
   * What was found and what was expected.
   */
  message: string;
  /**
   * Whether the rules can be used despite it.
   */
  severity: "error" | "warning";
}
/**
 * The event `season_reset`.
 */
export interface SeasonResetReply {
  mcd: number;
  season: number;
}
/**
 * The event `tickets_reset`.
 */
export interface TicketsResetReply {
  at: NextResetReply;
  cd: number;
}
