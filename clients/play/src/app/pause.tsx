import type { JSX } from "preact";
import type { State } from "../client/client.js";
import { comeBack, line, toGate } from "../game/session.js";
import { player } from "../state/player.js";
import { common } from "../texts/common.js";
import { lineTexts } from "../texts/line.js";
import { Button } from "../ui/basics.js";

/** How the line is, when it is not simply open: a pause is said quietly, and nothing is taken from the player. */
export function Pause(): JSX.Element {
  const state = line.value;
  const waits = state?.name === "waiting" || (state?.name === "connecting" && player.value !== undefined);
  return (
    <div class="pause-place" role="status" aria-live="polite">
      {waits && <Waiting state={state} />}
      {state?.name === "stopped" && <Stopped state={state} />}
    </div>
  );
}

function Waiting({ state }: { state: State }): JSX.Element {
  const maintained = state.name === "waiting" && state.why === "maintenance";
  return (
    <p class="pause">
      <span class="pause-dots" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      <b>{maintained ? (state.message ?? lineTexts().maintenance) : lineTexts().pause}</b>
      <span>{lineTexts().pauseHint}</span>
    </p>
  );
}

/** After these a log-in may be let in again. */
const MAY_COME_BACK: readonly string[] = ["replaced", "revoked", "refused", "signed_out"];

/** The client has stopped for good: why, and the two ways on. */
function Stopped({ state }: { state: State & { name: "stopped" } }): JSX.Element {
  const { why } = state.error;
  return (
    <div class="pause pause-ended">
      <b>{lineTexts().stopped[why]}</b>
      {MAY_COME_BACK.includes(why) && (
        <Button tone="main" onPress={comeBack}>
          {lineTexts().comeBack}
        </Button>
      )}
      <Button onPress={toGate}>{common().toGate}</Button>
    </div>
  );
}
