import type { ReactElement } from "react";
import { useHere } from "../../api/use.js";
import { useTexts } from "../../texts/index.js";
import { ActionButton } from "../../ui/action.js";
import classes from "./actions.module.css";

/** How an action names the player: by number, or by name. */
type By = "player" | "name";

interface Group {
  name: "help" | "limit" | "give" | "data";
  actions: readonly { called: string; by: By; isGrave?: boolean }[];
}

const GROUPS: readonly Group[] = [
  {
    name: "help",
    actions: [
      { called: "note_add", by: "player" },
      { called: "password_once", by: "player" },
      { called: "tokens_end", by: "player" },
      { called: "device_unbind", by: "player" },
      { called: "player_rename", by: "player" },
      { called: "attempt_return", by: "player" },
      { called: "season_rewards_of", by: "player" },
    ],
  },
  {
    name: "limit",
    actions: [
      { called: "player_kick", by: "player" },
      { called: "player_mute", by: "player" },
      { called: "player_unmute", by: "player" },
      { called: "player_ban", by: "player", isGrave: true },
      { called: "player_unban", by: "player" },
    ],
  },
  {
    name: "give",
    actions: [
      { called: "player_grant", by: "player" },
      { called: "player_take", by: "player", isGrave: true },
      { called: "manual", by: "name", isGrave: true },
    ],
  },
  {
    name: "data",
    actions: [
      { called: "player_export", by: "name" },
      { called: "wname_assign", by: "name", isGrave: true },
      { called: "player_delete", by: "name", isGrave: true },
    ],
  },
];

/** Everything that can be done for a player. */
export function PlayerActions({ player, name }: { player: number; name: string }): ReactElement {
  const texts = useTexts();
  const { functions } = useHere();
  const groups = GROUPS.map((group) => ({
    ...group,
    actions: group.actions.filter(({ called }) => functions.may(called)),
  }));
  return (
    <div className={classes["bar"]}>
      {groups
        .filter(({ actions }) => actions.length > 0)
        .map((group) => (
          <div key={group.name} className={classes["group"]} role="group" aria-label={texts.players[group.name]}>
            <span className={classes["name"]}>{texts.players[group.name]}</span>
            <div className={classes["buttons"]}>
              {group.actions.map(({ called, by, isGrave = false }) => (
                <ActionButton
                  key={called}
                  called={called}
                  preset={by === "name" ? { name } : { player }}
                  isGrave={isGrave}
                />
              ))}
            </div>
          </div>
        ))}
    </div>
  );
}
