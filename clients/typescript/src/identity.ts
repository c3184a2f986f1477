import { StoppedError } from "./errors.js";
import type { TabStorage } from "./runtime.js";
import type { Identity } from "./types.js";
import { field } from "./wire.js";
import type { Reply } from "./wire.js";

/** A request with which a client logs in. */
export interface LogInRequest {
  name: "login_unique" | "login" | "signup";
  data: Record<string, string>;
}

/** What follows from the answer to such a request. */
export type LogInStep =
  | { do: "enter"; token: string }
  | { do: "ask"; request: LogInRequest }
  | { do: "wait"; ms: number }
  | { do: "stop"; error: StoppedError };

/** Who plays, and the token of this tab. */
export class LogIn {
  private known: string | undefined;
  /** Until the server has judged it. */
  private once: string | undefined;
  private readonly place: string;

  constructor(
    private readonly identity: Identity,
    private readonly storage: TabStorage,
    where: string,
  ) {
    this.place = `raidkeep.token ${where} ${identity.guest ?? identity.account?.email ?? ""}`;
    this.once = identity.account?.oncePassword;
    this.known = identity.token ?? (this.once === undefined ? this.stored() : undefined);
  }

  get token(): string | undefined {
    return this.known;
  }

  /** Whether there is more than a token to log in with. */
  get isPossible(): boolean {
    return this.identity.token === undefined;
  }

  /** The first request of a log-in. */
  request(): LogInRequest {
    const { guest, account } = this.identity;
    if (account) {
      const once = this.once === undefined ? {} : { once_password: this.once };
      return { name: "login", data: { email: account.email, password: account.password, ip: "", ...once } };
    }
    return { name: "login_unique", data: { unique_id: guest ?? "" } };
  }

  /** Reads the answer to a request. */
  answered(request: LogInRequest, reply: Reply): LogInStep {
    const token = field(reply.data, "token", "string");
    if ((reply.status === 0 || reply.status === 1) && token) {
      this.once = undefined;
      this.keep(token);
      return { do: "enter", token };
    }
    const code = field(reply.data, "status_code", "number");
    const pause = field(reply.data, "retry_after_ms", "number");
    if (pause !== undefined && (reply.status === 15 || code === 429)) return { do: "wait", ms: pause };
    if (reply.status === 0 && code === 401 && this.once !== undefined) {
      // It may have let the player in before, with an answer that was lost: then the new password is right.
      this.once = undefined;
      return { do: "ask", request: this.request() };
    }
    if (
      reply.status === 0 &&
      code === 404 &&
      request.name === "login" &&
      this.identity.account?.username !== undefined
    ) {
      return {
        do: "ask",
        request: { name: "signup", data: { ...request.data, username: this.identity.account.username } },
      };
    }
    const isSignedUp = request.name === "signup" && reply.status === 0 && code === 200;
    if (isSignedUp) return { do: "ask", request: this.request() };
    const details = { status: reply.status, ...(code === undefined ? {} : { statusCode: code }) };
    const said = code === undefined ? `${reply.message} (${reply.status})` : `status_code ${code}`;
    return { do: "stop", error: new StoppedError("refused", `${request.name} was refused: ${said}`, details) };
  }

  /** Forgets the token, because it has ended. */
  forget(): void {
    this.known = undefined;
    try {
      this.storage.removeItem(this.place);
    } catch {
      // Without storage there is nothing to forget.
    }
  }

  private keep(token: string): void {
    this.known = token;
    try {
      this.storage.setItem(this.place, token);
    } catch {
      // Without storage a reload logs in anew.
    }
  }

  private stored(): string | undefined {
    try {
      return this.storage.getItem(this.place) ?? undefined;
    } catch {
      return undefined;
    }
  }
}
