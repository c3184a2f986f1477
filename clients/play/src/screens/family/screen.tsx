import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Portrait } from "../../art/portrait.js";
import { useFresh } from "../../game/fresh.js";
import { Button, Empty, Field, Panel } from "../../ui/basics.js";
import { type Family, family, found, join, leave, lookUp, refreshFamily } from "./model.js";
import { familyTexts } from "./texts.js";

const NAME_LONGEST = 16;

export function FamilyScreen(): JSX.Element {
  const t = familyTexts();
  useFresh(refreshFamily);
  const mine = family.value;
  const [other, setOther] = useState<Family | undefined>(undefined);
  return (
    <div class="family">
      <Panel title={mine ? mine.family : t.mine} aside={<span class="hint">{t.lead}</span>}>
        {mine ? (
          <>
            <Members of={mine} />
            <Button tone="quiet" onPress={leave}>
              {t.leave}
            </Button>
          </>
        ) : (
          <Empty icon="family">{t.none}</Empty>
        )}
      </Panel>
      {!mine && (
        <Panel title={t.found}>
          <Named button={t.foundButton} onName={found} />
        </Panel>
      )}
      {!mine && (
        <Panel title={t.join}>
          <Named button={t.joinButton} onName={join} />
        </Panel>
      )}
      <Panel title={t.look}>
        <Named
          button={t.lookButton}
          onName={async (name) => {
            setOther(await lookUp(name));
          }}
        />
        {other && (
          <>
            <h3>{other.family}</h3>
            <Members of={other} />
          </>
        )}
      </Panel>
    </div>
  );
}

function Members({ of }: { of: Family }): JSX.Element {
  const t = familyTexts();
  return (
    <>
      <p class="muted">{t.members(of.members.length, of.max)}</p>
      <ul class="members">
        {of.members.map((member) => (
          <li key={member} class="member">
            <Portrait of={member} />
            <b>{member}</b>
            {member === of.leader && <span class="member-leader">{t.leader}</span>}
          </li>
        ))}
      </ul>
    </>
  );
}

function Named({ button, onName }: { button: string; onName: (name: string) => Promise<void> }): JSX.Element {
  const t = familyTexts();
  const [name, setName] = useState("");
  return (
    <form
      class="named"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== "") void onName(name.trim());
      }}
    >
      <Field label={t.name} value={name} onValue={setName} maxLength={NAME_LONGEST} autocomplete="off" />
      <button type="submit" class="button" disabled={name.trim() === ""}>
        {button}
      </button>
    </form>
  );
}
