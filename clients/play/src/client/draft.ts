import {
  type Account,
  type EventName,
  type Events,
  type FunctionName,
  type GameClient,
  type Line,
  Refused,
} from "./client.js";

interface Pending {
  frame: string;
  resolve: (answer: never) => void;
  reject: (error: Error) => void;
  name: FunctionName;
}

const SUCCESSES = new Set([0]);

export function connectDraft(url: string, account: Account): GameClient {
  const pending = new Map<number, Pending>();
  const handlers = new Map<string, ((data: never) => void)[]>();
  const lines: ((line: Line) => void)[] = [];
  const resyncs: (() => void)[] = [];
  let socket: WebSocket | undefined;
  let nextId = 1;
  let offset = 0;
  let closed = false;
  let wasOpen = false;
  const series = Math.random().toString(36).slice(2);

  const tell = (line: Line): void => {
    for (const handler of lines) handler(line);
  };
  const login =
    account.kind === "guest"
      ? { function: "login_unique", data: { unique_id: account.uniqueId } }
      : { function: "login", data: { email: account.email, password: account.password, ip: "" } };

  function open(): void {
    socket = new WebSocket(url);
    socket.onopen = () => socket?.send(JSON.stringify({ world: 0, ...login, id: 0 }));
    socket.onmessage = (message) => {
      receive(JSON.parse(message.data as string) as Record<string, unknown>);
    };
    socket.onclose = () => {
      if (closed) return;
      tell("pause");
      setTimeout(open, 300);
    };
  }

  function receive(message: Record<string, unknown>): void {
    if (typeof message["event"] === "string") {
      for (const handler of handlers.get(message["event"]) ?? []) handler(message["data"] as never);
      return;
    }
    const id = message["id"] as number;
    if (id === 0) {
      tell("open");
      for (const { frame } of pending.values()) socket?.send(frame);
      void call("server_time", {}).then(({ now }) => (offset = now * 1000 - Date.now()));
      if (wasOpen) for (const handler of resyncs) handler();
      wasOpen = true;
      return;
    }
    const waiting = pending.get(id);
    if (waiting === undefined) return;
    pending.delete(id);
    const status = message["status"] as number;
    const good = SUCCESSES.has(status) || (waiting.name === "start_hang_up" && status < 3);
    const data = message["data"];
    if (good) waiting.resolve((waiting.name === "start_hang_up" ? { status, data } : (data ?? null)) as never);
    else waiting.reject(new Refused(waiting.name, status, message["message"] as string, message["data"]));
  }

  const call: GameClient["call"] = (name, request) =>
    new Promise((resolve, reject) => {
      const id = nextId++;
      const frame = JSON.stringify({ world: 0, function: name, data: request, id, once: `${series}#${id}` });
      pending.set(id, { frame, resolve, reject, name });
      if (socket?.readyState === WebSocket.OPEN && wasOpen) socket.send(frame);
    });

  open();
  return {
    call,
    on<E extends EventName>(name: E, handler: (data: Events[E]) => void) {
      handlers.set(name, [...(handlers.get(name) ?? []), handler]);
    },
    onLine: (handler) => lines.push(handler),
    onResync: (handler) => resyncs.push(handler),
    now: () => Date.now() + offset,
    close: () => {
      closed = true;
      socket?.close();
    },
  };
}
