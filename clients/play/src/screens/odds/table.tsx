import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ItemIcon } from "../../art/items.js";
import { useFresh } from "../../game/fresh.js";
import { stageOf, stagesOf } from "../../state/catalog.js";
import { parseAmount } from "../../state/player.js";
import { itemName, roleName } from "../../texts/names.js";
import { numberText } from "../../texts/texts.js";
import { Amounts } from "../../ui/amounts.js";
import { Button } from "../../ui/basics.js";
import { Dialog } from "../../ui/dialog.js";
import { type OddsTable, rateText, refreshOdds, type RolledBy, rolledAt, tables } from "./model.js";
import { oddsTexts } from "./texts.js";

/** One drop table: what comes how often, what is guaranteed, and where it is found. */
export function OddsView({ table }: { table: OddsTable }): JSX.Element {
  const t = oddsTexts();
  const { draws, replacement, guarantee, nothing } = table;
  const told = (rate: string): string => rateText(rate, draws > 1 && replacement);
  return (
    <article class="odds" aria-label={table.name}>
      <h3>{table.name}</h3>
      <p class="hint">
        {[
          ...(draws > 1 ? [t.draws(draws, !replacement)] : []),
          ...(guarantee ? [t.guarantee(guarantee.after)] : []),
        ].join(" · ")}
      </p>
      {guarantee && (
        <div class="row odds-guarantee">
          <span class="row-label">{t.within(guarantee.within)}</span>
          <Amounts of={guarantee.items.map(parseAmount)} />
        </div>
      )}
      <table class="odds-table">
        <thead>
          <tr>
            <th scope="col">{t.item}</th>
            <th scope="col">{t.base}</th>
            {guarantee && <th scope="col">{t.rate}</th>}
          </tr>
        </thead>
        <tbody>
          {table.rates.map(({ item: text, base, rate }) => {
            const { item, quantity } = parseAmount(text);
            return (
              <tr key={text}>
                <th scope="row">
                  <span class="odds-item">
                    <ItemIcon id={item} />
                    <span>{`${itemName(item)} ×${numberText(quantity)}`}</span>
                  </span>
                </th>
                <td>{told(base)}</td>
                {guarantee && <td>{told(rate)}</td>}
              </tr>
            );
          })}
          {nothing && (
            <tr>
              <th scope="row">{t.nothing}</th>
              <td>{told(nothing.base)}</td>
              {guarantee && <td>{told(nothing.rate)}</td>}
            </tr>
          )}
        </tbody>
      </table>
      {table.rolled_by.length > 0 && (
        <p class="odds-places">
          <b>{t.from}</b> {table.rolled_by.map(placeText).join(" · ")}
        </p>
      )}
    </article>
  );
}

/** A place that rolls a table, in words. */
function placeText({ by, times, from, to, name, item, outcome, chance }: RolledBy): string {
  const t = oddsTexts();
  const stages = from === undefined ? "" : stagesText(from, to);
  const named = by === "table" ? (tables.value?.find(({ id }) => id === name)?.name ?? name) : roleName(name ?? "");
  const where = t.places[by](item === undefined ? stages || (named ?? "") : itemName(item));
  const more = [
    ...(outcome ? [t.outcomes[outcome as keyof typeof t.outcomes]] : []),
    ...(chance ? [t.perMinute(rateText(chance))] : []),
    ...(times > 1 ? [t.times(times)] : []),
  ];
  return more.length > 0 ? `${where} (${more.join(", ")})` : where;
}

/** Stages as their screens number them. */
function stagesText(from: number, to: number | undefined): string {
  const t = oddsTexts();
  const mode = stageOf(from)?.mode ?? "general";
  const first = mode === "general" ? 1 : (stagesOf(mode)[0]?.stage ?? 1);
  const name = `${t.modes[mode]} ${from - first + 1}`;
  if (to === undefined) return t.upwards(name);
  return from === to ? name : `${name}–${to - first + 1}`;
}

/** Shows the chances of what one place rolls; nothing if it rolls nothing. */
export function OddsButton({ at }: { at: (place: RolledBy) => boolean }): JSX.Element | null {
  const t = oddsTexts();
  const [isOpen, setOpen] = useState(false);
  useFresh(refreshOdds);
  const rolled = rolledAt(tables.value ?? [], at);
  if (rolled.length === 0) return null;
  return (
    <>
      <Button
        tone="quiet"
        icon="dice"
        onPress={() => {
          setOpen(true);
        }}
      >
        {t.show}
      </Button>
      {isOpen && (
        <Dialog
          title={t.title}
          onClose={() => {
            setOpen(false);
          }}
        >
          <p class="hint">{t.lead}</p>
          {rolled.map((table) => (
            <OddsView key={table.id} table={table} />
          ))}
        </Dialog>
      )}
    </>
  );
}
