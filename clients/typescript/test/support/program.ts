/** The real server, as a process that tests start, kill and start again. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The program to test; tests of the real server are skipped without it. */
export const PROGRAM = process.env["RAIDKEEP_PROGRAM"] ?? "";
export const skip = PROGRAM === "" ? "RAIDKEEP_PROGRAM names no program" : false;

const SHIPPED_ASSETS = fileURLToPath(new URL("../../../../assets", import.meta.url));
/** Sweeps cost nothing here and every newcomer may do them: coins then count what was carried out. */
const SWEEP = `(stages: [(from: 1, to: 7, energy: 0, rewards: ["3:1:1"], exp: 0)])`;

export class Program {
  private process: ChildProcess | undefined;
  private port = 0;
  private said: string[] = [];

  private constructor(private readonly folder: string) {}

  static async start(): Promise<Program> {
    const program = new Program(mkdtempSync(join(tmpdir(), "raidkeep-client-")));
    cpSync(SHIPPED_ASSETS, join(program.folder, "assets"), { recursive: true });
    writeFileSync(join(program.folder, "assets", "sweep.ron"), SWEEP);
    await program.run();
    return program;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  get url(): string {
    return `ws://${this.address}/ws`;
  }

  /** The token that lets an operator in. */
  get operatorToken(): string {
    return readFileSync(join(this.folder, "data", "operator_token"), "utf8").trim();
  }

  /** Ends it without a word, as a loss of power does, and starts it again on the same data and port. */
  async killAndRestart(): Promise<void> {
    await this.kill();
    await this.run();
  }

  async kill(): Promise<void> {
    const { process: running } = this;
    if (running === undefined) return;
    this.process = undefined;
    const gone = once(running, "exit");
    running.kill("SIGKILL");
    await gone;
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async run(): Promise<void> {
    const { folder } = this;
    const settings = [
      "identity.new_accounts.per_address=0",
      "admin.listen=127.0.0.1:0",
      "limits.connections_per_address=0",
    ];
    this.said = [];
    const running = spawn(
      PROGRAM,
      ["serve", "--listen", this.address, "--data", join(folder, "data"), "--assets", join(folder, "assets")].concat(
        settings.flatMap((setting) => ["--set", setting]),
      ),
      { cwd: folder, stdio: ["ignore", "pipe", "pipe"] },
    );
    this.process = running;
    running.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.said = [...this.said, text].slice(-50);
    });
    for await (const line of createInterface({ input: running.stdout })) {
      const [, port] = /^listening on .*:(\d+)$/.exec(line) ?? [];
      if (port === undefined) continue;
      this.port = Number(port);
      running.stdout.resume();
      return;
    }
    throw new Error(`the server did not start: ${this.said.join("")}`);
  }
}
