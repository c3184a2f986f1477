import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const repository = join(import.meta.dirname, "../..");

/** A server of the program that `RAIDKEEP_PROGRAM` names, with a data folder of its own. */
export class Server {
  private readonly data: string;
  private process: ChildProcess | undefined;
  /** `HOST:PORT` of the players' listener, the same after each restart. */
  address = "127.0.0.1:0";
  /** `HOST:PORT` of the operators' listener, the same after each restart. */
  operators = "127.0.0.1:0";
  /** The sandbox of the payment platform, `http://HOST:PORT`. */
  sandbox = "";

  private constructor(
    private readonly options: string[],
    data?: string,
  ) {
    this.data = data ?? mkdtempSync(join(tmpdir(), "raidkeep-console-"));
  }

  static async start(...options: string[]): Promise<Server> {
    const server = new Server(options);
    await server.begin();
    return server;
  }

  /** A server in a data folder that is there already, and that `kill` leaves there. */
  static async startIn(data: string, ...options: string[]): Promise<Server> {
    const server = new Server(options, data);
    await server.begin();
    return server;
  }

  /** Starts the program, and waits until it has said where it listens. */
  async begin(): Promise<void> {
    const assets = this.options.includes("--assets") ? [] : ["--assets", join(repository, "assets")];
    const admin = ["--set", `admin.listen=${this.operators}`];
    const serve = ["serve", "--listen", this.address, "--data", this.data, ...admin, ...assets, ...this.options];
    const env = { ...process.env, RAIDKEEP_LOG: "error" };
    const child = spawn(program(), serve, { stdio: ["ignore", "pipe", "inherit"], env });
    this.process = child;
    for await (const said of createInterface({ input: child.stdout })) {
      this.address = /^listening on (\S+)/.exec(said)?.[1] ?? this.address;
      this.operators = /^operators on (\S+)/.exec(said)?.[1] ?? this.operators;
      this.sandbox = /(http:\S+)\/grant/.exec(said)?.[1] ?? this.sandbox;
      if (said.startsWith("stop with")) break;
    }
    child.stdout.resume();
  }

  /** The token that the server has made for its operators. */
  get token(): string {
    return readFileSync(join(this.data, "operator_token"), "utf8").trim();
  }

  /** The options that lead a command to it. */
  get urls(): string[] {
    return ["--url", `ws://${this.address}`, "--admin-url", `ws://${this.operators}`];
  }

  /** Ends the program as a power cut would, and waits until it is gone. */
  async kill(): Promise<void> {
    const child = this.process;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    await new Promise<void>((resolve) => {
      child.once("exit", () => {
        resolve();
      });
      child.kill("SIGKILL");
    });
  }

  async end(): Promise<void> {
    await this.kill();
    rmSync(this.data, { recursive: true, force: true });
  }

  /** Calls a function as a guest. */
  async play(guest: string, name: string, data: object = {}): Promise<unknown> {
    return this.call(["--guest", guest], name, data);
  }

  /** Calls a function of operators. */
  async operate(name: string, data: object = {}, world = "0"): Promise<unknown> {
    return this.call(["--world", world], name, data);
  }

  /** Calls a function as a guest, and says with which status the server answered. */
  async statusOf(guest: string, name: string, data: object = {}): Promise<number> {
    try {
      await this.play(guest, name, data);
      return 0;
    } catch (failure) {
      const { stdout = "" } = failure as { stdout?: string };
      return (JSON.parse(stdout) as { status: number }).status;
    }
  }

  private async call(who: string[], name: string, data: object): Promise<unknown> {
    const { stdout } = await promisify(execFile)(
      program(),
      ["call", ...this.urls, ...who, name, JSON.stringify(data)],
      {
        env: { ...process.env, RAIDKEEP_OPERATOR_TOKEN: this.token },
        maxBuffer: 1 << 26,
      },
    );
    return (JSON.parse(stdout) as { data?: unknown }).data;
  }

  /** What the sandboxed platforms do wrong from now on. */
  async fault(...faults: object[]): Promise<void> {
    const reply = await fetch(`${this.sandbox}/faults`, { method: "POST", body: JSON.stringify(faults) });
    if (!reply.ok) throw new Error(`the sandbox answered ${reply.status}`);
  }

  /** Gives a player points on the sandboxed platform. */
  async grantPoints(wname: string, money: number): Promise<void> {
    const reply = await fetch(`${this.sandbox}/grant`, { method: "POST", body: JSON.stringify({ wname, money }) });
    if (!reply.ok) throw new Error(`the sandbox answered ${reply.status}`);
  }
}

/** The program to test. */
export function program(): string {
  const named = process.env["RAIDKEEP_PROGRAM"];
  if (named === undefined) throw new Error("RAIDKEEP_PROGRAM names no program to test");
  return named;
}
