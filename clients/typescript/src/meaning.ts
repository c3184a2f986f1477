import { StoppedError } from "./errors.js";
import type { StopDetails } from "./errors.js";
import { field } from "./wire.js";
import type { Reply } from "./wire.js";

/** What an answer means for the connection and for the request that got it. */
export type Meaning =
  /** It is the request's own answer or refusal. */
  | { do: "end" }
  /** Carried out before; the reply is no longer kept. */
  | { do: "lose_reply" }
  /** Not carried out now; to be sent again after a pause, of the server's length if it says one. */
  | { do: "wait"; ms?: number }
  /** The same during maintenance, which ends at `until` (milliseconds since 1970), if the server says when. */
  | { do: "maintain"; until?: number; message: string }
  /** The server does not know whether it was carried out; to be sent again with its key. */
  | { do: "unclear" }
  /** The server failed at it; whether it was carried out is not known, and asking again would fail again. */
  | { do: "fail" }
  /** The token has ended without anybody's will. */
  | { do: "log_in" }
  /** Nothing may be tried again. */
  | { do: "stop"; error: StoppedError };

/** Reads the statuses that any function may answer. */
export function meaningOf(reply: Reply): Meaning {
  const { status, data, message } = reply;
  switch (status) {
    case 13:
      return { do: field(data, "reason", "string") === "used" ? "lose_reply" : "end" };
    case 15:
    case 16: {
      const ms = field(data, "retry_after_ms", "number");
      return ms === undefined ? { do: "wait" } : { do: "wait", ms };
    }
    case 18: {
      const until = field(data, "until", "number");
      const said = field(data, "message", "string") ?? message;
      return { do: "maintain", message: said, ...(until === undefined ? {} : { until: until * 1000 }) };
    }
    case -1:
      return { do: "fail" };
    case -2:
      return { do: "unclear" };
    case 11:
    case 12:
      return endOfToken(reply);
    case 17:
      return stop("banned", field(data, "message", "string") ?? message, { status, ...keep(data, "until") });
    case 19:
      return stop("too_old", message, { status, ...keep(data, "minimum"), ...keep(data, "url") });
    default:
      return { do: "end" };
  }
}

function endOfToken(reply: Reply): Meaning {
  const { status } = reply;
  switch (status === 12 ? "unknown" : field(reply.data, "reason", "string")) {
    case "expired":
    case "unknown":
      return { do: "log_in" };
    case "replaced":
      return stop("replaced", "the account was logged in elsewhere", { status });
    default:
      return stop("revoked", "the server has ended the log-in", { status });
  }
}

function stop(why: StoppedError["why"], message: string, details: StopDetails): Meaning {
  return { do: "stop", error: new StoppedError(why, message, details) };
}

/** A field of `data` under its own name, if it is a number or a text. */
function keep<K extends keyof StopDetails>(data: unknown, name: K): Pick<StopDetails, K> | object {
  const value = field(data, name, "number") ?? field(data, name, "string");
  return value === undefined ? {} : { [name]: value };
}
