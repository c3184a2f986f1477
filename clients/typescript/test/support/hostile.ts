/** A model of the server's promises about keys, on lines that break at any moment. */
import type { Answer, FakeConnection, FakeServer, Request } from "./fake.js";

/** Replies that are kept; few, so that some are forgotten while they are still asked for. */
const REPLIES_KEPT = 6;

type Mischief = (request: Request, connection: FakeConnection) => Answer | undefined;

export class HostileServer {
  /** How often each letter was sent, by its subject. */
  readonly sent = new Map<string, number>();
  /** Keys in the order they came for the first time. */
  readonly keys: string[] = [];
  /** What goes wrong; an honest server has none. */
  isHonest = false;
  private readonly replies = new Map<string, Answer>();
  private readonly used = new Set<string>();
  private readonly logIns = new WeakMap<FakeConnection, string>();
  private token = "token-0";
  private tokens = 0;

  constructor(
    private readonly server: FakeServer,
    private readonly chance: () => number,
  ) {
    const { handlers } = server;
    handlers["login_unique"] = (request, connection) => {
      this.token = `token-${++this.tokens}`;
      this.logIns.set(connection, this.token);
      return this.spoilt(request, connection, () => ({
        status: this.tokens === 1 ? 1 : 0,
        data: { token: this.token },
      }));
    };
    handlers["get_player_info"] = (request, connection) => {
      const given = request.data["token"];
      if (typeof given === "string") this.logIns.set(connection, given);
      return this.asPlayer(request, connection, () => ({ data: { energy: { cooling: -1, remain: 120 }, at: {} } }));
    };
    handlers["send_mail"] = (request, connection) =>
      this.asPlayer(request, connection, () => this.once(request, () => this.sendMail(request)));
  }

  private asPlayer(request: Request, connection: FakeConnection, answer: () => Answer): Answer | undefined {
    return this.spoilt(request, connection, () => {
      if (this.logIns.get(connection) !== this.token) return { status: 11, data: { reason: "expired" } };
      return answer();
    });
  }

  private once(request: Request, answer: () => Answer): Answer {
    const { once: key } = request;
    if (key === undefined) throw new Error("a change came without a key");
    const kept = this.replies.get(key);
    if (kept !== undefined) return kept;
    if (this.used.has(key)) return { status: 13, message: "once: used before", data: { reason: "used" } };
    if (!this.keys.includes(key)) this.keys.push(key);
    const reply = answer();
    // A refusal that changed nothing keeps no reply and uses up no key.
    if (reply.status !== undefined && reply.status !== 0) return reply;
    this.replies.set(key, reply);
    this.used.add(key);
    const oldest = this.replies.keys().next();
    if (this.replies.size > REPLIES_KEPT && !oldest.done) this.replies.delete(oldest.value);
    return reply;
  }

  private sendMail(request: Request): Answer {
    const subject = String(request.data["subj"]);
    if (subject.startsWith("refused")) return { status: 98, message: "no such player" };
    this.sent.set(subject, (this.sent.get(subject) ?? 0) + 1);
    return { status: 0, message: "success" };
  }

  private spoilt(request: Request, connection: FakeConnection, answer: () => Answer): Answer | undefined {
    if (this.isHonest || this.chance() < 0.6) return answer();
    const mischief = this.mischief[Math.floor(this.chance() * this.mischief.length)];
    if (mischief === undefined) return answer();
    return mischief(request, connection) ?? (this.isCarriedOut ? void answer() : undefined);
  }

  private isCarriedOut = false;

  private readonly mischief: Mischief[] = [
    (_, connection) => {
      this.carriedOut(false, () => {
        connection.cut();
      });
    },
    (_, connection) => {
      this.carriedOut(true, () => {
        connection.cut();
      });
    },
    (_, connection) => {
      this.carriedOut(true, () => {
        connection.goDeaf();
      });
    },
    (_, connection) => {
      this.carriedOut(false, () => {
        connection.goDeaf();
      });
    },
    (_, connection) => {
      this.carriedOut(true, () => {
        connection.cut(1001);
      });
    },
    () => ({ status: 15, data: { retry_after_ms: Math.floor(this.chance() * 2_000) } }),
    () => ({ status: 16, message: "server busy" }),
    () => ({ status: 18, data: { until: Math.floor(this.server.runtime.now() / 1000) + 3 } }),
    () => {
      this.token = "ended";
      return { status: 11, data: { reason: "expired" } };
    },
    (_, connection) => {
      this.carriedOut(true, () => {
        this.server.isDown = true;
        connection.cut();
        this.server.runtime.after(this.chance() * 10_000, () => {
          this.server.isDown = false;
        });
      });
    },
  ];

  private carriedOut(isCarriedOut: boolean, action: () => void): undefined {
    this.isCarriedOut = isCarriedOut;
    action();
    return undefined;
  }
}
