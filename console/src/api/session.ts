import { Functions, type FunctionsTold } from "./functions.js";
import { Line, REALM } from "./line.js";

/** What somebody logs in with. */
export type Credentials = { token: string } | { name: string; password: string; totp?: string };

/** Who is logged in. */
export interface Operator {
  name: string;
  role: string;
  rights: string[];
  must_change_password: boolean;
  has_totp: boolean;
}

/** A log-in: who, over which line, and what may be done. */
export interface Session {
  operator: Operator;
  line: Line;
  functions: Functions;
}

/** Why a log-in failed. */
export class LogInError extends Error {
  constructor(readonly why: "wrong" | "too_often" | "unreachable") {
    super(why);
    this.name = "LogInError";
  }
}

const NOTHING: FunctionsTold = { functions: [], definitions: {} };
const UNAUTHORIZED = 401;
const TOO_MANY = 429;

/** An address of this server, whatever path a proxy puts in front of the console's. */
export function serverUrl(path: string): URL {
  return new URL(`../${path}`, location.href.replace(/[#?].*$/, ""));
}

/** Logs in: the server sets a cookie that no script can read. */
export async function logIn(credentials: Credentials): Promise<void> {
  const reply = await post("console/login", credentials);
  if (reply.ok) return;
  throw new LogInError(
    reply.status === UNAUTHORIZED ? "wrong" : reply.status === TOO_MANY ? "too_often" : "unreachable",
  );
}

/** Ends the log-in on the server. */
export async function logOut(): Promise<void> {
  await post("console/logout", {});
}

/** Opens the line of who is logged in; `undefined` if nobody is. */
export async function openSession(onSignedOut: () => void): Promise<Session | undefined> {
  const url = serverUrl("ws");
  url.protocol = url.protocol.replace("http", "ws");
  let isOpen = false;
  const line = new Line(url.href, () => {
    if (isOpen) onSignedOut();
  });
  try {
    const operator = (await line.call("operator_self", {})) as Operator;
    // The server tells no functions before the password is changed.
    if (operator.must_change_password) {
      isOpen = true;
      return { operator, line, functions: new Functions(NOTHING, NOTHING, []) };
    }
    const told = (await line.call("functions", {})) as FunctionsTold;
    const ofRealm = (await line.call("functions", {}, { world: REALM })) as FunctionsTold;
    isOpen = true;
    return { operator, line, functions: new Functions(told, ofRealm, operator.rights) };
  } catch {
    line.end();
    return undefined;
  }
}

async function post(path: string, body: object): Promise<Response> {
  try {
    return await fetch(serverUrl(path), {
      method: "POST",
      credentials: "same-origin",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new LogInError("unreachable");
  }
}
