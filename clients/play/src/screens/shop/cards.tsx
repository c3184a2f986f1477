import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useFresh } from "../../game/fresh.js";
import { Field, Panel } from "../../ui/basics.js";
import { cardKinds, cardRecords, charge, refreshCards } from "./model.js";
import { shopTexts } from "./texts.js";

/** Charging points with a prepaid card. */
export function Cards(): JSX.Element {
  const t = shopTexts();
  useFresh(refreshCards);
  const [chosen, choose] = useState("");
  const [number, setNumber] = useState("");
  const [password, setPassword] = useState("");
  const kind = cardKinds.value.find(({ id }) => String(id) === chosen) ?? cardKinds.value[0];
  const length = (digits: number): string => (digits === 0 ? t.any : String(digits));
  const submit = async (): Promise<void> => {
    if (kind === undefined || !(await charge(kind.id, number.trim(), password.trim()))) return;
    setNumber("");
    setPassword("");
  };
  return (
    <Panel title={t.cards}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <label class="field">
          <span class="field-label">{t.cardKind}</span>
          <select
            value={String(kind?.id ?? "")}
            onChange={(event) => {
              choose(event.currentTarget.value);
            }}
          >
            {cardKinds.value.map(({ id, name }) => (
              <option key={id} value={String(id)}>
                {name}
              </option>
            ))}
          </select>
          {kind && <small class="field-hint">{t.lengths(length(kind.num), length(kind.pwd))}</small>}
        </label>
        <Field label={t.cardNumber} value={number} onValue={setNumber} maxLength={64} autocomplete="off" />
        <Field label={t.cardPassword} value={password} onValue={setPassword} maxLength={64} autocomplete="off" />
        <button type="submit" class="button" disabled={number.trim() === "" || password.trim() === ""}>
          {t.charge}
        </button>
      </form>
      {cardRecords.value.length > 0 && (
        <details>
          <summary>{t.cardRecords}</summary>
          <ul class="shop-records">
            {cardRecords.value.map((row, place) => (
              <li key={place}>{Object.values(row).join(" · ")}</li>
            ))}
          </ul>
        </details>
      )}
    </Panel>
  );
}
