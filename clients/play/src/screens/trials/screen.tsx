import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Icon } from "../../art/icons.js";
import { ItemIcon } from "../../art/items.js";
import { landOf, Scene } from "../../art/scene.js";
import { secondsUntil } from "../../state/clock.js";
import { type Stage, stagesOf } from "../../state/catalog.js";
import { parseAmount, player } from "../../state/player.js";
import { durationText } from "../../texts/texts.js";
import { Amounts } from "../../ui/amounts.js";
import { Button, Panel } from "../../ui/basics.js";
import { rove } from "../../ui/rove.js";
import { Expedition, Unfinished } from "../fight/expedition.js";
import { stateOf } from "../fight/model.js";
import { FightScreen } from "../fight/screen.js";
import { isOfStage } from "../odds/model.js";
import { OddsButton } from "../odds/table.js";
import {
  buyTicket,
  enterActivity,
  type Entered,
  passActivity,
  purchaseOf,
  ticketsOf,
  type TrialMode,
  windowText,
} from "./model.js";
import { trialsTexts } from "./texts.js";

export function TrialsScreen(): JSX.Element {
  return (
    <div class="trials" onKeyDown={rove}>
      <Trial mode="coin" />
      <Trial mode="exp" />
      <Activities />
    </div>
  );
}

function Trial({ mode }: { mode: TrialMode }): JSX.Element {
  const t = trialsTexts();
  const [chosen, choose] = useState<{ stage: Stage; entered: boolean } | undefined>(undefined);
  const stages = stagesOf(mode);
  const first = stages[0]?.stage ?? 0;
  const step = (stage: number): string => `${t[mode]} ${t.stage(stage - first + 1)}`;
  const { left } = ticketsOf(mode);
  const highest = Math.max(first - 1, player.value?.stages[mode] ?? 0);
  return (
    <Panel title={t[mode]} aside={<Reset />}>
      <div class="trial-banner">
        <Scene land={mode === "coin" ? "gold" : "spirit"} />
        <p>
          <ItemIcon id={mode === "coin" ? "3:18" : "3:19"} />
          <b>{t.tickets(left)}</b>
        </p>
      </div>
      {chosen === undefined && (
        <Unfinished
          mode={mode}
          title={step}
          onGoOn={(stage) => {
            choose({ stage, entered: true });
          }}
        />
      )}
      <ul class="steps">
        {stages.map((stage) => {
          const locked = stateOf(stage.stage, highest) === "locked";
          const low = (player.value?.level ?? 0) < stage.level;
          return (
            <li key={stage.stage}>
              <button
                type="button"
                data-rove
                class={`step ${locked || low ? "step-locked" : ""}`}
                aria-label={`${step(stage.stage)}, ${t.level(stage.level)}`}
                onClick={() => {
                  choose({ stage, entered: false });
                }}
              >
                {locked || low ? <Icon name="lock" /> : <b>{stage.stage - first + 1}</b>}
                <small>{t.level(stage.level)}</small>
              </button>
            </li>
          );
        })}
      </ul>
      <Buy mode={mode} />
      {chosen && (
        <Expedition
          mode={mode}
          title={step(chosen.stage.stage)}
          stage={chosen.stage}
          locked={stateOf(chosen.stage.stage, highest) === "locked"}
          entered={chosen.entered}
          onClose={() => {
            choose(undefined);
          }}
        />
      )}
    </Panel>
  );
}

function Reset(): JSX.Element {
  return <span class="hint">{trialsTexts().reset(durationText(secondsUntil(player.value?.nextResetAt ?? 0)))}</span>;
}

/** A ticket for diamonds or points. */
function Buy({ mode }: { mode: TrialMode }): JSX.Element | null {
  const t = trialsTexts();
  const sold = purchaseOf(mode);
  if (sold === undefined) return null;
  const { buyable } = ticketsOf(mode);
  const diamonds = sold.price.map(parseAmount)[0]?.quantity ?? 0;
  return (
    <div class="row trial-buy">
      <span class="row-label">
        {t.buy} · {t.buyable(buyable)}
      </span>
      <Button disabled={buyable === 0} onPress={() => buyTicket(mode, "diamond")}>
        {t.payDiamond(diamonds)}
      </Button>
      {sold.price_points !== undefined && (
        <Button disabled={buyable === 0} onPress={() => buyTicket(mode, "points")}>
          {t.payPoints(sold.price_points)}
        </Button>
      )}
    </div>
  );
}

function Activities(): JSX.Element {
  const t = trialsTexts();
  const [fought, setFought] = useState<{ stage: Stage; told: Entered } | undefined>(undefined);
  const stages = stagesOf("activity");
  const first = stages[0]?.stage ?? 0;
  const name = (stage: Stage): string => t.activityStage(stage.stage - first + 1);
  return (
    <Panel title={t.activity} class="activities">
      <p class="hint">{t.activityLead}</p>
      <ul class="activity-list">
        {stages.map((stage) => (
          <li key={stage.stage} class="activity">
            <Scene land={landOf(stage.layout)} />
            <div class="activity-body">
              <h3>{name(stage)}</h3>
              {stage.windows?.map((window) => (
                <small key={windowText(window)}>{windowText(window)}</small>
              ))}
              <Amounts of={stage.rewards.map(parseAmount)} />
              <OddsButton at={isOfStage(stage.stage)} />
              <Button
                data-rove
                icon="swords"
                onPress={async () => {
                  const told = await enterActivity(stage.stage);
                  if (told !== undefined) setFought({ stage, told });
                }}
              >
                {t.enter(stage.energy)}
              </Button>
            </div>
          </li>
        ))}
      </ul>
      {fought && (
        <FightScreen
          title={name(fought.stage)}
          land={landOf(fought.stage.layout)}
          layout={fought.told.layout}
          monsters={fought.told.monsters}
          onWon={() => passActivity(fought.stage.stage)}
          onClose={() => {
            setFought(undefined);
          }}
        />
      )}
    </Panel>
  );
}
