import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Monster } from "../../art/creatures.js";
import { Icon } from "../../art/icons.js";
import { landOf, Scene } from "../../art/scene.js";
import { canSweep, catalog, monstersOf, type Stage } from "../../state/catalog.js";
import { player } from "../../state/player.js";
import { rove } from "../../ui/rove.js";
import { Expedition, Unfinished } from "../fight/expedition.js";
import { stateOf } from "../fight/model.js";
import { nodePlaces, type Region, REGIONS } from "./model.js";
import { Sweep } from "./sweep.js";
import { mapTexts } from "./texts.js";

export function MapScreen(): JSX.Element {
  const [chosen, choose] = useState<{ stage: Stage; entered: boolean } | undefined>(undefined);
  const t = mapTexts();
  const state = chosen && stateOf(chosen.stage.stage, player.value?.stages.general ?? 0);
  return (
    <div class="map" onKeyDown={rove}>
      {chosen === undefined && (
        <Unfinished
          mode="general"
          title={t.stage}
          onGoOn={(stage) => {
            choose({ stage, entered: true });
          }}
        />
      )}
      {REGIONS.map((region) => (
        <RegionBand
          key={region.stages[0]?.stage}
          region={region}
          onChoose={(stage) => {
            choose({ stage, entered: false });
          }}
        />
      ))}
      {chosen && (
        <Expedition
          mode="general"
          title={`${t.regions[landOf(chosen.stage.layout)] ?? ""} · ${t.stage(chosen.stage.stage)}`}
          stage={chosen.stage}
          locked={state === "locked"}
          entered={chosen.entered}
          onClose={() => {
            choose(undefined);
          }}
        >
          {state === "passed" && canSweep(chosen.stage.stage) && <Sweep stage={chosen.stage} />}
        </Expedition>
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
