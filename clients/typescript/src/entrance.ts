import { StoppedError } from "./errors.js";
import type { LogIn, LogInRequest } from "./identity.js";
import { meaningOf } from "./meaning.js";
import type { Meaning } from "./meaning.js";
import type { Reply } from "./wire.js";

/** What an entrance needs of its connection, and tells it. */
export interface Door {
  /** Asks something on the line that is open. */
  ask(called: string, data: object, answered: (reply: Reply) => void): void;
  /** Pauses, unless the line breaks meanwhile. */
  pause(meaning: Meaning, action: () => void): void;
  /** The line names the player now; `overview` is the `data` of `get_player_info`. */
  entered(overview: unknown): void;
  /** There is no way in. */
  stop(error: StoppedError): void;
}

/** Gets a new line logged in: with the token if there is one, else anew; and once anew when the token has ended. */
export class Entrance {
  private hasLoggedIn = false;

  constructor(
    private readonly logIn: LogIn,
    private readonly client: { name?: string; version?: string },
    private readonly door: Door,
  ) {}

  /** On a new line. */
  begin(): void {
    this.hasLoggedIn = false;
    if (this.logIn.token === undefined) this.logInAnew();
    else this.greet(this.logIn.token);
  }

  /** On a line whose token has ended. */
  again(): void {
    this.logIn.forget();
    this.logInAnew();
  }

  private logInAnew(): void {
    if (this.logIn.isPossible) this.logInWith(this.logIn.request());
    else this.door.stop(new StoppedError("signed_out", "the token is not valid any more", { status: 11 }));
  }

  private logInWith(request: LogInRequest): void {
    this.hasLoggedIn = true;
    this.door.ask(request.name, this.introduced(request.data), (reply) => {
      const step = this.logIn.answered(request, reply);
      switch (step.do) {
        case "enter":
          this.greet(step.token);
          break;
        case "ask":
          this.logInWith(step.request);
          break;
        case "wait":
          this.door.pause(step, () => {
            this.logInWith(request);
          });
          break;
        default:
          // A sign-up whose end is not known may have made the account, so it begins with the first request again.
          this.goOn(reply, step.error, () => {
            this.logInWith(this.logIn.request());
          });
      }
    });
  }

  /** Names the player on this line, and learns at once how it is doing. */
  private greet(token: string): void {
    this.door.ask("get_player_info", this.introduced({ token }), (reply) => {
      if (reply.status === 0) this.door.entered(reply.data);
      else
        this.goOn(reply, refusedEntry(reply), () => {
          this.greet(token);
        });
    });
  }

  private goOn(reply: Reply, refusal: StoppedError, again: () => void): void {
    const meaning = meaningOf(reply);
    switch (meaning.do) {
      case "wait":
      case "maintain":
      case "unclear":
      case "fail":
        this.door.pause(meaning, again);
        break;
      case "stop":
        this.door.stop(meaning.error);
        break;
      case "log_in":
        if (this.hasLoggedIn) this.door.stop(refusal);
        else this.again();
        break;
      default:
        this.door.stop(refusal);
    }
  }

  private introduced(data: object): object {
    return Object.keys(this.client).length === 0 ? data : { ...data, client: this.client };
  }
}

/** The server does not let the player in, or no further. */
export function refusedEntry(reply: Reply): StoppedError {
  return new StoppedError("refused", `the server refused to go on: ${reply.message} (${reply.status})`, {
    status: reply.status,
  });
}
