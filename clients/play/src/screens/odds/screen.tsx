import type { JSX } from "preact";
import { useFresh } from "../../game/fresh.js";
import { common } from "../../texts/common.js";
import { Empty, Panel } from "../../ui/basics.js";
import { refreshOdds, tables } from "./model.js";
import { OddsView } from "./table.js";
import { oddsTexts } from "./texts.js";

/** All drop tables, with the chances in force for the player. */
export function OddsScreen(): JSX.Element {
  const t = oddsTexts();
  useFresh(refreshOdds);
  const all = tables.value;
  return (
    <Panel title={t.title}>
      <p class="hint">{t.lead}</p>
      {all === undefined && <p class="muted">{common().loading}</p>}
      {all?.length === 0 && <Empty icon="dice">{t.none}</Empty>}
      <div class="odds-list">
        {all?.map((table) => (
          <OddsView key={table.id} table={table} />
        ))}
      </div>
    </Panel>
  );
}
