import type { JSX } from "preact";
import { Icon } from "../art/icons.js";
import { ItemIcon } from "../art/items.js";
import { Portrait } from "../art/portrait.js";
import { ITEMS } from "../client/client.js";
import { energyNow } from "../game/energy.js";
import { catalog } from "../state/catalog.js";
import { secondsUntil } from "../state/clock.js";
import { owned, player } from "../state/player.js";
import { common } from "../texts/common.js";
import { told } from "../texts/frame.js";
import { itemName } from "../texts/names.js";
import { durationText, numberText } from "../texts/texts.js";
import { Bar } from "../ui/basics.js";

export function TopBar(): JSX.Element {
  const me = player.value;
  if (me === undefined) return <header class="topbar" />;
  const part = me.need === 0 ? 1 : levelPart(me.level, me.need);
  return (
    <header class="topbar">
      <a class="topbar-me" href="#/character">
        <Portrait of={me.name} />
        <div>
          <b class="topbar-name">{me.name}</b>
          <span class="topbar-level">{common().level(me.level)}</span>
          <Bar value={part} label={common().exp} tone="jade" />
        </div>
      </a>
      <Energy />
      <div class="purses">
        <Purse item={ITEMS.coin} />
        <Purse item={ITEMS.diamond} />
      </div>
    </header>
  );
}

/** The energy, with what it counts down to: the next point, to the second. */
function Energy(): JSX.Element {
  const { remain = 0, cooling = -1, fullAt = 0 } = energyNow.value ?? {};
  const rising = cooling >= 0;
  const full = durationText(secondsUntil(fullAt / 1000));
  return (
    <div class="energy" title={rising ? told().full(full) : told().energyIsFull}>
      <Icon name="bolt" />
      <div>
        <span class="energy-count">
          <b>{remain}</b>/{catalog.energyMax}
        </span>
        <span class="energy-next" role="timer">
          {rising ? durationText(cooling) : told().energyIsFull}
        </span>
      </div>
      <span class="visually-hidden">{common().energy}</span>
    </div>
  );
}

function Purse({ item }: { item: string }): JSX.Element {
  return (
    <div class="purse" title={itemName(item)}>
      <ItemIcon id={item} />
      <b>{numberText(owned(item))}</b>
      <span class="visually-hidden">{itemName(item)}</span>
    </div>
  );
}

/** How far into its level a player is: a step of the level curve is as long as `levels.ron` makes it. */
function levelPart(level: number, need: number): number {
  const step = level <= 118 ? 120 : level <= 238 ? 240 : 360;
  return 1 - need / (step * level);
}
