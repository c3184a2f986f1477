import type { JSX } from "preact";
import { useEffect, useMemo, useReducer, useRef, useState } from "preact/hooks";
import { Monster } from "../../art/creatures.js";
import { Icon } from "../../art/icons.js";
import { Portrait } from "../../art/portrait.js";
import { type LandName, Scene } from "../../art/scene.js";
import { catalog, type Layout } from "../../state/catalog.js";
import { type Amount, player } from "../../state/player.js";
import { common } from "../../texts/common.js";
import { monsterName } from "../../texts/names.js";
import { Amounts } from "../../ui/amounts.js";
import { Button } from "../../ui/basics.js";
import { Dialog } from "../../ui/dialog.js";
import { Fight, type Foe, HEARTS, heightOf, HERO, strikePower } from "./engine.js";
import { fightTexts } from "./texts.js";

interface FightProps {
  title: string;
  land: LandName;
  layout: Layout;
  /** Names and lives that a reply told, where the bundled ones may be old. */
  monsters?: Readonly<Record<string, { name?: string; life: number; speed: number }>>;
  /** Reports the victory, and says what it paid. */
  onWon: () => Promise<readonly Amount[] | undefined>;
  onClose: () => void;
}

/** The fight on a stage, from its first wave to the loot. */
export function FightScreen({
  title,
  land,
  layout,
  monsters = catalog.monsters,
  onWon,
  onClose,
}: FightProps): JSX.Element {
  const fight = useMemo(() => new Fight(layout, monsters, strikePower(player.peek()?.level ?? 1)), []);
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const [loot, setLoot] = useState<readonly Amount[] | undefined>(undefined);
  const arena = useRef<HTMLDivElement>(null);
  const ended = fight.outcome !== "running";

  useEffect(() => {
    arena.current?.focus();
    let last = performance.now();
    let frame = 0;
    const step = (now: number): void => {
      if (fight.advance(Math.min(100, now - last))) redraw(0);
      last = now;
      if (fight.outcome === "running") frame = requestAnimationFrame(step);
      else redraw(0);
    };
    frame = requestAnimationFrame(step);
    return () => {
      cancelAnimationFrame(frame);
    };
  }, [fight]);

  const strike = (key?: number): void => {
    if (fight.strike(key)) redraw(0);
  };
  const t = fightTexts();
  return (
    <Dialog title={title} onClose={onClose} wide>
      <div
        ref={arena}
        class="arena"
        tabIndex={0}
        role="application"
        aria-label={`${t.field(title)}. ${t.how}`}
        onKeyDown={(event) => {
          if (event.key !== " " && event.key !== "Enter") return;
          if (event.target !== arena.current || ended) return;
          event.preventDefault();
          strike();
        }}
        onPointerDown={(event) => {
          if (event.target instanceof Element && event.target.closest(".foe, button") === null) strike();
        }}
      >
        <Scene land={land} />
        <div class="arena-hero" style={{ left: `${HERO.x}%`, top: `${heightOf(HERO.y)}%` }}>
          <Portrait of={player.value?.name ?? ""} />
        </div>
        {fight.foes.map((foe) => (
          <FoeOnField
            key={foe.key}
            foe={foe}
            name={monsterName(foe.monster, monsters[foe.monster]?.name)}
            onStrike={strike}
          />
        ))}
        <div class="arena-hud">
          <span class="hearts" role="img" aria-label={t.hearts(fight.hearts)}>
            {Array.from({ length: HEARTS }, (_, place) => (
              <span key={place} class={place < fight.hearts ? "heart" : "heart heart-lost"}>
                <Icon name="heart" />
              </span>
            ))}
          </span>
          <span>{t.foes(fight.total - fight.slain)}</span>
        </div>
        {fight.outcome === "won" && (
          <div class="arena-end" role="status">
            <h3>{t.won}</h3>
            {loot === undefined ? (
              <Button
                tone="main"
                icon="chest"
                autofocus
                onPress={async () => {
                  setLoot(await onWon());
                }}
              >
                {t.settle}
              </Button>
            ) : (
              <>
                {loot.length > 0 ? <Amounts of={loot} sign /> : <p>{t.noLoot}</p>}
                <Button tone="main" icon="check" autofocus onPress={onClose}>
                  {common().confirm}
                </Button>
              </>
            )}
          </div>
        )}
        {fight.outcome === "lost" && (
          <div class="arena-end" role="status">
            <h3>{t.lost}</h3>
            <p>{t.lostHint}</p>
            <Button autofocus onPress={onClose}>
              {t.retreat}
            </Button>
          </div>
        )}
      </div>
      <p class="hint arena-hint">{t.how}</p>
    </Dialog>
  );
}

interface FoeProps {
  foe: Foe;
  name: string;
  onStrike: (key: number) => void;
}

/** A foe walks by one transition of its transform, so that the page's thread is free meanwhile. */
function FoeOnField({ foe, name, onStrike }: FoeProps): JSX.Element {
  const [walking, setWalking] = useState(false);
  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      setWalking(true);
    });
    return () => {
      cancelAnimationFrame(frame);
    };
  }, []);
  const place = walking ? HERO : { x: foe.spawn[0], y: foe.spawn[1] };
  return (
    <div
      class="foe-walk"
      style={{
        transform: `translate(${place.x}cqw, ${heightOf(place.y)}cqh)`,
        transitionDuration: `${foe.arrivesMs - foe.bornMs}ms`,
      }}
    >
      <button
        type="button"
        tabIndex={-1}
        class="foe"
        aria-label={name}
        onPointerDown={() => {
          onStrike(foe.key);
        }}
      >
        <span class="foe-body" key={foe.hits}>
          <Monster id={foe.monster} />
        </span>
        {foe.hitsMax > 1 && (
          <span class="foe-life">
            <span style={{ transform: `scaleX(${foe.hits / foe.hitsMax})` }} />
          </span>
        )}
      </button>
    </div>
  );
}
