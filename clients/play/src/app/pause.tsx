import type { JSX } from "preact";
import { leave, line } from "../game/session.js";
import { common } from "../texts/common.js";
import { Button } from "../ui/basics.js";

/** How the line is, when it is not simply open: a pause is said quietly, and nothing is taken from the player. */
export function Pause(): JSX.Element {
  const now = line.value;
  return (
    <div class="pause-place" role="status" aria-live="polite">
      {now === "pause" && (
        <p class="pause">
          <span class="pause-dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          <b>{common().pause}</b>
          <span>{common().pauseHint}</span>
        </p>
      )}
      {now === "ended" && (
        <p class="pause pause-ended">
          <b>{common().ended}</b>
          <Button tone="main" onPress={leave}>
            {common().again}
          </Button>
        </p>
      )}
    </div>
  );
}
