import { ITEMS } from "../../client/client.js";
import type { JSX } from "preact";
import { ItemIcon } from "../../art/items.js";
import { Portrait } from "../../art/portrait.js";
import { Scene } from "../../art/scene.js";
import { useFresh } from "../../game/fresh.js";
import { secondsUntil } from "../../state/clock.js";
import { kit } from "../../state/kit.js";
import { player } from "../../state/player.js";
import { common } from "../../texts/common.js";
import { durationText, numberText } from "../../texts/texts.js";
import { Bar, Empty, Panel } from "../../ui/basics.js";
import type { IconName } from "../../art/icons.js";
import { attributes, BATTLE_ATTRIBUTES, MATERIALS, refreshCharacter, worldTime } from "./model.js";
import { characterTexts } from "./texts.js";

const MATERIAL_ITEMS = { 龙眼: ITEMS.dragon_eye, 凤羽: ITEMS.phoenix_feather } as const;

export function CharacterScreen(): JSX.Element {
  const t = characterTexts();
  useFresh(refreshCharacter);
  const me = player.value;
  const strongest = Math.max(40, ...BATTLE_ATTRIBUTES.map((name) => attributes.value[name] ?? 0));
  return (
    <div class="character">
      <section class="character-card">
        <Scene land="tower" />
        <Portrait of={me?.name ?? ""} />
        <h2>{me?.name}</h2>
        <p>{common().level(me?.level ?? 0)}</p>
        <p class="muted">{me?.need === 0 ? t.top : t.need(numberText(me?.need ?? 0))}</p>
        <p class="hint">{worldTime.value !== "" && t.time(worldTime.value)}</p>
        <p class="hint">{t.reset(durationText(secondsUntil(me?.nextResetAt ?? 0)))}</p>
      </section>
      <Panel title={t.attributes}>
        <dl class="attributes">
          {BATTLE_ATTRIBUTES.map((name) => (
            <div key={name} class="attribute">
              <dt>{t.names[name] ?? name}</dt>
              <dd>
                <b>{attributes.value[name] ?? 0}</b>
                <Bar value={(attributes.value[name] ?? 0) / strongest} label={name} tone="sky" />
              </dd>
            </div>
          ))}
        </dl>
        <ul class="materials">
          {MATERIALS.map((name) => (
            <li key={name} class="row">
              <ItemIcon id={MATERIAL_ITEMS[name]} />
              <span>{t.names[name] ?? name}</span>
              <b>{attributes.value[name] ?? 0}</b>
            </li>
          ))}
        </ul>
      </Panel>
      <Crafted title={t.skills} none={t.noSkills} icon="trial" of={kit.value.skills} />
      <Crafted title={t.equipment} none={t.noEquipment} icon="swords" of={kit.value.equipment} />
    </div>
  );
}

interface CraftedProps {
  title: string;
  none: string;
  icon: IconName;
  of: Readonly<Record<string, string>>;
}

function Crafted({ title, none, icon, of }: CraftedProps): JSX.Element {
  const entries = Object.entries(of);
  return (
    <Panel title={title} aside={<a href="#/craft">{characterTexts().toCraft}</a>}>
      {entries.length === 0 && <Empty icon={icon}>{none}</Empty>}
      <ul class="crafted">
        {entries.map(([name, description]) => (
          <li key={name}>
            <b>{name}</b>
            <p class="muted">{description}</p>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
