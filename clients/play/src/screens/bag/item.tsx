import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ItemIcon } from "../../art/items.js";
import { useFresh } from "../../game/fresh.js";
import { secondsUntil } from "../../state/clock.js";
import { itemName } from "../../texts/names.js";
import { durationText, momentText } from "../../texts/texts.js";
import { Button } from "../../ui/basics.js";
import { Dialog } from "../../ui/dialog.js";
import { Stepper } from "../../ui/stepper.js";
import { isChest, refreshOdds, rolledAt, tables } from "../odds/model.js";
import { OddsButton } from "../odds/table.js";
import { type Ending, type Owned, use } from "./model.js";
import { bagTexts } from "./texts.js";

/** One item, and what one can do with it. */
export function ItemSheet({ owned, onClose }: { owned: Owned; onClose: () => void }): JSX.Element {
  const t = bagTexts();
  const { item, quantity, energy, ending } = owned;
  // The tables say which items are chests.
  useFresh(refreshOdds);
  return (
    <Dialog title={itemName(item)} onClose={onClose}>
      <div class="item-sheet">
        <ItemIcon id={item} />
        <p>{t.owned(quantity.toLocaleString("en-US"))}</p>
        {ending && <EndingView ending={ending} quantity={quantity} />}
        {energy !== undefined ? (
          <Drink item={item} quantity={quantity} energy={energy} onLast={onClose} />
        ) : rolledAt(tables.value ?? [], isChest(item)).length > 0 ? (
          <Open item={item} quantity={quantity} onLast={onClose} />
        ) : (
          <p class="hint">{ending ? t.limited : t.plain}</p>
        )}
      </div>
    </Dialog>
  );
}

function EndingView({ ending, quantity }: { ending: Ending; quantity: number }): JSX.Element {
  const t = bagTexts();
  const left = durationText(secondsUntil(ending.expires_at));
  return (
    <>
      <p role="timer">{ending.quantity < quantity ? t.part(ending.quantity, left) : t.expires(left)}</p>
      {ending.last_expires_at > ending.expires_at && <p class="hint">{t.last(momentText(ending.last_expires_at))}</p>}
    </>
  );
}

interface UseProps {
  item: string;
  quantity: number;
  /** When none is left. */
  onLast: () => void;
}

/** A chest, with the chances of what is in it. */
function Open(props: UseProps): JSX.Element {
  const t = bagTexts();
  return (
    <>
      <UseRow {...props} icon="chest" label={(count) => `${t.open} · ${count}`} />
      <OddsButton at={isChest(props.item)} />
    </>
  );
}

function Drink({ energy, ...props }: UseProps & { energy: number }): JSX.Element {
  const t = bagTexts();
  return (
    <>
      <p class="muted">{t.energy(energy)}</p>
      <UseRow {...props} icon="bolt" label={(count) => `${t.use} · +${energy * count}`} />
      <p class="hint">{t.above}</p>
    </>
  );
}

interface UseRowProps extends UseProps {
  icon: "bolt" | "chest";
  /** What the button says for a number of items. */
  label: (count: number) => string;
}

/** How many to use, and the button that uses them. */
function UseRow({ item, quantity, onLast, icon, label }: UseRowProps): JSX.Element {
  const t = bagTexts();
  const [wanted, setWanted] = useState(1);
  const count = Math.min(wanted, quantity);
  return (
    <div class="row">
      <Stepper label={t.count} value={count} least={1} most={quantity} onValue={setWanted} />
      <Button
        tone="main"
        icon={icon}
        autofocus
        onPress={async () => {
          if ((await use(item, count)) && count === quantity) onLast();
        }}
      >
        {label(count)}
      </Button>
    </div>
  );
}
