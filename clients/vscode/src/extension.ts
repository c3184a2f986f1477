import { commands, window, workspace, type ExtensionContext } from "vscode";
import { LanguageClient } from "vscode-languageclient/node";
import { serverCommand } from "./server.js";

let client: LanguageClient | undefined;

export async function activate(context: ExtensionContext): Promise<void> {
  context.subscriptions.push(
    commands.registerCommand("raidkeep.restart", restart),
    workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("raidkeep.program")) void restart();
    }),
  );
  await start();
}

export async function deactivate(): Promise<void> {
  const running = client;
  client = undefined;
  if (running?.isRunning() === true) await running.stop();
}

async function restart(): Promise<void> {
  await deactivate();
  await start();
}

async function start(): Promise<void> {
  const program = workspace.getConfiguration("raidkeep").get("program", "raidkeep");
  const server = serverCommand(program, workspace.workspaceFolders?.[0]?.uri.fsPath);
  const starting = new LanguageClient("raidkeep", "Raidkeep", server, {
    documentSelector: [{ scheme: "file", language: "ron" }],
  });
  client = starting;
  try {
    await starting.start();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    void window.showErrorMessage(`Raidkeep: cannot start \`${server.command}\` (setting raidkeep.program): ${reason}`);
  }
}
