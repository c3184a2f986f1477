import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ItemIcon } from "../../art/items.js";
import { refreshPlayer } from "../../game/session.js";
import { useFresh } from "../../game/fresh.js";
import { secondsUntil } from "../../state/clock.js";
import { type Amount, player } from "../../state/player.js";
import { itemName } from "../../texts/names.js";
import { durationText, numberText } from "../../texts/texts.js";
import { Button, Empty, Panel } from "../../ui/basics.js";
import { Dialog } from "../../ui/dialog.js";
import { rove } from "../../ui/rove.js";
import { Stepper } from "../../ui/stepper.js";
import { energyOf, ownedItems, use } from "./model.js";
import { bagTexts } from "./texts.js";

export function BagScreen(): JSX.Element {
  const t = bagTexts();
  const [chosen, choose] = useState<string | undefined>(undefined);
  useFresh(refreshPlayer);
  const items = ownedItems();
  const open = items.find(({ item }) => item === chosen);
  const expiring = player.value?.expiring ?? [];
  return (
    <div class="bag-screen">
      <Panel title={t.items}>
        {items.length === 0 && <Empty icon="bag">{t.empty}</Empty>}
        <ul class="items" onKeyDown={rove}>
          {items.map(({ item, quantity }) => (
            <li key={item}>
              <button
                type="button"
                data-rove
                class="item"
                onClick={() => {
                  choose(item);
                }}
              >
                <ItemIcon id={item} />
                <b>{numberText(quantity)}</b>
                <small>{itemName(item)}</small>
              </button>
            </li>
          ))}
        </ul>
      </Panel>
      {expiring.length > 0 && (
        <Panel title={t.expiring}>
          <ul class="expiring">
            {expiring.map(({ item, last_expires_at }) => (
              <li key={item} class="row">
                <ItemIcon id={item} />
                <b>{itemName(item)}</b>
                <span class="muted">{t.expires(durationText(secondsUntil(last_expires_at)))}</span>
              </li>
            ))}
          </ul>
        </Panel>
      )}
      {open && (
        <ItemSheet
          amount={open}
          onClose={() => {
            choose(undefined);
          }}
        />
      )}
    </div>
  );
}

function ItemSheet({ amount: { item, quantity }, onClose }: { amount: Amount; onClose: () => void }): JSX.Element {
  const t = bagTexts();
  const [count, setCount] = useState(1);
  const energy = energyOf(item);
  return (
    <Dialog title={itemName(item)} onClose={onClose}>
      <div class="item-sheet">
        <ItemIcon id={item} />
        <p>{t.owned(quantity.toLocaleString("en-US"))}</p>
        {energy !== undefined && (
          <>
            <p class="muted">{t.energy(energy)}</p>
            <div class="row">
              <Stepper label={t.count} value={count} least={1} most={Math.min(99, quantity)} onValue={setCount} />
              <Button
                tone="main"
                icon="bolt"
                autofocus
                onPress={async () => {
                  if (await use(item, count)) onClose();
                }}
              >
                {`${t.use} · +${energy * count}`}
              </Button>
            </div>
          </>
        )}
      </div>
    </Dialog>
  );
}
