import { useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ItemIcon } from "../../art/items.js";
import { useFresh } from "../../game/fresh.js";
import { refreshPlayer } from "../../game/session.js";
import { nowSeconds, secondsUntil } from "../../state/clock.js";
import { player } from "../../state/player.js";
import { itemName } from "../../texts/names.js";
import { durationText, numberText } from "../../texts/texts.js";
import { Empty, Panel } from "../../ui/basics.js";
import { rove } from "../../ui/rove.js";
import { ItemSheet } from "./item.js";
import { hasEnded, type Owned, ownedItems } from "./model.js";
import { bagTexts } from "./texts.js";

export function BagScreen(): JSX.Element {
  const t = bagTexts();
  const [chosen, choose] = useState<string | undefined>(undefined);
  useFresh(refreshPlayer);
  useSignalEffect(() => {
    if (hasEnded(player.peek()?.expiring ?? [], nowSeconds.value)) void refreshPlayer();
  });
  const items = player.value ? ownedItems(player.value) : [];
  const open = items.find(({ item }) => item === chosen);
  return (
    <div class="bag-screen">
      <Panel title={t.items}>
        {items.length === 0 && <Empty icon="bag">{t.empty}</Empty>}
        <ul class="items" onKeyDown={rove}>
          {items.map((owned) => (
            <li key={owned.item}>
              <Tile
                owned={owned}
                onOpen={() => {
                  choose(owned.item);
                }}
              />
            </li>
          ))}
        </ul>
      </Panel>
      {open && (
        <ItemSheet
          owned={open}
          onClose={() => {
            choose(undefined);
          }}
        />
      )}
    </div>
  );
}

function Tile({
  owned: { item, quantity, energy, ending },
  onOpen,
}: {
  owned: Owned;
  onOpen: () => void;
}): JSX.Element {
  const t = bagTexts();
  return (
    <button type="button" data-rove class={energy === undefined ? "item" : "item item-potion"} onClick={onOpen}>
      <ItemIcon id={item} />
      <b>{numberText(quantity)}</b>
      <small>{itemName(item)}</small>
      {ending && <small class="item-ending">{t.expires(durationText(secondsUntil(ending.expires_at)))}</small>}
    </button>
  );
}
