import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, cp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import test from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  CompletionRequest,
  createProtocolConnection,
  DidOpenTextDocumentNotification,
  InitializedNotification,
  InitializeRequest,
  PublishDiagnosticsNotification,
  RenameRequest,
  ShutdownRequest,
  ExitNotification,
  StreamMessageReader,
  StreamMessageWriter,
  type PublishDiagnosticsParams,
} from "vscode-languageserver-protocol/node";
import { serverCommand } from "../src/server.js";

const repository = join(dirname(fileURLToPath(import.meta.url)), "../../..");
const program = process.env["RAIDKEEP_PROGRAM"] ?? join(repository, "target/debug/raidkeep");

test("the program is found by name, by path, and relative to the opened folder", () => {
  assert.deepEqual(serverCommand("raidkeep", "/game"), { command: "raidkeep", args: ["lsp"] });
  assert.deepEqual(serverCommand("/opt/raidkeep", "/game"), { command: "/opt/raidkeep", args: ["lsp"] });
  assert.deepEqual(serverCommand("./bin/raidkeep", "/game"), { command: "/game/bin/raidkeep", args: ["lsp"] });
  assert.deepEqual(serverCommand("./bin/raidkeep", undefined), { command: "./bin/raidkeep", args: ["lsp"] });
});

test("the library that VS Code uses understands the program: mistakes, completion, rename", async () => {
  const folder = await mkdtemp(join(tmpdir(), "raidkeep-assets-"));
  await cp(join(repository, "assets"), folder, { recursive: true });
  const { command, args } = serverCommand(program, undefined);
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  const connection = createProtocolConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  const told = new Promise<PublishDiagnosticsParams>((resolve) => {
    connection.onNotification(PublishDiagnosticsNotification.type, resolve);
  });
  connection.listen();

  const capabilities = { textDocument: { completion: { completionItem: { snippetSupport: true } } } };
  const greeting = { processId: process.pid, rootUri: pathToFileURL(folder).href, capabilities };
  const { capabilities: can } = await connection.sendRequest(InitializeRequest.type, greeting);
  assert.equal(can.inlayHintProvider, true);
  await connection.sendNotification(InitializedNotification.type, {});

  const uri = pathToFileURL(join(folder, "items.ron")).href;
  const items = readFileSync(join(folder, "items.ron"), "utf8").replace('name: "金币"', 'nam: "金币"');
  const textDocument = { uri, languageId: "ron", version: 1, text: items };
  await connection.sendNotification(DidOpenTextDocumentNotification.type, { textDocument });
  const { diagnostics } = await told;
  assert.match(JSON.stringify(diagnostics[0]?.message), /unknown field `nam`/);

  const line = items.split("\n").findIndex((text) => text.includes("nam:"));
  const character = (items.split("\n")[line] ?? "").indexOf("nam:") + 3;
  const place = { textDocument: { uri }, position: { line, character } };
  const offered = await connection.sendRequest(CompletionRequest.type, place);
  const labels = (Array.isArray(offered) ? offered : (offered?.items ?? [])).map((item) => item.label);
  assert.ok(labels.includes("name"), labels.join(" "));
  const renamed = connection.sendRequest(RenameRequest.type, { ...place, newName: "x" });
  await assert.rejects(renamed, /there is no id here/);

  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  await connection.sendRequest(ShutdownRequest.type);
  await connection.sendNotification(ExitNotification.type);
  assert.equal(await ended, 0);
  connection.dispose();
  await rm(folder, { recursive: true });
});
