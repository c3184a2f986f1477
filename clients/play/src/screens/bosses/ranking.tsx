import type { JSX } from "preact";
import { useCallback, useState } from "preact/hooks";
import { useFresh } from "../../game/fresh.js";
import { bossesChanged } from "../../state/news.js";
import { numberText } from "../../texts/texts.js";
import { Button, Empty, Panel } from "../../ui/basics.js";
import { loadRanking, type Ranking, type RankingRow } from "./model.js";
import { bossesTexts } from "./texts.js";

const ROWS = 10;

/** The ranking of this world, or of all worlds. */
export function RankingView({ ofAll }: { ofAll: boolean }): JSX.Element {
  const t = bossesTexts();
  const [page, setPage] = useState(1);
  const [told, setTold] = useState<Ranking | undefined>(undefined);
  const load = useCallback(
    async (wanted: number) => {
      const answer = await loadRanking(wanted, ofAll);
      if (answer === undefined && wanted > 1) return;
      setTold(answer);
      setPage(wanted);
    },
    [setTold, setPage, ofAll],
  );
  useFresh(() => load(page), bossesChanged);
  const title = ofAll ? t.ofAll : t.ranking;
  if (told === undefined) {
    return (
      <Panel title={title}>
        <Empty icon="rank">{t.noRanking}</Empty>
      </Panel>
    );
  }
  return (
    <Panel title={title} aside={<span class="hint">{t.me(told.ranking)}</span>}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{t.rank}</th>
            <th scope="col">{t.name}</th>
            <th scope="col">{t.level}</th>
            <th scope="col" class="table-number">
              {t.damage}
            </th>
          </tr>
        </thead>
        <tbody>
          {told.rank.map((row) => (
            <tr key={row.NO} class={row.NO === told.ranking ? "table-me" : ""}>
              <td>{row.NO <= 3 ? <span class={`medal medal-${row.NO}`}>{row.NO}</span> : row.NO}</td>
              <td>
                {row.name}
                {noteOf(row) !== "" && <small class="table-note">{noteOf(row)}</small>}
              </td>
              <td>{row.level}</td>
              <td class="table-number">{numberText(row.damage)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div class="row pages">
        <Button tone="quiet" disabled={page === 1} onPress={() => load(page - 1)}>
          {t.previous}
        </Button>
        <span class="hint">{t.page(page)}</span>
        <Button tone="quiet" disabled={told.rank.length < ROWS} onPress={() => load(page + 1)}>
          {t.next}
        </Button>
      </div>
    </Panel>
  );
}

/** The family of a player, and the world where it is told. */
function noteOf(row: RankingRow): string {
  const world = "world" in row ? bossesTexts().world(row.world) : "";
  return [world, row.fid].filter((part) => part !== "").join(" · ");
}
