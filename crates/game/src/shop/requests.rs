//! `get_shop` and `buy_item` (docs/contract/points-platform.md#the-shop).

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::identity::Account;
use crate::items::{Amount, Inventory};
use crate::orders::book::UNSETTLED;
use crate::orders::{Goods, NewOrder, NotPaid, OrderDesk, OrderState, OrderTold, PointsShort, Wish};
use crate::platforms::mcrmb::Gateway;
use crate::platforms::mcrmb::requests::PLATFORM_CODE;
use crate::shop::rules::{Offer, ShopRules};
use crate::timed_events::EventRules;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::request;
use raidkeep_engine::request::{Answer, Call, Code, Fact, Player, Reads, Refusal, Success, Waits};
use raidkeep_engine::rules::Rules;

pub(super) fn register(app: &mut App) {
    app.add_request::<GetShop, _>(get_shop);
    app.add_waiting_request::<BuyItem, _>(buy_item);
}

/// `get_shop {token}`: what is sold for points.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct GetShop {}

request!(Player, "get_shop", GetShop => OffersShown, READS = Reads::Caller);

/// The reply of `get_shop`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OffersShown {
    /// What is sold.
    offers: Vec<Offer>,
}

fn get_shop(
    In(call): In<Call<GetShop>>,
    players: Query<&Account>,
    (rules, events): (Res<Rules<ShopRules>>, Res<Rules<EventRules>>),
    clock: Res<Clock>,
) -> Answer<OffersShown> {
    let made_at = call.caller.get(&players)?.made_at();
    let own = || events.own_changes(made_at, clock.now());
    Ok(Success::with(OffersShown {
        offers: rules.offers.iter().map(|offer| offer.under(own()).into_owned()).collect(),
    }))
}

/// The player has too little to pay. The text is that of docs/contract/stage-protocol.md#codes-of-the-new-functions;
/// where points are short, the platform has its own.
pub(super) const SHORT: Refusal = Refusal::new(95, "materials insufficient");
const NO_SUCH_OFFER: Refusal = Refusal::new(99, "no such offer");

/// The progress of an order, in a reply.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OrderProgress {
    /// The order's number.
    order: String,
    /// "granted", or "pending" when an event will report the result.
    state: &'static str,
    /// Points left after the payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    points: Option<i64>,
}

impl OrderProgress {
    /// For an order that has just been made.
    pub fn pending(order: String) -> Self {
        Self { order, state: "pending", points: None }
    }

    /// For an order that was already announced.
    pub fn of(told: &OrderTold) -> Self {
        let order = told.order.number.to_string();
        match told.order.state {
            OrderState::Granted => Self { order, state: "granted", points: told.order.points_after() },
            _ => Self::pending(order),
        }
    }
}

/// The reply of a purchase.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Bought<T> {
    /// What was bought, or is being paid.
    Goods(T),
    /// What is missing of its price in points.
    Short([PointsShort; 1]),
}

/// The reply of a purchase that was not paid.
pub(super) fn not_paid<T>(told: &OrderTold) -> Option<Answer<Bought<T>>> {
    Some(match told.not_paid()? {
        NotPaid::Short(message, short) => {
            let reply = Success::with(Bought::Short([short])).status(SHORT.status);
            Ok(reply.message(if message.is_empty() { SHORT.message } else { message.into() }))
        }
        NotPaid::Refused(refusal) => Err(refusal),
    })
}

/// The result of the caller's order, if the request runs again because of it.
pub(super) fn told(fact: Option<Fact>) -> Option<OrderTold> {
    fact.and_then(|fact| fact.downcast::<OrderTold>().ok()).map(|told| *told)
}

/// `buy_item {token, offer}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct BuyItem {
    /// The id of an offer of `get_shop`.
    offer: String,
}

request!(
    Player, "buy_item", BuyItem => Bought<ItemBought>,
    CODES = &[Code::of(NO_SUCH_OFFER), Code::of(UNSETTLED), Code::of(SHORT), PLATFORM_CODE],
);

/// The reply of `buy_item`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ItemBought {
    #[serde(flatten)]
    progress: OrderProgress,
    /// What is left of the items in `reward`, in the same order.
    remain: Vec<Amount>,
    /// What was gained; empty while the payment is pending.
    reward: Vec<Amount>,
}

pub(super) const PENDING: &str = "pending";

fn buy_item(
    In(call): In<Call<BuyItem>>,
    players: Query<(&Account, &Inventory)>,
    (rules, events): (Res<Rules<ShopRules>>, Res<Rules<EventRules>>),
    clock: Res<Clock>,
    gateway: Res<Gateway>,
    mut desk: OrderDesk,
) -> Waits<Bought<ItemBought>> {
    let (account, inventory) = call.caller.get(&players)?;
    if let Some(told) = told(call.fact) {
        return Ok(bought(&told, inventory)?);
    }
    gateway.orders()?;
    let offer = rules.offer(&call.request.offer).ok_or(NO_SUCH_OFFER)?;
    let offer = offer.under(events.own_changes(account.made_at(), clock.now()));
    let goods = Goods { items: offer.items.clone(), ticket: None };
    let order = desk.take(NewOrder {
        account: call.caller.account,
        wname: account.wname().into(),
        subject: offer.name.as_str().into(),
        wish: Wish::Buy { price: offer.price.into(), goods },
    })?;
    let progress = OrderProgress::pending(desk.number(order));
    let pending = ItemBought { progress, remain: Vec::new(), reward: Vec::new() };
    Ok(Success::with(Bought::Goods(pending)).message(PENDING).until(order.notice()).within(gateway.patience()?))
}

fn bought(told: &OrderTold, inventory: &Inventory) -> Answer<Bought<ItemBought>> {
    if let Some(not_paid) = not_paid(told) {
        return not_paid;
    }
    let reward = match &told.order.wish {
        Wish::Buy { goods, .. } if !told.is_pending() => goods.items.clone(),
        _ => Vec::new(),
    };
    let remain = inventory.remain_of(&reward);
    let bought = ItemBought { progress: OrderProgress::of(told), remain, reward };
    let reply = Success::with(Bought::Goods(bought));
    Ok(if told.is_pending() { reply.message(PENDING) } else { reply })
}
