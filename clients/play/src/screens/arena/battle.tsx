import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ItemIcon } from "../../art/items.js";
import { Portrait } from "../../art/portrait.js";
import { Scene } from "../../art/scene.js";
import { close, type Duel, type Ending, strike } from "../../game/duel.js";
import { player } from "../../state/player.js";
import { roleName } from "../../texts/names.js";
import { Amounts } from "../../ui/amounts.js";
import { Button, Field, Panel } from "../../ui/basics.js";
import { type Chosen, KitPicker, NOTHING } from "../../ui/kit.js";
import { PngPortrait } from "../../ui/png.js";
import { scoreIn } from "./model.js";
import { arenaTexts } from "./texts.js";

/** The rules of the server take no longer text. */
const TEXT_LONGEST = 200;

export function Battle({ now }: { now: Duel }): JSX.Element {
  const t = arenaTexts();
  const me = player.value?.name ?? "";
  const score = scoreIn(now.rounds.at(-1)?.verdict ?? "", me);
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    end.current?.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }, [now.rounds.length, now.ended]);
  return (
    <div class="battle">
      <header class="versus">
        <Scene land="lair" />
        <div class="versus-side">
          <Portrait of={me} />
          <b>{me}</b>
        </div>
        <p class="versus-score" role="status">
          {score === undefined ? t.vs : `${score[0]} : ${score[1]}`}
        </p>
        <div class="versus-side">
          {now.image === null ? <Portrait of={now.opponent} /> : <PngPortrait png={now.image} name={now.opponent} />}
          <b>{roleName(now.opponent)}</b>
        </div>
      </header>
      <ol class="rounds" aria-live="polite">
        {now.rounds.length === 0 && <li class="muted">{t.begin}</li>}
        {now.rounds.map((round, place) => (
          <li key={place} class="round">
            <small>{t.round(place + 1)}</small>
            <p class="round-mine">{round.mine === "" ? t.silent : round.mine}</p>
            <p class="round-theirs">{round.theirs}</p>
            <p class="round-verdict">{round.verdict}</p>
          </li>
        ))}
      </ol>
      <div ref={end}>{now.ended === undefined ? <Move acted={now.acted?.text} /> : <Over ending={now.ended} />}</div>
    </div>
  );
}

function Move({ acted }: { acted: string | undefined }): JSX.Element {
  const t = arenaTexts();
  const [text, setText] = useState("");
  const [chosen, choose] = useState<Chosen>(NOTHING);
  if (acted !== undefined) {
    return (
      <Panel class="move">
        <p class="muted">{t.acted}</p>
        <p>“{acted}”</p>
      </Panel>
    );
  }
  return (
    <Panel class="move">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim() !== "") void strike({ text: text.trim(), ...chosen });
        }}
      >
        <Field
          label={t.say}
          hint={t.sayHint}
          value={text}
          onValue={setText}
          maxLength={TEXT_LONGEST}
          autocomplete="off"
        />
        <div class="chips">
          {t.moves.map((move) => (
            <button
              key={move}
              type="button"
              class="chip"
              aria-pressed={move === text}
              onClick={() => {
                setText(move);
              }}
            >
              {move}
            </button>
          ))}
        </div>
        <KitPicker label={t.owned} chosen={chosen} onChoose={choose} />
        <button type="submit" class="button button-danger" disabled={text.trim() === ""}>
          {t.act}
        </button>
      </form>
    </Panel>
  );
}

function Over({ ending }: { ending: Ending }): JSX.Element {
  const t = arenaTexts();
  const gains = ending.exp > 0 ? [...ending.reward, { item: "exp", quantity: ending.exp }] : ending.reward;
  const { stake } = ending;
  return (
    <Panel class="over" title={t.over}>
      {gains.length > 0 ? <Amounts of={gains} sign /> : <p class="muted">{t.noReward}</p>}
      {stake && (
        <p class="over-stake">
          <ItemIcon id={stake.paid.item} />
          {`${t.stake}: ${t.stakeTold(String(stake.paid.quantity), String(stake.returned.quantity), String(stake.commission.quantity))}`}
        </p>
      )}
      <Button tone="main" icon="check" autofocus onPress={close}>
        {t.leave}
      </Button>
    </Panel>
  );
}
