import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const repository = join(dirname(fileURLToPath(import.meta.url)), "../../../..");

/** A server of the program that `RAIDKEEP_PROGRAM` names, with a data folder of its own. */
export class Server {
  private readonly data = mkdtempSync(join(tmpdir(), "raidkeep-play-"));
  private process: ChildProcess | undefined;
  /** `HOST:PORT`, the same after each restart. */
  address = "127.0.0.1:0";
  /** The sandbox of the payment platform, `http://HOST:PORT`. */
  sandbox = "";

  static async start(...options: string[]): Promise<Server> {
    const server = new Server(options);
    await server.begin();
    return server;
  }

  private constructor(private readonly options: string[]) {}

  /** Starts the program, and waits until it has said where it listens. */
  async begin(): Promise<void> {
    const assets = this.options.includes("--assets") ? [] : ["--assets", join(repository, "assets")];
    const serve = ["serve", "--listen", this.address, "--data", this.data, ...assets];
    const child = spawn(program(), [...serve, ...this.options], { stdio: ["ignore", "pipe", "inherit"], env: quiet() });
    this.process = child;
    for await (const said of createInterface({ input: child.stdout })) {
      this.address = /^listening on (\S+)/.exec(said)?.[1] ?? this.address;
      this.sandbox = /(http:\S+)\/grant/.exec(said)?.[1] ?? this.sandbox;
      if (said.startsWith("stop with")) break;
    }
    child.stdout.resume();
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

  /** Calls a function as a guest, outside of any page. */
  async call(guest: string, name: string, data: object): Promise<void> {
    const options = ["--url", `ws://${this.address}`, "--guest", guest];
    await promisify(execFile)(program(), ["call", ...options, name, JSON.stringify(data)]);
  }

  /** Gives a player points on the sandboxed platform. */
  async grant(name: string, money: number): Promise<void> {
    await this.tellSandbox("grant", { wname: name, money });
  }

  /** Posts to one of the routes that `GET /` of the sandbox lists. */
  async tellSandbox(route: string, body: unknown): Promise<void> {
    const reply = await fetch(`${this.sandbox}/${route}`, { method: "POST", body: JSON.stringify(body) });
    if (!reply.ok) throw new Error(`the sandbox answered ${reply.status}`);
  }
}

function program(): string {
  const named = process.env["RAIDKEEP_PROGRAM"];
  if (named === undefined) throw new Error("RAIDKEEP_PROGRAM names no program to test");
  return named;
}

function quiet(): NodeJS.ProcessEnv {
  return { ...process.env, RAIDKEEP_LOG: "error" };
}
