import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { Monster } from "../../art/creatures.js";
import { landOf, Scene } from "../../art/scene.js";
import { catalog, type Layout, monstersOf, type Stage } from "../../state/catalog.js";
import { parseAmount, player } from "../../state/player.js";
import { common } from "../../texts/common.js";
import { monsterName } from "../../texts/names.js";
import { numberText } from "../../texts/texts.js";
import { Amounts } from "../../ui/amounts.js";
import { Button } from "../../ui/basics.js";
import { Dialog } from "../../ui/dialog.js";
import { Tabs } from "../../ui/tabs.js";
import { isOfStage } from "../odds/model.js";
import { OddsButton } from "../odds/table.js";
import { heightOf } from "./engine.js";
import { fightTexts } from "./texts.js";

interface SheetProps {
  title: string;
  stage: Stage;
  locked: boolean;
  onClose: () => void;
  onEnter: () => Promise<void>;
  /** What else one can do on this stage. */
  children?: ComponentChildren;
}

/** What awaits on a stage, and what one can do there. */
export function StageSheet({ title, stage, locked, onClose, onEnter, children }: SheetProps): JSX.Element {
  const t = fightTexts();
  const layout = catalog.layouts[stage.layout] ?? [];
  const rewards = stage.rewards.map(parseAmount);
  if (stage.exp > 0) rewards.push({ item: "exp", quantity: stage.exp });
  const tooLow = (player.value?.level ?? 0) < stage.level;
  return (
    <Dialog title={title} onClose={onClose}>
      <FieldView stage={stage} layout={layout} />
      <ul class="foes">
        {monstersOf(layout).map((id) => (
          <li key={id} class="foe-card">
            <Monster id={id} />
            <b>{monsterName(id)}</b>
            <small>
              {t.foe(numberText(catalog.monsters[id]?.life ?? 0), numberText(catalog.monsters[id]?.attack ?? 0))}
            </small>
          </li>
        ))}
      </ul>
      {rewards.length > 0 && (
        <div class="row">
          <span class="row-label">{common().rewards}</span>
          <Amounts of={rewards} />
        </div>
      )}
      <OddsButton at={isOfStage(stage.stage)} />
      <div class="actions">
        <Button
          tone="main"
          icon={locked || tooLow ? "lock" : "swords"}
          autofocus
          disabled={locked || tooLow}
          onPress={onEnter}
        >
          {locked ? t.locked : tooLow ? t.needsLevel(stage.level) : `${t.enter} · ${t.cost(stage.energy)}`}
        </Button>
        {children}
      </div>
    </Dialog>
  );
}

/** The field of a stage, wave by wave: where the foes come from. */
function FieldView({ stage, layout }: { stage: Stage; layout: Layout }): JSX.Element {
  const t = fightTexts();
  const [chosen, choose] = useState("0");
  const wave = layout[Number(chosen)];
  return (
    <>
      <Tabs
        label={t.waves}
        chosen={chosen}
        onChoose={choose}
        tabs={layout.map(({ time }, place) => ({ id: String(place), title: t.wave(place + 1, time) }))}
      />
      <div class="field-view">
        <Scene land={landOf(stage.layout)} />
        {wave?.enemies.map(({ monster, count, spawn: [x, y] }, place) => (
          <span key={place} class="field-foe" style={{ left: `${Math.min(x, 92)}%`, top: `${heightOf(y)}%` }}>
            <Monster id={monster} />
            <b>{common().times(count)}</b>
            <span class="visually-hidden">{monsterName(monster)}</span>
          </span>
        ))}
      </div>
    </>
  );
}
