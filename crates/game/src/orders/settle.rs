//! The end of an order: goods for points, the ledger, and the reply to the waiting request.

use bevy_ecs::prelude::*;
use bevy_time::{Real, Time};
use schemars::JsonSchema;
use serde::Serialize;

use crate::identity::note_played;
use crate::items::{Amount, Cause, Inventory};
use crate::orders::book::OrderBook;
use crate::orders::model::{ClosedOrder, Order, OrderId, OrderState, StateName};
use crate::orders::of_players;
use crate::orders::steps::{after_step, change, is_short};
use crate::orders::wish::{Adjustment, Wish};
use crate::platforms::mcrmb::PlatformReply;
use crate::tickets::Tickets;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::events::{Event, Events};
use raidkeep_engine::outside::Number;
use raidkeep_engine::players::Players;
use raidkeep_engine::request::parked::Parked;
use raidkeep_engine::request::reply::Outbox;
use raidkeep_engine::request::{Notice, Refusal};
use raidkeep_engine::schedule::Surroundings;
use raidkeep_engine::storage::rows::Persistence;
use raidkeep_engine::storage::{Archive, Discarded, EditWorld};

impl OrderId {
    /// The notice of the order's result, for the request that has made it.
    pub fn notice(self) -> Notice {
        Notice { kind: "order", number: self.0 }
    }
}

/// The state of an order, for a request that waits for it.
#[derive(Debug, Clone)]
pub struct OrderTold {
    /// The order's current state.
    pub order: Order,
    /// The platform's answer, if it answered just now.
    pub reply: Option<PlatformReply>,
}

/// Why an order was not paid.
#[derive(Debug, Clone, PartialEq)]
pub enum NotPaid {
    /// There are too few points: the platform's message, and what is missing.
    Short(String, PointsShort),
    /// Any other reason.
    Refused(Refusal),
}

/// What is missing of a price, as the platform shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PointsShort {
    /// The points there are.
    money: String,
    /// The points that are missing.
    need: String,
}

impl OrderTold {
    /// Whether its result is not known yet.
    pub fn is_pending(&self) -> bool {
        !matches!(self.order.state, OrderState::Granted | OrderState::Refused | OrderState::Watched { .. })
    }

    /// Why nothing was paid, if that is how it ended.
    pub fn not_paid(&self) -> Option<NotPaid> {
        if !matches!(self.order.state, OrderState::Refused | OrderState::Watched { .. }) {
            return None;
        }
        let remark = &self.order.remark;
        Some(match remark.code {
            0 => {
                NotPaid::Refused(Refusal::busy("the payment platform did not answer, nothing was charged; retry later"))
            }
            code if is_short(code) => NotPaid::Short(remark.text.to_string(), self.short()),
            code => NotPaid::Refused(Refusal::saying(code, remark.text.to_string())),
        })
    }

    fn short(&self) -> PointsShort {
        let told = |field| self.reply.as_ref().and_then(|reply| reply.number(field));
        let money = told("money").or(self.order.points_left).unwrap_or_default();
        let price = self.order.wish.change(money).saturating_neg();
        let need = told("need").unwrap_or(price.saturating_sub(money));
        PointsShort { money: money.to_string(), need: need.to_string() }
    }
}

/// The event `order_settled`: the order's request was answered before the order ended.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct OrderSettled {
    /// The order's number.
    order: Box<str>,
    /// What was bought.
    offer: Box<str>,
    /// How it ended.
    state: StateName,
    /// What the platform said.
    message: Box<str>,
    /// What is left of the items in `reward`, in the same order.
    remain: Vec<Amount>,
    /// What was gained; empty if nothing was.
    reward: Vec<Amount>,
    /// Points left, if the platform said so.
    points: Option<i64>,
}

impl Event for OrderSettled {
    const NAME: &'static str = "order_settled";
}

