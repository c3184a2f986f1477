import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ItemIcon } from "../../art/items.js";
import { useFresh } from "../../game/fresh.js";
import { ordersSettled } from "../../state/news.js";
import { parseAmount } from "../../state/player.js";
import { common } from "../../texts/common.js";
import { numberText } from "../../texts/texts.js";
import { Amounts } from "../../ui/amounts.js";
import { Button, Panel } from "../../ui/basics.js";
import { Dialog } from "../../ui/dialog.js";
import { rove } from "../../ui/rove.js";
import { Cards } from "./cards.js";
import { buy, type Offer, offers, purse, refreshShop } from "./model.js";
import { offerName, PurseView } from "./purse.js";
import { shopTexts } from "./texts.js";

export function ShopScreen(): JSX.Element {
  const t = shopTexts();
  const [chosen, choose] = useState<Offer | undefined>(undefined);
  useFresh(refreshShop, ordersSettled);
  return (
    <div class="shop">
      <PurseView />
      <Panel title={t.goods} class="shop-goods">
        <ul class="offers" onKeyDown={rove}>
          {offers.value.map((offer) => (
            <OfferCard
              key={offer.id}
              offer={offer}
              onChoose={() => {
                choose(offer);
              }}
            />
          ))}
        </ul>
      </Panel>
      <Cards />
      {chosen && (
        <Purchase
          offer={chosen}
          onClose={() => {
            choose(undefined);
          }}
        />
      )}
    </div>
  );
}

function OfferCard({ offer, onChoose }: { offer: Offer; onChoose: () => void }): JSX.Element {
  const t = shopTexts();
  const name = offerName(offer.id);
  const missing = missingFor(offer);
  return (
    <li class="offer">
      <ItemIcon id={parseAmount(offer.items.at(-1) ?? "").item} />
      <b>{name}</b>
      <Amounts of={offer.items.map(parseAmount)} />
      <Button
        tone={missing > 0 ? "plain" : "main"}
        data-rove
        aria-label={t.buyLabel(name, offer.price)}
        onPress={onChoose}
      >
        {t.buy(offer.price)}
      </Button>
    </li>
  );
}

function missingFor({ price }: Offer): number {
  const money = purse.value?.money;
  return money === undefined ? 0 : price - money;
}

/** Asks before points are spent: they are money. */
function Purchase({ offer, onClose }: { offer: Offer; onClose: () => void }): JSX.Element {
  const t = shopTexts();
  const missing = missingFor(offer);
  return (
    <Dialog title={t.confirm(offerName(offer.id), offer.price)} onClose={onClose}>
      <Amounts of={offer.items.map(parseAmount)} />
      {missing > 0 && <p class="muted">{t.missing(numberText(missing))}</p>}
      <div class="row confirm">
        <Button onPress={onClose}>{common().cancel}</Button>
        <Button
          tone="main"
          autofocus
          onPress={async () => {
            await buy(offer);
            onClose();
          }}
        >
          {common().confirm}
        </Button>
      </div>
    </Dialog>
  );
}
