import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Monster } from "../../art/creatures.js";
import { Icon } from "../../art/icons.js";
import { Scene } from "../../art/scene.js";
import { catalog, monstersOf, type Stage } from "../../state/catalog.js";
import { player } from "../../state/player.js";
import { rove } from "../../ui/rove.js";
import { Expedition, Unfinished } from "../fight/expedition.js";
import { stateOf } from "../fight/model.js";
import { climbed, floorOf, FLOORS } from "./model.js";
import { towerTexts } from "./texts.js";

export function TowerScreen(): JSX.Element {
  const [chosen, choose] = useState<{ stage: Stage; entered: boolean } | undefined>(undefined);
  const t = towerTexts();
  const floors = climbed(player.value?.stages.endless ?? 0);
  const title = (stage: number): string => t.floor(floorOf(stage));
  return (
    <div class="tower" onKeyDown={rove}>
      <Scene land="tower" />
      <header class="tower-head">
        <h2>{t.climbed(floors)}</h2>
        <p class="hint">{t.lead}</p>
      </header>
      {chosen === undefined && (
        <Unfinished
          mode="endless"
          title={title}
          onGoOn={(stage) => {
            choose({ stage, entered: true });
          }}
        />
      )}
      <p class="tower-top">{t.top}</p>
      <ol class="floors" reversed>
        {FLOORS.map((stage) => {
          const floor = floorOf(stage.stage);
          const state = stateOf(floor, floors);
          const keeper = monstersOf(catalog.layouts[stage.layout] ?? []).at(-1) ?? "";
          return (
            <li key={stage.stage}>
              <button
                type="button"
                data-rove
                class={`floor floor-${state}`}
                disabled={state === "passed"}
                onClick={() => {
                  choose({ stage, entered: false });
                }}
              >
                <span class="floor-keeper">
                  <Monster id={keeper} />
                </span>
                <b>{t.floor(floor)}</b>
                {state === "passed" && (
                  <span class="floor-state">
                    <Icon name="check" />
                    {t.passed}
                  </span>
                )}
                {state === "next" && <span class="floor-state">{t.here}</span>}
                {state === "locked" && (
                  <span class="floor-state">
                    <Icon name="lock" />
                  </span>
                )}
              </button>
            </li>
          );
        })}
      </ol>
      {chosen && (
        <Expedition
          mode="endless"
          title={title(chosen.stage.stage)}
          stage={chosen.stage}
          locked={stateOf(floorOf(chosen.stage.stage), floors) === "locked"}
          entered={chosen.entered}
          onClose={() => {
            choose(undefined);
          }}
        />
      )}
    </div>
  );
}
