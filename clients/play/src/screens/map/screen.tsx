import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Monster } from "../../art/creatures.js";
import { Icon } from "../../art/icons.js";
import { landOf, Scene } from "../../art/scene.js";
import { catalog, monstersOf, type Stage, stageOf } from "../../state/catalog.js";
import { player } from "../../state/player.js";
import { Button } from "../../ui/basics.js";
import { rove } from "../../ui/rove.js";
import { enterStage, winStage } from "../fight/model.js";
import { FightScreen } from "../fight/screen.js";
import { nodePlaces, type Region, REGIONS, stateOf } from "./model.js";
import { StageSheet } from "./stage.js";
import { mapTexts } from "./texts.js";

export function MapScreen(): JSX.Element {
  const [chosen, choose] = useState<Stage | undefined>(undefined);
  const [fought, fight] = useState<Stage | undefined>(undefined);
  const t = mapTexts();
  const session = player.value?.session;
  const open = session?.mode === "general" ? stageOf(session.stage) : undefined;
  return (
    <div class="map" onKeyDown={rove}>
      {open !== undefined && fought === undefined && (
        <div class="notice">
          <Icon name="swords" />
          <span>{t.unfinished(open.stage)}</span>
          <Button
            tone="main"
            onPress={() => {
              fight(open);
            }}
          >
            {t.goOn}
          </Button>
        </div>
      )}
      {REGIONS.map((region) => (
        <RegionBand key={region.stages[0]?.stage} region={region} onChoose={choose} />
      ))}
      {chosen && (
        <StageSheet
          stage={chosen}
          onClose={() => {
            choose(undefined);
          }}
          onEnter={async () => {
            if (!(await enterStage("general", chosen.stage))) return;
            choose(undefined);
            fight(chosen);
          }}
        />
      )}
      {fought && (
        <FightScreen
          title={t.stage(fought.stage)}
          land={landOf(fought.layout)}
          layout={catalog.layouts[fought.layout] ?? []}
          onWon={() => winStage("general", fought.stage)}
          onClose={() => {
            fight(undefined);
          }}
        />
      )}
    </div>
  );
}

function RegionBand({ region, onChoose }: { region: Region; onChoose: (stage: Stage) => void }): JSX.Element {
  const t = mapTexts();
  const places = nodePlaces(region.stages.length);
  const highest = player.value?.stages.general ?? 0;
  const name = t.regions[region.land] ?? "";
  return (
    <section class="region" aria-label={name}>
      <Scene land={region.land} />
      <h2 class="region-name">{name}</h2>
      <svg class="region-path" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
        <polyline points={places.map(({ x, y }) => `${x},${y}`).join(" ")} />
      </svg>
      {region.stages.map((stage, place) => {
        const state = stateOf(stage.stage, highest);
        const leader = monstersOf(catalog.layouts[stage.layout] ?? []).at(-1);
        const { x, y } = places[place] ?? { x: 50, y: 50 };
        return (
          <button
            key={stage.stage}
            type="button"
            data-rove
            class={`node node-${state}`}
            style={{ left: `${x}%`, top: `${y}%` }}
            aria-label={`${name} ${t.stage(stage.stage)}, ${t[state]}`}
            onClick={() => {
              onChoose(stage);
            }}
          >
            {leader !== undefined && state === "next" && (
              <span class="node-leader">
                <Monster id={leader} />
              </span>
            )}
            {state === "locked" ? <Icon name="lock" /> : <b>{stage.stage}</b>}
          </button>
        );
      })}
    </section>
  );
}
