import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Icon } from "../../art/icons.js";
import { Portrait } from "../../art/portrait.js";
import { Scene } from "../../art/scene.js";
import { useFresh, usePolled } from "../../game/fresh.js";
import { player } from "../../state/player.js";
import { Button, Field, Panel } from "../../ui/basics.js";
import { Confirm } from "../../ui/confirm.js";
import { Form } from "../../ui/form.js";
import { type Family, family, found, join, leaveFamily, leavingOf, nextLeader, refreshFamily, visit } from "./model.js";
import { familyTexts } from "./texts.js";

/** Who joins or leaves is seen this soon. */
const POLL_MS = 10_000;

export function FamilyScreen(): JSX.Element {
  useFresh(refreshFamily);
  usePolled(refreshFamily, POLL_MS);
  const mine = family.value;
  return (
    <div class="family">
      {mine === null && <Outside />}
      {mine && <Home of={mine} />}
    </div>
  );
}

/** For who is in no family. */
function Outside(): JSX.Element {
  const t = familyTexts();
  const [name, setName] = useState("");
  const [wanted, setWanted] = useState("");
  const [seen, setSeen] = useState<Family | undefined>(undefined);
  return (
    <>
      <Banner>
        <p>{t.lead}</p>
      </Banner>
      <div class="family-ways">
        <Panel title={t.found}>
          <Form label={t.found}>
            <Field label={t.name} value={name} autocomplete="off" hint={t.foundHint} onValue={setName} />
            <Button tone="main" icon="plus" type="submit" disabled={name.trim() === ""} onPress={() => found(name)}>
              {t.found}
            </Button>
          </Form>
        </Panel>
        <Panel title={t.join}>
          <Form label={t.join}>
            <Field label={t.name} value={wanted} autocomplete="off" onValue={setWanted} />
            <Button
              icon="family"
              type="submit"
              disabled={wanted.trim() === ""}
              onPress={async () => {
                setSeen(await visit(wanted));
              }}
            >
              {t.look}
            </Button>
          </Form>
          {seen && (
            <div class="family-seen">
              <Members of={seen} />
              <Button
                tone="main"
                onPress={async () => {
                  await join(seen.family);
                }}
              >
                {t.joinThis(seen.family)}
              </Button>
            </div>
          )}
        </Panel>
      </div>
    </>
  );
}

/** One's own family. */
function Home({ of: mine }: { of: Family }): JSX.Element {
  const t = familyTexts();
  const [leaves, setLeaves] = useState(false);
  const leaving = leavingOf(mine);
  return (
    <>
      <Banner>
        <h2>{mine.family}</h2>
        <p>{t.members(mine.members.length, mine.max)}</p>
      </Banner>
      <Panel
        title={t.title}
        aside={
          <Button
            tone="quiet"
            onPress={() => {
              setLeaves(true);
            }}
          >
            {t.leave}
          </Button>
        }
      >
        <Members of={mine} />
      </Panel>
      {leaves && (
        <Confirm
          title={t.leave}
          action={t.leave}
          onConfirm={leaveFamily}
          onClose={() => {
            setLeaves(false);
          }}
        >
          {t.leaving[leaving]}
          {leaving === "hands_over" && ` ${t.heir(nextLeader(mine) ?? "")}`}
        </Confirm>
      )}
    </>
  );
}

function Banner({ children }: { children: JSX.Element | JSX.Element[] }): JSX.Element {
  return (
    <section class="family-banner">
      <Scene land="feast" />
      <div class="family-banner-body">
        <Icon name="family" />
        {children}
      </div>
    </section>
  );
}

function Members({ of: { members, leader } }: { of: Family }): JSX.Element {
  const t = familyTexts();
  return (
    <ul class="members">
      {members.map((name) => (
        <li key={name} class={name === leader ? "member member-leader" : "member"}>
          <Portrait of={name} />
          <span>
            <b>{name}</b>
            <small>
              {[name === leader && t.leader, name === player.value?.name && t.me].filter(Boolean).join(" · ")}
            </small>
          </span>
        </li>
      ))}
    </ul>
  );
}
