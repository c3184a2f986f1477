import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Boss } from "../../art/creatures.js";
import { Scene } from "../../art/scene.js";
import { type Amount, player } from "../../state/player.js";
import { common } from "../../texts/common.js";
import { bossName } from "../../texts/names.js";
import { numberText } from "../../texts/texts.js";
import { Amounts } from "../../ui/amounts.js";
import { Button } from "../../ui/basics.js";
import { Dialog } from "../../ui/dialog.js";
import { fightTexts } from "../fight/texts.js";
import { capOfDamage, strikeDamage } from "./model.js";
import { bossesTexts } from "./texts.js";

const FIGHT_SECONDS = 8;
/** The ring shines for one second in two. */
const RING_MS = 2_000;
const RING_BRIGHT_MS = 900;

interface BossFightProps {
  place: number;
  /** Reports the damage, and says what it paid and whether it is a record. */
  onDamage: (damage: number) => Promise<{ loot: readonly Amount[]; record: boolean } | undefined>;
  onClose: () => void;
}

/** Some seconds against a world boss: every strike counts. */
export function BossFight({ place, onDamage, onClose }: BossFightProps): JSX.Element {
  const t = bossesTexts();
  const [left, setLeft] = useState<number>(FIGHT_SECONDS);
  const [damage, setDamage] = useState(0);
  const [won, setWon] = useState<{ loot: readonly Amount[]; record: boolean } | undefined>(undefined);
  const began = useRef(performance.now());
  const over = left === 0;

  useEffect(() => {
    const timer = setInterval(() => {
      setLeft(Math.max(0, FIGHT_SECONDS - Math.floor((performance.now() - began.current) / 1000)));
    }, 200);
    return () => {
      clearInterval(timer);
    };
  }, []);

  const strike = (): void => {
    if (over) return;
    const bright = (performance.now() - began.current) % RING_MS < RING_BRIGHT_MS;
    const one = strikeDamage(player.peek()?.level ?? 1, bright);
    setDamage((sum) => Math.min(capOfDamage() - 1, sum + one));
  };
  return (
    <Dialog title={bossName(place)} onClose={onClose} wide>
      <div
        class="arena boss-arena"
        autofocus
        tabIndex={0}
        role="application"
        aria-label={`${bossName(place)}. ${t.how}`}
        onKeyDown={(event) => {
          if ((event.key !== " " && event.key !== "Enter") || over || event.repeat) return;
          event.preventDefault();
          strike();
        }}
        onPointerDown={strike}
      >
        <Scene land="lair" />
        <span class="boss-ring" aria-hidden="true" />
        <span class="boss-body" key={damage}>
          <Boss place={place} />
        </span>
        <div class="arena-hud">
          <span>
            {t.damage} <b>{numberText(damage)}</b>
          </span>
          <span role="timer">{t.seconds(left)}</span>
        </div>
        {over && (
          <div class="arena-end" role="status">
            <h3>{won?.record === true ? t.record : numberText(damage)}</h3>
            {won === undefined ? (
              <Button
                tone="main"
                icon="swords"
                autofocus
                onPress={async () => {
                  setWon(await onDamage(damage));
                }}
              >
                {t.report}
              </Button>
            ) : (
              <>
                {won.loot.length > 0 ? <Amounts of={won.loot} sign /> : <p>{fightTexts().noLoot}</p>}
                <Button tone="main" icon="check" autofocus onPress={onClose}>
                  {common().confirm}
                </Button>
              </>
            )}
          </div>
        )}
      </div>
      <p class="hint arena-hint">{t.how}</p>
    </Dialog>
  );
}
