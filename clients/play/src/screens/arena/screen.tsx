import type { JSX } from "preact";
import { Portrait } from "../../art/portrait.js";
import { Scene } from "../../art/scene.js";
import { challenge, duel, outgoing, refreshDuels } from "../../game/duel.js";
import { useFresh, usePolled } from "../../game/fresh.js";
import { refreshKit } from "../../game/kit.js";
import { catalog } from "../../state/catalog.js";
import { roleName } from "../../texts/names.js";
import { Button, Empty, Panel } from "../../ui/basics.js";
import { isOfBattles } from "../odds/model.js";
import { OddsButton } from "../odds/table.js";
import { Battle } from "./battle.js";
import { others, refreshOthers } from "./model.js";
import { arenaTexts } from "./texts.js";

const POLL_MS = 4_000;

export function ArenaScreen(): JSX.Element {
  useFresh(async () => {
    await Promise.all([refreshOthers(), refreshDuels(), refreshKit()]);
  });
  usePolled(refreshOthers, POLL_MS);
  const now = duel.value;
  return now === undefined ? <Lobby /> : <Battle now={now} />;
}

function Lobby(): JSX.Element {
  const t = arenaTexts();
  return (
    <div class="lobby">
      <Panel title={t.here} class="lobby-players">
        {others.value.length === 0 ? (
          <Empty icon="person">{t.nobody}</Empty>
        ) : (
          <ul class="roles">
            {others.value.map((role) => (
              <Role key={role} role={role} />
            ))}
          </ul>
        )}
      </Panel>
      <Panel title={t.fighters} class="lobby-fighters">
        <Scene land="road" />
        <p class="muted">{t.fightersHint}</p>
        <OddsButton at={isOfBattles} />
        <ul class="roles">
          {catalog.fighters.map((role) => (
            <Role key={role} role={role} />
          ))}
        </ul>
      </Panel>
    </div>
  );
}

function Role({ role }: { role: string }): JSX.Element {
  const t = arenaTexts();
  const waiting = outgoing.value.some((call) => call.role === role);
  return (
    <li class="role">
      <Portrait of={role} />
      <b>{roleName(role)}</b>
      <Button icon="swords" disabled={waiting} onPress={() => challenge(role)}>
        {waiting ? t.waiting : t.challenge}
      </Button>
    </li>
  );
}
