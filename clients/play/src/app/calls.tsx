import type { JSX } from "preact";
import { Portrait } from "../art/portrait.js";
import { accept, incoming, reject } from "../game/duel.js";
import { go } from "../game/route.js";
import { duelTexts } from "../texts/duel.js";
import { Button } from "../ui/basics.js";
import { PngPortrait } from "../ui/png.js";

/** Challenges to the player, on whatever screen it is. */
export function Calls(): JSX.Element {
  const t = duelTexts();
  return (
    <div class="calls" role="alert">
      {incoming.value.map((call) => (
        <div key={call.id} class="call">
          {call.image === null ? <Portrait of={call.role} /> : <PngPortrait png={call.image} name={call.role} />}
          <b>{t.calls(call.role)}</b>
          <Button
            tone="danger"
            icon="swords"
            onPress={async () => {
              await accept(call);
              go("arena");
            }}
          >
            {t.accept}
          </Button>
          <Button onPress={() => reject(call)}>{t.reject}</Button>
        </div>
      ))}
    </div>
  );
}
