import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ItemIcon } from "../../art/items.js";
import { Scene } from "../../art/scene.js";
import { useFresh } from "../../game/fresh.js";
import { ordersSettled } from "../../state/news.js";
import { parseAmount } from "../../state/player.js";
import { numberText } from "../../texts/texts.js";
import { Amounts } from "../../ui/amounts.js";
import { Button, Panel } from "../../ui/basics.js";
import { rove } from "../../ui/rove.js";
import { Tabs } from "../../ui/tabs.js";
import { buy, type Offer, offers, orders, purse, refreshPurse, refreshShop } from "./model.js";
import { shopTexts } from "./texts.js";
import { WalletView } from "./wallet.js";

export function ShopScreen(): JSX.Element {
  const t = shopTexts();
  const [tab, setTab] = useState<"goods" | "wallet">("goods");
  useFresh(refreshShop, ordersSettled);
  return (
    <div class="shop">
      <Balance />
      <Orders />
      <Tabs
        label={t.title}
        chosen={tab}
        onChoose={setTab}
        tabs={[
          { id: "goods", title: t.goods },
          { id: "wallet", title: t.wallet },
        ]}
      />
      {tab === "wallet" && <WalletView />}
      {tab === "goods" && (
        <ul class="offers" onKeyDown={rove}>
          {offers.value.map((offer) => (
            <li key={offer.id}>
              <OfferCard offer={offer} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Balance(): JSX.Element {
  const t = shopTexts();
  const { money = 0, charged, paid } = purse.value ?? {};
  return (
    <section class="purse-banner" aria-label={t.points}>
      <Scene land="gold" />
      <div class="purse-body">
        <ItemIcon id="points" />
        <div>
          <b>{t.balance(numberText(money))}</b>
          {charged !== undefined && paid !== undefined && (
            <small>{t.totals(numberText(charged), numberText(paid))}</small>
          )}
        </div>
        <Button icon="refresh" onPress={refreshPurse}>
          {t.refresh}
        </Button>
      </div>
    </section>
  );
}

function Orders(): JSX.Element | null {
  const t = shopTexts();
  if (orders.value.length === 0) return null;
  return (
    <Panel title={t.orders}>
      <ul class="orders">
        {orders.value.map(({ order, offer, price }) => (
          <li key={order}>
            <b>{offerName(offer)}</b>
            <span class="muted">{t.order(price)}</span>
            <small class="hint">{order}</small>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function OfferCard({ offer }: { offer: Offer }): JSX.Element {
  const t = shopTexts();
  const amounts = offer.items.map(parseAmount);
  const missing = offer.price - (purse.value?.money ?? 0);
  return (
    <article class="offer">
      <ItemIcon id={amounts[0]?.item ?? ""} />
      <h3>{offerName(offer.id, offer.name)}</h3>
      <Amounts of={amounts} />
      <Button tone={missing > 0 ? "plain" : "main"} data-rove onPress={() => buy(offer.id)}>
        {t.buy(offer.price)}
      </Button>
      <small class="hint">{missing > 0 && purse.value !== undefined ? t.missing(missing) : ""}</small>
    </article>
  );
}

/** The name of an offer by its id; of what is no offer of the shop, such as a ticket, as the server calls it. */
function offerName(id: string, told?: string): string {
  return shopTexts().offers[id] ?? told ?? offers.value.find((offer) => offer.id === id)?.name ?? id;
}