/// Grants the goods of a paid order, once the player is in memory. The movement of points is recorded with them.
pub(super) fn grant(world: &mut World, entity: Entity, order: &Order, now: i64) {
    let real = world.resource::<Time<Real>>().elapsed();
    let Ok(player) = world.resource_mut::<Players>().find(order.account, real) else {
        if world.resource_mut::<OrderBook>().await_buyer(order) {
            world.resource_mut::<Outbox>().players.push(order.account);
        }
        return;
    };
    note_played(world, order.account);
    let today = world.resource::<Clock>().day();
    let before = order.before.as_ref().map_or(0, |account| account.money);
    let number = order.number.parse().unwrap_or(Number::bare(order.id.0));
    let cause = Cause::new(why(&order.wish)).of_order(number);
    if let Some(mut inventory) = world.edit::<Inventory>(player) {
        inventory.note_points(order.wish.change(before), order.points_after(), cause);
        if let Wish::Buy { goods, .. } = &order.wish {
            inventory.grant(&goods.items, cause);
        }
    }
    if let (Wish::Buy { goods, .. }, Some(mut tickets)) = (&order.wish, world.edit::<Tickets>(player))
        && let Some(bought) = goods.ticket
    {
        tickets.add_bought(bought.ticket, bought.allowance, today);
    }
    change(world, entity, |order| order.note_granted(now));
    after_step(world, entity, order, now, None);
}

fn why(wish: &Wish) -> &'static str {
    match wish {
        Wish::Buy { .. } => "bought with points",
        Wish::Adjust { how: Adjustment::Add, .. } => "points added by an operator",
        Wish::Adjust { how: Adjustment::Deduct, .. } => "points taken by an operator",
        Wish::Adjust { how: Adjustment::Set, .. } => "points set by an operator",
    }
}

/// Tells the waiting request what became of an order that was in state `before`, and archives a closed one.
pub(super) fn tell(world: &mut World, entity: Entity, before: StateName, order: &Order, reply: Option<PlatformReply>) {
    if matches!(order.state, OrderState::Written | OrderState::Sent | OrderState::Paid) {
        return;
    }
    let told = OrderTold { order: order.clone(), reply };
    let is_awaited = world.resource_mut::<Parked>().tell(order.id.notice(), &told);
    // A player who was told that a watched order is not charged learns nothing new when that stays so.
    let is_known = before == StateName::Watched && order.state == OrderState::Refused;
    if !is_awaited && !is_known && !matches!(order.state, OrderState::InDoubt { .. }) {
        tell_player(world, order);
    }
    if order.state.lets_buy_again() {
        world.resource_mut::<OrderBook>().let_buy_again(order);
    }
    if order.state.is_over() {
        let batch = world.resource::<Persistence>().last_batch().next();
        let folded_batch = world.resource::<Surroundings>().folded_batch;
        let mut book = world.resource_mut::<OrderBook>();
        book.remove(order);
        book.keep_closed(order, batch, folded_batch);
        let mut archive = world.resource_mut::<Archive>();
        archive.put(&order.id.0.to_be_bytes(), &ClosedOrder(order.clone()));
        of_players::note_closed(&mut archive, order);
        world.resource_mut::<Discarded>().push(entity);
    }
}

fn tell_player(world: &mut World, order: &Order) {
    // An operator's changes to points are announced by the operator.
    let (Some(player), Wish::Buy { goods, .. }) = (world.resource::<Players>().entity(order.account), &order.wish)
    else {
        return;
    };
    let is_granted = order.state == OrderState::Granted;
    let reward = if is_granted { goods.items.clone() } else { Vec::new() };
    let remain = world.get::<Inventory>(player).map(|inventory| inventory.remain_of(&reward)).unwrap_or_default();
    let event = OrderSettled {
        order: order.number.clone(),
        offer: order.subject.clone(),
        state: order.state.name(),
        message: order.remark.text.clone(),
        remain,
        reward,
        points: order.points_after().filter(|_| is_granted).or(order.points_left),
    };
    world.resource_mut::<Events>().tell(player, &event);
}
