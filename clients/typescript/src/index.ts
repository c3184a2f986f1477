/**
 * A client for Raidkeep that loses no call and doubles none.
 *
 * @packageDocumentation
 */
export { Client } from "./client.js";
export { CallError, FailedError, isRefused, RefusedError, ReplyLostError, StoppedError } from "./errors.js";
export type { FailureReason, Made, StopDetails, StopReason } from "./errors.js";
export type { BackoffOptions } from "./backoff.js";
export type { CallLimits } from "./calls.js";
export type { Energy, EnergyPace } from "./energy.js";
export type { LivenessOptions } from "./line.js";
export type { Runtime, Socket, SocketFactory, TabStorage } from "./runtime.js";
export type { ClientOptions } from "./settings.js";
export type { Gap, State } from "./state.js";
export type {
  Account,
  AnswerOf,
  CallArguments,
  CallOptions,
  EventName,
  FunctionName,
  GlobalRefusal,
  Identity,
  RefusalStatus,
  RequestOf,
} from "./types.js";
export * from "./api.gen.js";
