import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { Icon } from "../../art/icons.js";
import { landOf } from "../../art/scene.js";
import { catalog, type Stage, stageOf } from "../../state/catalog.js";
import { player } from "../../state/player.js";
import { Button } from "../../ui/basics.js";
import { enterStage, type FoughtMode, winStage } from "./model.js";
import { FightScreen } from "./screen.js";
import { StageSheet } from "./sheet.js";
import { fightTexts } from "./texts.js";

interface ExpeditionProps {
  mode: FoughtMode;
  title: string;
  stage: Stage;
  locked: boolean;
  /** The stage was entered before: the fight begins at once. */
  entered?: boolean;
  onClose: () => void;
  children?: ComponentChildren;
}

/** The way through one stage: what awaits, the fight, the loot. */
export function Expedition({
  mode,
  title,
  stage,
  locked,
  entered = false,
  onClose,
  children,
}: ExpeditionProps): JSX.Element {
  const [fighting, setFighting] = useState(entered);
  if (fighting) {
    return (
      <FightScreen
        title={title}
        land={landOf(stage.layout)}
        layout={catalog.layouts[stage.layout] ?? []}
        onWon={() => winStage(mode, stage.stage)}
        onClose={onClose}
      />
    );
  }
  return (
    <StageSheet
      title={title}
      stage={stage}
      locked={locked}
      onClose={onClose}
      onEnter={async () => {
        if (await enterStage(mode, stage.stage)) setFighting(true);
      }}
    >
      {children}
    </StageSheet>
  );
}

interface UnfinishedProps {
  mode: FoughtMode;
  title: (stage: number) => string;
  onGoOn: (stage: Stage) => void;
}

/** Says that a stage of this mode was entered and not yet won, and offers to go on. */
export function Unfinished({ mode, title, onGoOn }: UnfinishedProps): JSX.Element | null {
  const session = player.value?.session;
  const stage = session?.mode === mode ? stageOf(session.stage) : undefined;
  if (stage === undefined) return null;
  return (
    <div class="notice">
      <Icon name="swords" />
      <span>{fightTexts().unfinished(title(stage.stage))}</span>
      <Button
        tone="main"
        onPress={() => {
          onGoOn(stage);
        }}
      >
        {fightTexts().goOn}
      </Button>
    </div>
  );
}
