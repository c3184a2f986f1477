// A draft by hand of what `raidkeep schema typescript` prints, until that is there.

export interface EnergyNow {
  cooling: number;
  remain: number;
}
export interface EnergyChange extends EnergyNow {
  reward: number;
}
export interface EnergyMoments {
  full_at?: number;
}
export interface PlayerOverview {
  name: string;
  exp: number;
  level: number;
  need: number;
  energy: EnergyNow;
  items: string[];
  stages: Record<string, number>;
  at: EnergyMoments & { next_reset_at: number; next_month_at: number };
}
export interface EnterStageRequest {
  stage: number;
}
export interface EnterStageReply {
  energy: EnergyChange;
  at: EnergyMoments;
}
export interface StageVictoryReply {
  remain: string[];
  reward: string[];
  exp_info: { exp: number; level: number; need: number };
}
export interface MoppingUpStageRequest {
  stage: number;
  count?: number;
}
export interface MoppingUpStageReply extends StageVictoryReply {
  energy: EnergyChange;
  at: EnergyMoments;
}
export interface BattleRequest {
  role: string;
  id: string;
  text?: string;
  items?: string[];
  skills?: string[];
  wait?: boolean;
}
export interface BattleReply {
  role: string;
  action: string;
  result: string;
  status: boolean;
}

export type StageCode = 90 | 91 | 92 | 94 | 95 | 97 | 98;

export interface PlayerFunctions {
  ping: { request: object; reply: undefined; code: never; success: 0 };
  server_time: {
    request: object;
    reply: { now: number; time: string; zone: string; cd: number; mcd: number };
    code: never;
    success: 0;
  };
  login_unique: { request: { unique_id: string }; reply: { token: string }; code: never; success: 0 | 1 };
  login: {
    request: { email: string; password: string; ip: string };
    reply: { status_code: number; username?: string; token?: string; retry_after_ms?: number };
    code: never;
    success: 0;
  };
  signup: {
    request: { email: string; username: string; password: string; ip: string };
    reply: { status_code: number };
    code: never;
    success: 0;
  };
  get_player_info: { request: object; reply: PlayerOverview; code: never; success: 0 };
  listen: { request: { events: string[] }; reply: { events: string[] }; code: never; success: 0 };
  enter_stage_general: { request: EnterStageRequest; reply: EnterStageReply; code: StageCode; success: 0 };
  victory_stage_general: { request: EnterStageRequest; reply: StageVictoryReply; code: 91 | 94; success: 0 };
  mopping_up_stage: {
    request: MoppingUpStageRequest;
    reply: MoppingUpStageReply;
    code: 95 | 96 | 97 | 98 | 99;
    success: 0;
  };
  start_hang_up: {
    request: { stage: number };
    reply: { hang_up_info?: object } | undefined;
    code: 99;
    success: 0 | 1 | 2;
  };
  send_mail: {
    request: { gn_target: string; subj: string; body: string };
    reply: undefined;
    code: 97 | 98 | 99 | 422;
    success: 0;
  };
  get_all_mail: {
    request: object;
    reply: { mail: { key: string; subj: string; read: boolean }[]; count: { cur: number; max: number } };
    code: never;
    success: 0;
  };
  get_shop: { request: object; reply: { offers: { id: string; price: number }[] }; code: never; success: 0 };
  battle: { request: BattleRequest; reply: BattleReply; code: 403 | 404 | 409; success: 0 };
}

export interface Events {
  mail_received: { subj: string; from: string; key?: string };
  challenge_info: { id: string; role: string; image_data: string | null };
  battle_verdict: BattleReply & { id: string; round: number };
  energy_full: { energy: EnergyChange };
  energy: { energy: EnergyChange };
}

export const READ_ONLY = ["get_player_info", "get_shop", "server_time", "ping"] as const;
export const TOKENLESS = ["login", "signup", "login_unique", "legal", "ping", "server_time"] as const;
export const ANSWERS = { login_unique: [0, 1], start_hang_up: [0, 1, 2] } as const;
