import type { JSX } from "preact";
import { ItemIcon } from "../art/items.js";
import type { Amount } from "../state/player.js";
import { itemName } from "../texts/names.js";
import { numberText } from "../texts/texts.js";

/** Items with their quantities, as chips. */
export function Amounts({ of, sign = false }: { of: readonly Amount[]; sign?: boolean }): JSX.Element {
  return (
    <ul class="amounts">
      {of.map(({ item, quantity }) => (
        <li key={item} class="amount" title={itemName(item)}>
          <ItemIcon id={item} />
          <span class="visually-hidden">{itemName(item)}</span>
          <b>{`${sign && quantity > 0 ? "+" : ""}${numberText(quantity)}`}</b>
        </li>
      ))}
    </ul>
  );
}
