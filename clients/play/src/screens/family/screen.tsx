import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Portrait } from "../../art/portrait.js";
import { useFresh, usePolled } from "../../game/fresh.js";
import { player } from "../../state/player.js";
import { Button, Empty, Field, Panel } from "../../ui/basics.js";
import { Confirm } from "../../ui/confirm.js";
import { Form } from "../../ui/form.js";
import { type Family, family, found, join, leave, leavingOf, lookUp, refreshFamily } from "./model.js";
import { familyTexts } from "./texts.js";

/** Who joins or leaves is seen this soon. */
const POLL_MS = 10_000;

export function FamilyScreen(): JSX.Element {
  const t = familyTexts();
  useFresh(refreshFamily);
  usePolled(refreshFamily, POLL_MS);
  const mine = family.value;
  const [other, setOther] = useState<Family | undefined>(undefined);
  return (
    <div class="family">
      {mine && <Mine family={mine} />}
      {mine === null && (
        <Panel title={t.mine} aside={<span class="hint">{t.lead}</span>}>
          <Empty icon="family">{t.none}</Empty>
        </Panel>
      )}
      {mine === null && (
        <Panel title={t.found}>
          <Named button={t.foundButton} hint={t.nameHint} onName={found} />
        </Panel>
      )}
      {mine === null && (
        <Panel title={t.join}>
          <Named button={t.joinButton} onName={join} />
        </Panel>
      )}
      {mine !== undefined && (
        <Panel title={t.look}>
          <Named
            button={t.lookButton}
            onName={async (name) => {
              setOther(await lookUp(name));
            }}
          />
          {other && (
            <div class="family-other">
              <h3>{other.family}</h3>
              <Members of={other} />
              {mine === null && <Button onPress={() => join(other.family)}>{t.joinThis(other.family)}</Button>}
            </div>
          )}
        </Panel>
      )}
    </div>
  );
}

function Mine({ family: mine }: { family: Family }): JSX.Element {
  const t = familyTexts();
  const [leaves, setLeaves] = useState(false);
  return (
    <Panel title={mine.family} aside={<span class="hint">{t.lead}</span>}>
      <Members of={mine} />
      <Button
        tone="quiet"
        onPress={() => {
          setLeaves(true);
        }}
      >
        {t.leave}
      </Button>
      {leaves && (
        <Confirm
          title={t.leave}
          action={t.leave}
          onConfirm={leave}
          onClose={() => {
            setLeaves(false);
          }}
        >
          {t.leaving[leavingOf(mine, player.value?.name ?? "")](mine.members[1] ?? "")}
        </Confirm>
      )}
    </Panel>
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
            {member === player.value?.name && <span class="hint">{t.me}</span>}
          </li>
        ))}
      </ul>
    </>
  );
}

interface NamedProps {
  button: string;
  hint?: string;
  onName: (name: string) => Promise<void>;
}

function Named({ button, hint, onName }: NamedProps): JSX.Element {
  const t = familyTexts();
  const [name, setName] = useState("");
  return (
    <Form label={button}>
      <Field
        label={t.name}
        value={name}
        onValue={setName}
        autocomplete="off"
        {...(hint === undefined ? {} : { hint })}
      />
      <Button type="submit" disabled={name.trim() === ""} onPress={() => onName(name.trim())}>
        {button}
      </Button>
    </Form>
  );
}
