import { Button, Group, Switch } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { useLocation } from "wouter";
import { type Row, useAnyReply, useHere } from "../../api/use.js";
import { useTexts, word } from "../../texts/index.js";
import { dateTime, download } from "../../ui/format.js";
import { Filters, List } from "../../ui/list.js";
import { Card } from "../../ui/page.js";
import { Empty, ErrorNote, Loading } from "../../ui/states.js";
import { flattened, type Fact, factsOf } from "./facts-of.js";
import { Movements } from "./movements.js";
import classes from "./time.module.css";

/** Seconds before and after the moment of which movements and requests are shown. */
const AROUND = 300;
const COLUMNS = ["at", "by", "function", "arguments"];

interface Shown {
  parts: Readonly<Record<string, unknown>>;
}

/** A player before and after a moment beside the player now, what moved around it, and the requests behind that. */
export function Time({ player, name, at }: { player: number; name: string; at: number | undefined }): ReactElement {
  const texts = useTexts();
  const [, go] = useLocation();
  return (
    <>
      <Card title={texts.players.moment}>
        <Filters
          key={at}
          called="player_as_of"
          names={["at"]}
          initial={at === undefined ? {} : { at }}
          onApply={(data) => {
            go(`/players/${player}/time/${String(data["at"])}`);
          }}
        />
      </Card>
      {at === undefined ? <Empty text={texts.time.choose} /> : <Around player={player} name={name} at={at} />}
    </>
  );
}

function Around({ player, name, at }: { player: number; name: string; at: number }): ReactElement {
  const texts = useTexts();
  const stretch = { from: at - AROUND, to: at + AROUND + 1 };
  return (
    <>
      <Card title={texts.time.beforeAndAfter}>
        <Comparison player={player} at={at} />
      </Card>
      <Card title={texts.time.requests} actions={<Scenario player={player} stretch={stretch} />}>
        <List called="player_requests" list="requests" data={{ player, ...stretch }} columns={COLUMNS} />
      </Card>
      <Card title={texts.players.around}>
        <Movements key={at} player={player} name={name} initial={stretch} />
      </Card>
    </>
  );
}

function Comparison({ player, at }: { player: number; at: number }): ReactElement {
  const texts = useTexts();
  const [isWhole, setWhole] = useState(false);
  const before = useAnyReply<{ view: Shown }>("player_as_of", { player, at: at - 1 });
  const after = useAnyReply<{ view: Shown }>("player_as_of", { player, at });
  const now = useAnyReply<Shown>("player_view", { player });
  const asked = [before, after, now];
  const failed = asked.find(({ error }) => error !== null);
  if (failed !== undefined) return <ErrorNote error={failed.error} retry={() => void failed.refetch()} />;
  if (before.data === undefined || after.data === undefined || now.data === undefined) return <Loading />;
  const shown = [before.data.view, after.data.view, now.data].map(({ parts }) => flattened(parts));
  const facts = factsOf(shown, Object.keys(after.data.view.parts));
  const wanted = isWhole ? facts : facts.filter(({ isChanged, isChangedSince }) => isChanged || isChangedSince);
  const heads = [dateTime(at - 1), dateTime(at), texts.time.now];
  return (
    <>
      <Switch
        label={texts.time.whole}
        checked={isWhole}
        onChange={(event) => {
          setWhole(event.currentTarget.checked);
        }}
      />
      {wanted.length === 0 ? <Empty text={texts.time.same} /> : <Facts heads={heads} facts={wanted} />}
    </>
  );
}

function Facts({ heads, facts }: { heads: readonly string[]; facts: readonly Fact[] }): ReactElement {
  const texts = useTexts();
  const named = (path: string) => path.split(".").map((part) => word(texts.fields, part));
  return (
    <div className={classes["scroll"]} tabIndex={0} role="region" aria-label={texts.time.beforeAndAfter}>
      <table className={classes["table"]} data-comparison>
        <thead>
          <tr>
            <td />
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {facts.map(({ path, values, isChanged }) => (
            <tr key={path} data-changed={isChanged}>
              <th scope="row">{named(path).join(" · ")}</th>
              {values.map((value, place) => (
                <td key={heads[place]}>{isChanged && place < 2 ? <mark>{value}</mark> : value}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Downloads the requests as a scenario, a test that designers can run. */
function Scenario({ player, stretch }: { player: number; stretch: Row }): ReactElement | null {
  const texts = useTexts();
  const { functions, line, world } = useHere();
  const made = useMutation({
    mutationFn: async () =>
      (await line.call("player_scenario", { player, ...stretch }, { world })) as { file: string; text: string },
    onSuccess: ({ file, text }) => {
      download(file, text, "text/plain");
    },
  });
  if (!functions.has("player_scenario") || !functions.may("player_scenario")) return null;
  return (
    <Group gap="sm">
      {made.error !== null && <ErrorNote error={made.error} />}
      <Button
        size="xs"
        variant="default"
        data-action="player_scenario"
        loading={made.isPending}
        leftSection={<IconDownload size={14} aria-hidden />}
        onClick={() => {
          made.mutate();
        }}
      >
        {texts.time.scenario}
      </Button>
    </Group>
  );
}
