import type { JSX } from "preact";
import { useCallback, useState } from "preact/hooks";
import { useFresh } from "../../game/fresh.js";
import { bossesChanged } from "../../state/news.js";
import { player } from "../../state/player.js";
import { numberText } from "../../texts/texts.js";
import { Button, Empty, Panel } from "../../ui/basics.js";
import { loadRanking, type Ranking } from "./model.js";
import { bossesTexts } from "./texts.js";

const ROWS = 10;

export function RankingView(): JSX.Element {
  const t = bossesTexts();
  const [page, setPage] = useState(1);
  const [told, setTold] = useState<Ranking | undefined>(undefined);
  const load = useCallback(
    async (wanted: number) => {
      const answer = await loadRanking(wanted);
      if (answer === undefined && wanted > 1) return;
      setTold(answer);
      setPage(wanted);
    },
    [setTold, setPage],
  );
  useFresh(() => load(page), bossesChanged);
  if (told === undefined) {
    return (
      <Panel title={t.ranking}>
        <Empty icon="rank">{t.noRanking}</Empty>
      </Panel>
    );
  }
  return (
    <Panel title={t.ranking} aside={<span class="hint">{t.me(told.ranking)}</span>}>
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
            <tr key={row.NO} class={row.name === player.value?.name ? "table-me" : ""}>
              <td>{row.NO <= 3 ? <span class={`medal medal-${row.NO}`}>{row.NO}</span> : row.NO}</td>
              <td>
                {row.name}
                {row.fid !== "" && <small class="table-note">{row.fid}</small>}
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
