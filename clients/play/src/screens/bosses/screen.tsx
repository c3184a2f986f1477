import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Boss } from "../../art/creatures.js";
import { Scene } from "../../art/scene.js";
import { TICKET_KINDS } from "../../client/client.js";
import { act, gainsOf } from "../../game/act.js";
import { useFresh, usePolled } from "../../game/fresh.js";
import { secondsUntil } from "../../state/clock.js";
import { bossesChanged } from "../../state/news.js";
import { patchPlayer, player } from "../../state/player.js";
import { bossName } from "../../texts/names.js";
import { durationText, numberText } from "../../texts/texts.js";
import { Bar, Button, Panel } from "../../ui/basics.js";
import { Tabs } from "../../ui/tabs.js";
import { enterStage } from "../fight/model.js";
import { BossFight } from "./fight.js";
import { type BossState, bossStage, currentBoss, type Hall, hall, refreshHall } from "./model.js";
import { RankingView } from "./ranking.js";
import { bossesTexts } from "./texts.js";

/** The bars move for everybody: others' strikes are seen this soon. */
const POLL_MS = 3_000;

export function BossesScreen(): JSX.Element {
  const t = bossesTexts();
  const [tab, setTab] = useState<"hall" | "ranking" | "ofAll">("hall");
  useFresh(refreshHall, bossesChanged);
  usePolled(refreshHall, POLL_MS);
  const known = hall.value;
  return (
    <div class="bosses">
      <Tabs
        label={t.title}
        chosen={tab}
        onChoose={setTab}
        tabs={[
          { id: "hall", title: t.hall },
          { id: "ranking", title: t.ranking },
          { id: "ofAll", title: t.ofAll },
        ]}
      />
      {tab === "ranking" && <RankingView key="ranking" ofAll={false} />}
      {tab === "ofAll" && <RankingView key="ofAll" ofAll />}
      {tab === "hall" && known && <HallView known={known} />}
    </div>
  );
}

function HallView({ known }: { known: Hall }): JSX.Element {
  const t = bossesTexts();
  const current = currentBoss(known);
  return (
    <>
      <Panel class="boss-banner">
        <Scene land="lair" />
        {current >= 0 ? <Foremost known={known} place={current} /> : <p class="boss-alldead">{t.allDead}</p>}
      </Panel>
      <ul class="boss-list">
        {known.bosses.map((boss, place) => (
          <li key={place}>
            <BossCard boss={boss} place={place} current={place === current} />
          </li>
        ))}
      </ul>
    </>
  );
}

/** The boss that is fought now, and the way to it. */
function Foremost({ known, place }: { known: Hall; place: number }): JSX.Element {
  const t = bossesTexts();
  const [fought, setFought] = useState<number | undefined>(undefined);
  const { life = 0, ratio = 1 } = known.bosses[place] ?? {};
  const me = player.value;
  const stage = bossStage(me?.stages.boss ?? 0);
  const left = me?.limits[TICKET_KINDS.boss_challenge] ?? 0;
  const open = me?.session?.mode === "boss" ? me.session.stage : undefined;
  const enter = async (): Promise<void> => {
    if (stage === undefined) return;
    if (open !== undefined) setFought(open);
    else if (await enterStage("boss", stage.stage)) setFought(stage.stage);
  };
  return (
    <div class="foremost">
      <div class="foremost-art">
        <Boss place={place} />
      </div>
      <div class="foremost-body">
        <h2>{bossName(place)}</h2>
        <Bar value={ratio} label={bossName(place)} tone="seal" />
        <p class="foremost-life">{t.life(numberText(Math.ceil(life * ratio)), numberText(life))}</p>
        <p>
          {t.tickets(left)} · {t.best(numberText(known.best))}
        </p>
        {known.seasonEndsAt !== undefined && (
          <p class="hint">{t.season(durationText(secondsUntil(known.seasonEndsAt)))}</p>
        )}
        <Button tone="danger" icon="swords" disabled={left === 0 && open === undefined} onPress={enter}>
          {open === undefined ? t.fight(stage?.energy ?? 0) : t.goOn}
        </Button>
      </div>
      {fought !== undefined && (
        <BossFight
          place={place}
          onDamage={(damage) => reportDamage(fought, damage)}
          onClose={() => {
            setFought(undefined);
            void refreshHall();
          }}
        />
      )}
    </div>
  );
}

async function reportDamage(
  stage: number,
  damage: number,
): Promise<{ loot: ReturnType<typeof gainsOf>; record: boolean } | undefined> {
  const won = await act("victory_stage_boss", { stage, damage }, { quiet: true });
  if (won === undefined) return undefined;
  const stages = player.peek()?.stages;
  if (stages !== undefined) patchPlayer({ session: null, stages: { ...stages, boss: Math.max(stages.boss, stage) } });
  return { loot: gainsOf(won), record: "record" in won.boss && won.boss.record === 1 };
}

function BossCard({ boss, place, current }: { boss: BossState; place: number; current: boolean }): JSX.Element {
  const t = bossesTexts();
  const dead = boss.ratio === 0;
  return (
    <article class={`boss-card ${dead ? "boss-dead" : ""} ${current ? "boss-current" : ""}`}>
      <div class="boss-card-art">
        <Boss place={place} />
      </div>
      <b>{bossName(place)}</b>
      <Bar value={boss.ratio} label={bossName(place)} tone="seal" />
      <small>{dead ? t.dead : `${current ? t.current : t.waiting} · ${numberText(boss.life * boss.ratio)}`}</small>
    </article>
  );
}
