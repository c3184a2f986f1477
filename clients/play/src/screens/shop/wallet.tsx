import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useFresh } from "../../game/fresh.js";
import { player } from "../../state/player.js";
import { momentText, numberText } from "../../texts/texts.js";
import { Button, Empty, Field, Panel } from "../../ui/basics.js";
import { Form } from "../../ui/form.js";
import {
  type CardType,
  charge,
  fits,
  loadWallet,
  type Movement,
  purse,
  refreshPurse,
  type UsedCard,
  type Wallet,
} from "./model.js";
import { shopTexts } from "./texts.js";

/** The points at the payment platform: where they come from and went to. */
export function WalletView(): JSX.Element {
  const [wallet, setWallet] = useState<Wallet | undefined>(undefined);
  useFresh(async () => {
    setWallet(await loadWallet());
  }, purse);
  return (
    <div class="wallet">
      <HowToGet />
      {wallet && <Charge types={wallet.types} />}
      {wallet && <Movements of={wallet.movements} />}
      {wallet && <Cards of={wallet.cards} />}
    </div>
  );
}

/** The sandbox's command, with the name of this player. */
function HowToGet(): JSX.Element {
  const t = shopTexts();
  const body = JSON.stringify({ wname: player.value?.name ?? "", money: 100 });
  return (
    <Panel title={t.getPoints}>
      <p>{t.sandbox}</p>
      <pre class="command" tabIndex={0}>
        {`curl -d '${body}' http://…/grant`}
      </pre>
      <p class="hint">{t.sandboxEnd}</p>
    </Panel>
  );
}

function Charge({ types }: { types: readonly CardType[] }): JSX.Element {
  const t = shopTexts();
  const [chosen, choose] = useState(types[0]?.id);
  const [number, setNumber] = useState("");
  const [password, setPassword] = useState("");
  const type = types.find(({ id }) => id === chosen);
  if (type === undefined) {
    return (
      <Panel title={t.charge}>
        <Empty icon="shop">{t.noCardTypes}</Empty>
      </Panel>
    );
  }
  return (
    <Panel title={t.charge} aside={<span class="hint">{t.rate(type.rate)}</span>}>
      <Form label={t.charge}>
        <label class="field">
          <span class="field-label">{t.cardType}</span>
          <select
            value={type.id}
            onChange={(event) => {
              choose(Number(event.currentTarget.value));
            }}
          >
            {types.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <Field
          label={t.cardNumber}
          value={number}
          autocomplete="off"
          hint={t.digits(type.numberLength)}
          onValue={(value) => {
            setNumber(value.trim());
          }}
        />
        <Field
          label={t.cardPassword}
          value={password}
          autocomplete="off"
          hint={t.digits(type.passwordLength)}
          onValue={(value) => {
            setPassword(value.trim());
          }}
        />
        <Button
          tone="main"
          type="submit"
          disabled={!fits(type, number, password)}
          onPress={async () => {
            if (!(await charge(type, number, password))) return;
            setNumber("");
            setPassword("");
            await refreshPurse();
          }}
        >
          {t.chargeNow}
        </Button>
      </Form>
    </Panel>
  );
}

function Movements({ of }: { of: readonly Movement[] }): JSX.Element {
  const t = shopTexts();
  return (
    <Panel title={t.records}>
      {of.length === 0 && <Empty icon="shop">{t.noRecords}</Empty>}
      {of.length > 0 && (
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{t.what}</th>
              <th scope="col">{t.when}</th>
              <th scope="col" class="table-number">
                {t.change}
              </th>
            </tr>
          </thead>
          <tbody>
            {of.map(({ at, text, money }, place) => (
              <tr key={place}>
                <td class="wallet-text">{text}</td>
                <td class="wallet-time">{momentText(at)}</td>
                <td class={`table-number ${money > 0 ? "wallet-more" : ""}`}>
                  {`${money > 0 ? "+" : ""}${numberText(money)}`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

function Cards({ of }: { of: readonly UsedCard[] }): JSX.Element {
  const t = shopTexts();
  return (
    <Panel title={t.cards}>
      {of.length === 0 && <Empty icon="shop">{t.noCards}</Empty>}
      {of.length > 0 && (
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{t.card}</th>
              <th scope="col">{t.when}</th>
              <th scope="col">{t.state}</th>
              <th scope="col" class="table-number">
                {t.worth}
              </th>
            </tr>
          </thead>
          <tbody>
            {of.map(({ at, text, money, status }, place) => (
              <tr key={place}>
                <td class="wallet-text">{text}</td>
                <td class="wallet-time">{momentText(at)}</td>
                <td>{t.cardStates[status] ?? status}</td>
                <td class="table-number">{t.yuan(money)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}
