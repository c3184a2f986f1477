import { Tabs } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import type { ReactElement } from "react";
import { Link, useLocation, useParams } from "wouter";
import { type Row, useAnyReply, useHere } from "../../api/use.js";
import { useTexts, word } from "../../texts/index.js";
import { List } from "../../ui/list.js";
import { Card, Page } from "../../ui/page.js";
import { Empty, ErrorNote, Loading } from "../../ui/states.js";
import { PlayerActions } from "./actions.js";
import { AUDIT_COLUMNS } from "../audit.js";
import { Movements } from "./movements.js";
import { Part } from "./part.js";
import { Time } from "./time.js";
import classes from "./player.module.css";

const FEW = 5;
const SUMMARY = "summary";
const AUDIT = "audit";
const MOVEMENTS = "movements";
const TIME = "time";

/** What `player_view` answers. */
interface Viewed {
  player: number;
  name: string;
  parts: Readonly<Record<string, unknown>>;
}

export function Player(): ReactElement {
  const texts = useTexts();
  const { functions } = useHere();
  const [, go] = useLocation();
  const { player: typed, tab = SUMMARY, at } = useParams<{ player: string; tab?: string; at?: string }>();
  const player = Number(typed);
  const viewed = useAnyReply<Viewed>("player_view", { player, limit: FEW });
  const partNames = Object.keys(viewed.data?.parts ?? {});
  const more = { [TIME]: "player_as_of", [AUDIT]: "audit_list" };
  const others = Object.entries(more).flatMap(([one, called]) => (functions.has(called) ? [one] : []));
  const tabs = [SUMMARY, ...partNames, ...others];
  const name = viewed.data?.name;
  return (
    <Page
      name="players"
      title={
        <>
          <Link href="/players" className={classes["back"] ?? ""} aria-label={texts.pages.players}>
            <IconArrowLeft size={18} aria-hidden />
          </Link>
          <span className={classes["name"]}>{name ?? "…"}</span> <span className={classes["number"]}>#{typed}</span>
        </>
      }
    >
      {!functions.has("player_view") && <Empty text={texts.common.notHere} />}
      {viewed.error !== null && <ErrorNote error={viewed.error} retry={() => void viewed.refetch()} />}
      {viewed.isLoading && <Loading />}
      {viewed.data !== undefined && (
        <>
          <PlayerActions player={player} name={viewed.data.name} />
          <Tabs
            value={tabs.includes(tab) ? tab : SUMMARY}
            onChange={(chosen) => {
              go(`/players/${player}/${chosen ?? SUMMARY}`);
            }}
            keepMounted={false}
          >
            <Tabs.List className={classes["tabs"] ?? ""}>
              {tabs.map((one) => (
                <Tabs.Tab key={one} value={one}>
                  {word(texts.players.tabs, one)}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            {tabs.map((one) => (
              <Tabs.Panel key={one} value={one} pt="md">
                <Panel tab={one} player={player} viewed={viewed.data} at={momentOf(at)} />
              </Tabs.Panel>
            ))}
          </Tabs>
        </>
      )}
    </Page>
  );
}

interface PanelProps {
  tab: string;
  player: number;
  viewed: Viewed;
  at: number | undefined;
}

function Panel({ tab, player, viewed, at }: PanelProps): ReactElement {
  if (tab === SUMMARY) return <Summary viewed={viewed} />;
  if (tab === TIME) return <Time player={player} name={viewed.name} at={at} />;
  if (tab === AUDIT) {
    return (
      <Card>
        <List called="audit_list" list="entries" data={{ player }} columns={AUDIT_COLUMNS} />
      </Card>
    );
  }
  return (
    <Card>
      {tab === MOVEMENTS ? <Movements player={player} name={viewed.name} /> : <Part player={player} part={tab} />}
    </Card>
  );
}

/** The beginning of every part. */
function Summary({ viewed }: { viewed: Viewed }): ReactElement {
  const texts = useTexts();
  const parts = Object.entries(viewed.parts).filter(([, part]) => !isEmpty(part));
  return (
    <div className={classes["summary"]}>
      {parts.map(([name]) => (
        <Card
          key={name}
          title={
            <Link href={`/players/${viewed.player}/${name}`} className={classes["more"] ?? ""}>
              {word(texts.players.tabs, name)}
            </Link>
          }
        >
          <Part player={viewed.player} part={name} shown={viewed.parts[name]} />
        </Card>
      ))}
    </div>
  );
}

/** Unix seconds in an address. */
function momentOf(typed: string | undefined): number | undefined {
  const at = Number(typed);
  return typed !== undefined && Number.isInteger(at) && at > 0 ? at : undefined;
}

function isEmpty(part: unknown): boolean {
  if (part === null || part === undefined) return true;
  if (Array.isArray(part)) return part.length === 0;
  const entries = typeof part === "object" ? (part as Row)["entries"] : undefined;
  return Array.isArray(entries) && entries.length === 0;
}
