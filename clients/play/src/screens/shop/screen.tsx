import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ItemIcon } from "../../art/items.js";
import { useFresh } from "../../game/fresh.js";
import { parseAmount, player } from "../../state/player.js";
import { toast } from "../../state/toasts.js";
import { common } from "../../texts/common.js";
import { numberText } from "../../texts/texts.js";
import { Amounts } from "../../ui/amounts.js";
import { Button, Panel } from "../../ui/basics.js";
import { Dialog } from "../../ui/dialog.js";
import { rove } from "../../ui/rove.js";
import { Cards } from "./cards.js";
import { buy, type Offer, offerName, offers, orders, points, records, refreshShop } from "./model.js";
import { shopTexts } from "./texts.js";

export function ShopScreen(): JSX.Element {
  const t = shopTexts();
  const [chosen, choose] = useState<Offer | undefined>(undefined);
  useFresh(refreshShop);
  return (
    <div class="shop">
      <Purse />
      <Panel title={t.goods} class="shop-goods">
        <ul class="offers" onKeyDown={rove}>
          {offers.value.map((offer) => (
            <li key={offer.id} class="offer">
              <ItemIcon id={parseAmount(offer.items.at(-1) ?? "").item} />
              <b>{offerName(offer)}</b>
              <Amounts of={offer.items.map(parseAmount)} />
              <Button
                tone="main"
                data-rove
                aria-label={t.buyLabel(offerName(offer), offer.price)}
                onPress={() => {
                  choose(offer);
                }}
              >
                {t.buy(offer.price)}
              </Button>
            </li>
          ))}
        </ul>
      </Panel>
      <Cards />
      {chosen && (
        <Dialog
          title={t.confirm(offerName(chosen), chosen.price)}
          onClose={() => {
            choose(undefined);
          }}
        >
          <Amounts of={chosen.items.map(parseAmount)} />
          <div class="row">
            <Button
              tone="main"
              autofocus
              onPress={async () => {
                await buy(chosen);
                choose(undefined);
              }}
            >
              {common().confirm}
            </Button>
            <Button
              onPress={() => {
                choose(undefined);
              }}
            >
              {common().cancel}
            </Button>
          </div>
        </Dialog>
      )}
    </div>
  );
}

function Purse(): JSX.Element {
  const t = shopTexts();
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
        <b>{points.value === undefined ? t.unknown : t.points(numberText(Number(points.value)))}</b>
      </p>
      {orders.value.length > 0 && (
        <>
          <h3>{t.orders}</h3>
          <ul class="shop-records">
            {orders.value.map((order) => (
              <li key={order.order}>{`${order.order} · ${order.state}`}</li>
            ))}
          </ul>
        </>
      )}
      {records.value.length > 0 && (
        <details>
          <summary>{t.records}</summary>
          <ul class="shop-records">
            {records.value.map((row, place) => (
              <li key={place}>{Object.values(row).join(" · ")}</li>
            ))}
          </ul>
        </details>
      )}
      <How />
    </Panel>
  );
}

/** Points come from the platform, and the page tells how: it has no way of its own to make any. */
function How(): JSX.Element {
  const t = shopTexts();
  const name = player.value?.name ?? "";
  const command = `curl -d '{"wname":"${name}","money":100}' http://127.0.0.1:PORT/grant`;
  return (
    <details class="how" open={points.value === "0"}>
      <summary>{t.how}</summary>
      <p class="muted">{t.howText(name)}</p>
      <div class="how-command">
        <code aria-label={t.command}>{command}</code>
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
