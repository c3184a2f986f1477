import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const root = join(import.meta.dirname, "..");

/** Functions of players that the page does not call, and why. */
const NOT_CALLED: Readonly<Record<string, string>> = {
  login: "the client library logs in with an e-mail account",
  login_unique: "the client library logs in as a guest",
  signup: "the client library signs up, when it does not know the address yet",
  hear: "the server asks it for connections whose world has moved",
  listen: "the page counts energy itself, to the second, and needs no event for each point",
  accept_challenge: "accepts without a portrait; the page answers with one, by challenge_info",
  accept_c: "the older way to answer a challenge; the page answers by challenge_info and reject_challenge",
  refrash: "another spelling of refresh",
  check_boss_status: "the older shape of stage_refresh_boss",
  get_top_damage: "the older name of stage_damage_ranking",
  damage_ranking: "the older name of stage_damage_ranking",
  enter_world_boss_stage: "the older way into a boss stage; the page uses enter_stage_boss",
  leave_world_boss_stage: "the older way out of a boss stage; the page uses victory_stage_boss",
  redeem_code: "codes are given away by the game's own channels; the page has no place to type one",
  query_match_base: "a question of SUD's servers, signed with their secret; no player asks it",
  world_node: "any node takes any client",
};

test("each function of players is called by the page, or it is said why not", () => {
  const sources = filesIn(join(root, "src")).map((file) => readFileSync(file, "utf8"));
  const page = sources.join("\n");
  // Short names are words of other things too: they count only where something is called.
  const called = (name: string): boolean =>
    name.includes("_") ? page.includes(`"${name}"`) : new RegExp(`\\b(?:act|ask|call)\\(\\s*"${name}"`).test(page);
  const functions = playerFunctions();
  assert.ok(functions.length > 50, "the functions were found in api.gen.ts");

  const missing = functions.filter((name) => !called(name) && !(name in NOT_CALLED));
  assert.deepEqual(missing, [], "call these, or say in NOT_CALLED why not");
  const stale = Object.keys(NOT_CALLED).filter((name) => !functions.includes(name) || called(name));
  assert.deepEqual(stale, [], "these reasons are no longer needed");
});

function playerFunctions(): string[] {
  const api = readFileSync(join(root, "../typescript/src/api.gen.ts"), "utf8");
  const body = /export interface PlayerFunctions \{\n(.*?)\n\}/s.exec(api)?.[1] ?? "";
  return [...body.matchAll(/^ {2}(\w+): \{/gm)].map(([, name = ""]) => name);
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}
