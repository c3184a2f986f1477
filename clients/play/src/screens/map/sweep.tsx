import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Stage } from "../../state/catalog.js";
import { Button } from "../../ui/basics.js";
import { Stepper } from "../../ui/stepper.js";
import { fightTexts } from "../fight/texts.js";
import { sweep } from "./model.js";
import { mapTexts } from "./texts.js";

/** Wins a passed stage again, as often as the player likes, without a fight. */
export function Sweep({ stage }: { stage: Stage }): JSX.Element {
  const [count, setCount] = useState(1);
  const t = mapTexts();
  return (
    <div class="sweep">
      <Stepper label={t.sweepCount} value={count} least={1} most={20} onValue={setCount} />
      <Button icon="broom" onPress={() => sweep(stage.stage, count)}>
        {`${t.sweep} · ${fightTexts().cost(stage.energy * count)}`}
      </Button>
    </div>
  );
}
