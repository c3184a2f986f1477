import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ItemIcon } from "../../art/items.js";
import { owned } from "../../state/player.js";
import { itemName } from "../../texts/names.js";
import { Button, Field, Panel } from "../../ui/basics.js";
import { Stepper } from "../../ui/stepper.js";
import { type Craft, CRAFTS, isLegal, make } from "./model.js";
import { craftTexts } from "./texts.js";

const SPEND_MOST = 100;
/** The words are judged when the player has stopped writing. */
const PAUSE_MS = 350;

export function CraftScreen(): JSX.Element {
  return (
    <div class="craft">
      <Forge craft="skill" />
      <Forge craft="equipment" />
    </div>
  );
}

function Forge({ craft }: { craft: Craft }): JSX.Element {
  const t = craftTexts();
  const { material } = CRAFTS[craft];
  const have = owned(material);
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [spend, setSpend] = useState(1);
  const [made, setMade] = useState<string | undefined>(undefined);
  const legal = useLegal(name.trim(), description.trim());
  const examples = craft === "skill" ? t.examplesSkill : t.examplesEquipment;
  return (
    <Panel title={t[craft]} class={`forge forge-${craft}`}>
      <p class="muted">{craft === "skill" ? t.skillLead : t.equipmentLead}</p>
      <p class="row forge-have">
        <ItemIcon id={material} />
        <span>{itemName(material)}</span>
        <b>{t.have(have)}</b>
      </p>
      <div class="chips">
        {examples.map((example) => (
          <button
            key={example}
            type="button"
            class="chip"
            onClick={() => {
              setName(example);
              setDescription(t.describe(example));
            }}
          >
            {example}
          </button>
        ))}
      </div>
      <Field label={t.name} value={name} onValue={setName} maxLength={16} autocomplete="off" />
      <Field label={t.description} value={description} onValue={setDescription} maxLength={200} lines={2} />
      <p class={legal === false ? "forge-judged forge-illegal" : "forge-judged"} role="status">
        {legal === undefined ? "" : legal ? t.legal : t.illegal}
      </p>
      <div class="row">
        <Stepper
          label={t.spend}
          value={spend}
          least={1}
          most={Math.max(1, Math.min(SPEND_MOST, have))}
          onValue={setSpend}
        />
        <Button
          tone="main"
          icon="craft"
          disabled={legal !== true || have < spend}
          onPress={async () => {
            setMade(await make(craft, name.trim(), description.trim(), spend));
          }}
        >
          {t.make}
        </Button>
      </div>
      {have === 0 && <p class="hint">{t.none}</p>}
      {made !== undefined && (
        <p class="forge-made" role="status">
          {made}
        </p>
      )}
    </Panel>
  );
}

/** Whether the words may be used; undefined while it is not known. */
function useLegal(name: string, description: string): boolean | undefined {
  const [legal, setLegal] = useState<boolean | undefined>(undefined);
  useEffect(() => {
    setLegal(undefined);
    if (name === "" || description === "") return undefined;
    let current = true;
    const timer = setTimeout(() => {
      void isLegal(name, description).then((judged) => {
        if (current) setLegal(judged);
      });
    }, PAUSE_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [name, description]);
  return legal;
}
