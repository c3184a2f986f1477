import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Chest as ChestArt } from "../../art/chest.js";
import { Scene } from "../../art/scene.js";
import { useFresh, usePolled } from "../../game/fresh.js";
import { nowSeconds } from "../../state/clock.js";
import { player } from "../../state/player.js";
import { durationText } from "../../texts/texts.js";
import { Amounts } from "../../ui/amounts.js";
import { Button, Panel } from "../../ui/basics.js";
import { Stepper } from "../../ui/stepper.js";
import { isOfHangUp } from "../odds/model.js";
import { OddsButton } from "../odds/table.js";
import { chest, type Chest, fillOf, hangAt, openChest, refreshChest } from "./model.js";
import { chestTexts } from "./texts.js";

/** A minute's worth falls into the chest a little after the minute. */
const POLL_MS = 15_000;

export function ChestScreen(): JSX.Element {
  const t = chestTexts();
  useFresh(refreshChest);
  usePolled(refreshChest, POLL_MS);
  const highest = player.value?.stages.general ?? 1;
  const [stage, setStage] = useState(() => {
    const hanging = player.peek()?.hangUpStage ?? 0;
    return hanging > 0 ? hanging : highest;
  });
  const now = chest.value;
  return (
    <div class="chest-screen">
      <div class="chest-place">
        <Scene land="meadow" />
        {now ? <Filling now={now} /> : <Waiting />}
      </div>
      <Panel title={t.choose}>
        <div class="row">
          <Stepper label={t.choose} value={stage} least={1} most={highest} onValue={setStage} />
          <Button tone="main" icon="clock" disabled={now?.stage === stage} onPress={() => hangAt(stage)}>
            {now ? t.change : t.start}
          </Button>
          <OddsButton at={isOfHangUp(stage)} />
        </div>
      </Panel>
    </div>
  );
}

function Waiting(): JSX.Element {
  const t = chestTexts();
  return (
    <div class="chest-body">
      <ChestArt fill={0} />
      <h2>{t.idle}</h2>
      <p class="muted">{t.idleHint}</p>
    </div>
  );
}

function Filling({ now }: { now: Chest }): JSX.Element {
  const t = chestTexts();
  const full = now.contents.filter(({ quantity }) => quantity > 0);
  return (
    <div class="chest-body">
      <ChestArt fill={fillOf(now)} />
      <h2>{t.at(now.stage)}</h2>
      <p role="timer">{t.hanging(durationText(nowSeconds.value - now.since))}</p>
      {full.length > 0 ? <Amounts of={full} /> : <p class="muted">{t.minute}</p>}
      <Button tone="main" icon="chest" disabled={full.length === 0} onPress={openChest}>
        {t.open}
      </Button>
    </div>
  );
}
