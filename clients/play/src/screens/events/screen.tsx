import type { JSX } from "preact";
import { type LandName, Scene } from "../../art/scene.js";
import { catalog } from "../../state/catalog.js";
import { player } from "../../state/player.js";
import { Chat } from "../../ui/chat.js";
import { rove } from "../../ui/rove.js";
import { answer, report, tale } from "./model.js";
import { eventsTexts } from "./texts.js";

const LANDS: readonly LandName[] = ["road", "feast", "tower", "swamp"];

export function EventsScreen(): JSX.Element {
  const t = eventsTexts();
  const { said, event } = tale.value;
  return (
    <div class="tales">
      <p class="muted">{t.lead}</p>
      <ul class="tale-list" onKeyDown={rove}>
        {catalog.events.map(({ name, keyword }, place) => (
          <li key={name}>
            <button
              type="button"
              data-rove
              class="tale"
              aria-pressed={name === event}
              onClick={() => void report(name, keyword)}
            >
              <Scene land={LANDS[place % LANDS.length] ?? "road"} />
              <b>{t.name(name)}</b>
            </button>
          </li>
        ))}
      </ul>
      {said.length > 0 && (
        <Chat
          label={t.talk}
          said={said}
          faces={{}}
          me={player.value?.name ?? ""}
          placeholder={t.say}
          send={t.send}
          suggestions={t.topics}
          onSend={answer}
        />
      )}
    </div>
  );
}
