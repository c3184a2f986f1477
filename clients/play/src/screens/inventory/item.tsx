import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ItemIcon } from "../../art/items.js";
import { secondsUntil } from "../../state/clock.js";
import { itemName } from "../../texts/names.js";
import { durationText, momentText, numberText } from "../../texts/texts.js";
import { Button } from "../../ui/basics.js";
import { Dialog } from "../../ui/dialog.js";
import { Stepper } from "../../ui/stepper.js";
import { drink, type Ending, type Owned } from "./model.js";
import { inventoryTexts } from "./texts.js";

/** One item, and what one can do with it. */
export function ItemSheet({ of: owned, onClose }: { of: Owned; onClose: () => void }): JSX.Element {
  const t = inventoryTexts();
  const { item, quantity, energy, ending } = owned;
  return (
    <Dialog title={itemName(item)} onClose={onClose}>
      <div class="item-sheet">
        <ItemIcon id={item} />
        <div>
          <b>{t.owned(numberText(quantity))}</b>
          {energy !== undefined && <p>{t.gives(energy)}</p>}
          {ending && <EndingView of={ending} quantity={quantity} />}
          {energy === undefined && <p class="hint">{ending ? t.limited : t.plain}</p>}
        </div>
      </div>
      {energy !== undefined && <Drink item={item} quantity={quantity} energy={energy} onLast={onClose} />}
    </Dialog>
  );
}

function EndingView({ of, quantity }: { of: Ending; quantity: number }): JSX.Element {
  const t = inventoryTexts();
  const left = durationText(secondsUntil(of.expires_at));
  return (
    <>
      <p role="timer">{of.quantity < quantity ? t.endsOf(of.quantity, left) : t.ends(left)}</p>
      {of.last_expires_at > of.expires_at && <p class="hint">{t.lastEnds(momentText(of.last_expires_at))}</p>}
    </>
  );
}

interface DrinkProps {
  item: string;
  quantity: number;
  energy: number;
  /** When none is left. */
  onLast: () => void;
}

function Drink({ item, quantity, energy, onLast }: DrinkProps): JSX.Element {
  const t = inventoryTexts();
  const [wanted, setWanted] = useState(1);
  const count = Math.min(wanted, quantity);
  return (
    <>
      <div class="row">
        <Stepper label={t.count} value={count} least={1} most={quantity} onValue={setWanted} />
        <Button
          tone="main"
          icon="bolt"
          autofocus
          onPress={async () => {
            if ((await drink(item, count)) && count === quantity) onLast();
          }}
        >
          {t.drink(energy * count)}
        </Button>
      </div>
      <p class="hint">{t.above}</p>
    </>
  );
}
