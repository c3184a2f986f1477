import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useComputed, useSignalEffect } from "@preact/signals";
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
import { endingsPassed, type Owned, ownedItems } from "./model.js";
import { inventoryTexts } from "./texts.js";

export function InventoryScreen(): JSX.Element {
  const t = inventoryTexts();
  const [chosen, choose] = useState<string | undefined>(undefined);
  useFresh(refreshPlayer);
  const passed = useComputed(() => endingsPassed(player.value?.expiring ?? [], nowSeconds.value));
  useSignalEffect(() => {
    if (passed.value) void Promise.resolve().then(refreshPlayer);
  });
  const owned = player.value ? ownedItems(player.value) : [];
  const item = owned.find((one) => one.item === chosen);
  return (
    <Panel title={t.title}>
      {owned.length === 0 && <Empty icon="bag">{t.empty}</Empty>}
      <ul class="bag" onKeyDown={rove}>
        {owned.map((one) => (
          <li key={one.item}>
            <Tile
              of={one}
              onOpen={() => {
                choose(one.item);
              }}
            />
          </li>
        ))}
      </ul>
      {item && (
        <ItemSheet
          of={item}
          onClose={() => {
            choose(undefined);
          }}
        />
      )}
    </Panel>
  );
}

function Tile({ of: { item, quantity, energy, ending }, onOpen }: { of: Owned; onOpen: () => void }): JSX.Element {
  const t = inventoryTexts();
  return (
    <button type="button" data-rove class={`tile ${energy === undefined ? "" : "tile-potion"}`} onClick={onOpen}>
      <ItemIcon id={item} />
      <b class="tile-count">{numberText(quantity)}</b>
      <span class="tile-name">{itemName(item)}</span>
      {ending && <small class="tile-ending">{t.ends(durationText(secondsUntil(ending.expires_at)))}</small>}
    </button>
  );
}
