import { Button, Tabs, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { type ReactElement, useState } from "react";
import { useLocation, useParams } from "wouter";
import { type Row, useAnyReply, useHere } from "../../api/use.js";
import { useTexts } from "../../texts/index.js";
import { ActionButton } from "../../ui/action.js";
import { List } from "../../ui/list.js";
import { Card, Page } from "../../ui/page.js";
import { Empty, ErrorNote, Loading } from "../../ui/states.js";
import { DataTable } from "../../ui/table.js";
import { PlayerLink } from "../../ui/value.js";
import classes from "./players.module.css";

export function Players(): ReactElement {
  const texts = useTexts();
  const { functions } = useHere();
  const [, go] = useLocation();
  const { text = "" } = useParams<{ text?: string }>();
  const [typed, setTyped] = useState(text);
  const shown = decodeURIComponent(text);
  const lists = [
    ...(functions.has("player_list") ? (["list"] as const) : []),
    ...(functions.has("suspect_list") ? (["suspects"] as const) : []),
  ];
  return (
    <Page name="players" actions={<ActionButton called="player_import" />}>
      {functions.has("player_find") && (
        <Card>
          <form
            className={classes["find"]}
            role="search"
            onSubmit={(event) => {
              event.preventDefault();
              if (typed.trim() !== "") go(`/find/${encodeURIComponent(typed.trim())}`);
            }}
          >
            <TextInput
              className={classes["input"] ?? ""}
              label={texts.players.find}
              description={texts.players.hint}
              leftSection={<IconSearch size={16} aria-hidden />}
              value={typed}
              onChange={(event) => {
                setTyped(event.currentTarget.value);
              }}
            />
            <Button type="submit">{texts.players.find}</Button>
          </form>
          {shown !== "" && <Found text={shown} />}
        </Card>
      )}
      {lists.length > 0 && (
        <Card>
          <Tabs defaultValue={lists[0] ?? null} keepMounted={false}>
            <Tabs.List mb="sm">
              {lists.map((name) => (
                <Tabs.Tab key={name} value={name}>
                  {texts.players[name]}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            <Tabs.Panel value="list">
              <List called="player_list" list="players" cells={{ name: nameCell }} />
            </Tabs.Panel>
            <Tabs.Panel value="suspects">
              <List called="suspect_list" list="suspects" cells={{ name: nameCell }} />
            </Tabs.Panel>
          </Tabs>
        </Card>
      )}
    </Page>
  );
}

function Found({ text }: { text: string }): ReactElement {
  const texts = useTexts();
  const { functions } = useHere();
  const found = useAnyReply<{ players: Row[] }>("player_find", { text });
  if (found.error !== null) return <ErrorNote error={found.error} retry={() => void found.refetch()} />;
  if (found.data === undefined) return <Loading />;
  const { players } = found.data;
  if (players.length === 0) return <Empty text={texts.players.nobody} />;
  const reply = functions.schemas.properties(functions.find("player_find")?.reply ?? {})["players"];
  return (
    <div className={classes["found"]} data-found>
      <DataTable
        rows={players}
        schema={functions.schemas.elements(functions.schemas.resolved(reply))}
        cells={{ name: nameCell }}
      />
    </div>
  );
}

/** The name of a player as the link to its page. */
export function nameCell(row: Row): ReactElement {
  const player = row["player"] ?? row["account"];
  const name = String(row["name"]);
  return typeof player === "number" ? <PlayerLink player={player} name={name} /> : <>{name}</>;
}
