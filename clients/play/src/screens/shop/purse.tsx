import type { JSX } from "preact";
import { ItemIcon } from "../../art/items.js";
import { player } from "../../state/player.js";
import { toast } from "../../state/toasts.js";
import { momentText, numberText } from "../../texts/texts.js";
import { Button, Panel } from "../../ui/basics.js";
import { movements, offers, orders, purse, refreshShop } from "./model.js";
import { shopTexts } from "./texts.js";

/** The name of an offer, told by its id or by the server's name; of what the shop does not sell, what was told. */
export function offerName(told: string): string {
  const offer = offers.value.find(({ id, name }) => id === told || name === told);
  return shopTexts().offers[offer?.id ?? told] ?? offer?.name ?? told;
}

/** The points at the platform: how many, where they went, and how to get some. */
export function PurseView(): JSX.Element {
  const t = shopTexts();
  const now = purse.value;
  return (
    <Panel
      title={t.purse}
      aside={
        <Button tone="quiet" icon="refresh" onPress={refreshShop}>
          {t.refresh}
        </Button>
      }
    >
      <p class="shop-points">
        <ItemIcon id="points" />
        <b>{now === undefined ? t.unknown : t.points(numberText(now.money))}</b>
      </p>
      {now?.charged !== undefined && now.paid !== undefined && (
        <p class="hint">{t.totals(numberText(now.charged), numberText(now.paid))}</p>
      )}
      <Orders />
      <Movements />
      <How />
    </Panel>
  );
}

function Orders(): JSX.Element | null {
  const t = shopTexts();
  if (orders.value.length === 0) return null;
  return (
    <div class="shop-orders">
      <h3>{t.orders}</h3>
      <ul>
        {orders.value.map(({ order, offer, price }) => (
          <li key={order}>
            <b>{offerName(offer)}</b>
            <span class="muted">{t.order(price)}</span>
            <small class="hint">{order}</small>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Movements(): JSX.Element | null {
  const t = shopTexts();
  if (movements.value.length === 0) return null;
  return (
    <details>
      <summary>{t.records}</summary>
      <table class="table shop-table">
        <thead>
          <tr>
            <th scope="col">{t.what}</th>
            <th scope="col" class="table-number">
              {t.change}
            </th>
          </tr>
        </thead>
        <tbody>
          {movements.value.map(({ at, text, money }, place) => (
            <tr key={place}>
              <td>
                {text}
                <small>{momentText(at)}</small>
              </td>
              <td class={money > 0 ? "table-number shop-more" : "table-number"}>
                {`${money > 0 ? "+" : ""}${numberText(money)}`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

/** Points come from the platform, and the page tells how: it has no way of its own to make any. */
function How(): JSX.Element {
  const t = shopTexts();
  const name = player.value?.name ?? "";
  const command = `curl -d '${JSON.stringify({ wname: name, money: 100 })}' http://127.0.0.1:PORT/grant`;
  return (
    <details class="how" open={purse.value?.money === 0}>
      <summary>{t.how}</summary>
      <p class="muted">{t.howText(name)}</p>
      <div class="how-command">
        <code aria-label={t.command} tabIndex={0}>
          {command}
        </code>
        <Button
          tone="quiet"
          onPress={async () => {
            await navigator.clipboard.writeText(command).then(
              () => {
                toast("info", t.copied);
              },
              () => undefined,
            );
          }}
        >
          {t.copy}
        </Button>
      </div>
      <p class="muted">{t.howCards}</p>
    </details>
  );
}
