import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useFresh } from "../../game/fresh.js";
import { momentText } from "../../texts/texts.js";
import { Button, Empty, Field, Panel } from "../../ui/basics.js";
import { Form } from "../../ui/form.js";
import { type CardType, cardTypes, charge, fits, refreshCards, usedCards } from "./model.js";
import { shopTexts } from "./texts.js";

/** Charging points with a prepaid card. */
export function Cards(): JSX.Element {
  const t = shopTexts();
  useFresh(refreshCards);
  const [chosen, choose] = useState<number | undefined>(undefined);
  const type = cardTypes.value.find(({ id }) => id === chosen) ?? cardTypes.value[0];
  return (
    <Panel title={t.cards} aside={type && <span class="hint">{t.rate(type.rate)}</span>}>
      {type === undefined ? (
        <Empty icon="shop">{t.noCards}</Empty>
      ) : (
        <Form label={t.cards}>
          <label class="field">
            <span class="field-label">{t.cardKind}</span>
            <select
              value={type.id}
              onChange={(event) => {
                choose(Number(event.currentTarget.value));
              }}
            >
              {cardTypes.value.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          <Card key={type.id} type={type} />
        </Form>
      )}
      <UsedCards />
    </Panel>
  );
}

function Card({ type }: { type: CardType }): JSX.Element {
  const t = shopTexts();
  const [number, setNumber] = useState("");
  const [password, setPassword] = useState("");
  return (
    <>
      <Field
        label={t.cardNumber}
        value={number}
        onValue={setNumber}
        hint={t.digits(type.numberLength)}
        maxLength={64}
        autocomplete="off"
      />
      <Field
        label={t.cardPassword}
        value={password}
        onValue={setPassword}
        hint={t.digits(type.passwordLength)}
        maxLength={64}
        autocomplete="off"
      />
      <Button
        type="submit"
        disabled={!fits(type, number.trim(), password.trim())}
        onPress={async () => {
          if (!(await charge(type, number.trim(), password.trim()))) return;
          setNumber("");
          setPassword("");
        }}
      >
        {t.charge}
      </Button>
    </>
  );
}

function UsedCards(): JSX.Element | null {
  const t = shopTexts();
  if (usedCards.value.length === 0) return null;
  return (
    <details>
      <summary>{t.cardRecords}</summary>
      <table class="table shop-table">
        <thead>
          <tr>
            <th scope="col">{t.card}</th>
            <th scope="col">{t.state}</th>
            <th scope="col" class="table-number">
              {t.worth}
            </th>
          </tr>
        </thead>
        <tbody>
          {usedCards.value.map(({ at, text, money, status }, place) => (
            <tr key={place}>
              <td>
                {text}
                <small>{momentText(at)}</small>
              </td>
              <td>{t.cardStates[status] ?? status}</td>
              <td class="table-number">{money > 0 ? t.yuan(money) : "—"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
