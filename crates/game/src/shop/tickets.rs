//! `buy_ticket` (docs/contract/energy-and-tickets.md#buying-tickets).

use std::borrow::Cow;

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::identity::Account;
use crate::items::{Amount, Cause, Inventory};
use crate::orders::book::UNSETTLED;
use crate::orders::wish::TicketGoods;
use crate::orders::{Goods, NewOrder, OrderDesk, Wish};
use crate::platforms::mcrmb::Gateway;
use crate::platforms::mcrmb::requests::PLATFORM_CODE;
use crate::shop::requests::{Bought, OrderProgress, PENDING, SHORT, not_paid, told};
use crate::tickets::{Limits, NextReset, Purchase, PurchaseMode, TicketKind, TicketRules, Tickets};
use crate::timed_events::{EventChange, EventRules};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::request;
use raidkeep_engine::request::{Call, Code, Player, Refusal, Success, Waits};
use raidkeep_engine::rules::Rules;

pub(super) fn register(app: &mut App) {
    app.add_waiting_request::<BuyTicket, _>(buy_ticket);
}

/// `buy_ticket {token, mode, pay_with}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct BuyTicket {
    /// Whose ticket.
    mode: PurchaseMode,
    /// With what.
    pay_with: PayWith,
}

/// How a ticket is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PayWith {
    /// With the items that the purchase's price names.
    Diamond,
    /// With points of the payment platform.
    Points,
}

request!(
    Player, "buy_ticket", BuyTicket => Bought<TicketBought>,
    CODES = &[
        Code::of(NONE_TO_BUY),
        Code::of(SHORT),
        Code::of(UNSETTLED),
        Code::of(NOT_FOR_POINTS),
        PLATFORM_CODE,
    ],
);

/// The reply of `buy_ticket`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TicketBought {
    /// The tickets, and how many may still be bought today.
    limits: Limits,
    /// Seconds to the next local midnight.
    cd: i64,
    /// What is left of the items in `reward`, in the same order.
    remain: Vec<Amount>,
    /// What was spent, as negative quantities.
    reward: Vec<Amount>,
    /// The same moments in unix seconds.
    at: NextReset,
    /// When paid with points.
    #[serde(flatten)]
    progress: Option<OrderProgress>,
}

const NONE_TO_BUY: Refusal = Refusal::new(92, "no more ticket, try tomorrow");
const NOT_FOR_POINTS: Refusal = Refusal::new(99, "this ticket is not sold for points");
const PURCHASE: Cause = Cause::new("buy_ticket");

/// What is sold, and what the reply shows of it.
struct Counter<'r> {
    purchase: Cow<'r, Purchase>,
    ticket: &'r TicketKind,
    allowance: &'r TicketKind,
    rules: &'r TicketRules,
    clock: &'r Clock,
}

impl<'r> Counter<'r> {
    fn find<'c>(
        mode: PurchaseMode,
        rules: &'r TicketRules,
        clock: &'r Clock,
        own: impl Iterator<Item = &'c EventChange>,
    ) -> Result<Self, Refusal> {
        let purchase = rules.purchase(mode).ok_or(NONE_TO_BUY)?;
        let kinds = rules.kind(purchase.ticket).zip(rules.kind(purchase.allowance));
        let (ticket, allowance) = kinds.ok_or(NONE_TO_BUY)?;
        let purchase = purchase.under(own);
        Ok(Self { purchase, ticket, allowance, rules, clock })
    }

    fn reply(
        &self,
        tickets: &Tickets,
        inventory: &Inventory,
        reward: Vec<Amount>,
        progress: Option<OrderProgress>,
    ) -> Success<Bought<TicketBought>> {
        let keys = [self.ticket.key, self.allowance.key];
        let is_vip = self.rules.is_vip(inventory);
        Success::with(Bought::Goods(TicketBought {
            limits: Limits::some(tickets, self.rules, &keys, is_vip, self.clock.day()),
            cd: self.clock.seconds_to_next_day(),
            remain: inventory.remain_of(&reward),
            reward,
            at: NextReset::of(self.clock),
            progress,
        }))
    }

    /// What is sold, as shown in the player's records on the payment platform.
    fn subject(&self) -> &'r str {
        &self.ticket.name
    }
}

fn buy_ticket(
    In(call): In<Call<BuyTicket>>,
    mut players: Query<(&mut Tickets, &mut Inventory, &Account)>,
    (rules, events): (Res<Rules<TicketRules>>, Res<Rules<EventRules>>),
    gateway: Res<Gateway>,
    clock: Res<Clock>,
    mut desk: OrderDesk,
) -> Waits<Bought<TicketBought>> {
    let (mut tickets, mut inventory, account) = call.caller.get_mut(&mut players)?;
    let counter = Counter::find(call.request.mode, &rules, &clock, events.own_changes(account.made_at(), clock.now()))?;
    if let Some(told) = told(call.fact) {
        let progress = OrderProgress::of(&told);
        let bought = || Ok(counter.reply(&tickets, &inventory, Vec::new(), Some(progress)));
        return Ok(not_paid(&told).unwrap_or_else(bought)?);
    }
    // A ticket whose payment is pending counts against the allowance only when it is granted.
    desk.check(call.caller.account)?;
    let today = clock.day();
    if tickets.left(counter.allowance, rules.is_vip(&inventory), today) == 0 {
        return Err(NONE_TO_BUY.into());
    }
    let (ticket, allowance) = (counter.ticket.key, counter.allowance.key);
    match call.request.pay_with {
        PayWith::Diamond => {
            if !inventory.pay(&counter.purchase.price, PURCHASE) {
                return Err(SHORT.into());
            }
            tickets.add_bought(ticket, allowance, today);
            let paid = counter.purchase.price.iter();
            let reward = paid.map(|price| Amount { quantity: -price.quantity, ..*price }).collect();
            Ok(counter.reply(&tickets, &inventory, reward, None))
        }
        PayWith::Points => {
            gateway.orders()?;
            let price = counter.purchase.price_points.ok_or(NOT_FOR_POINTS)?;
            let goods = Goods { items: Vec::new(), ticket: Some(TicketGoods { ticket, allowance }) };
            let order = desk.take(NewOrder {
                account: call.caller.account,
                wname: account.wname().into(),
                subject: counter.subject().into(),
                wish: Wish::Buy { price: price.into(), goods },
            })?;
            let progress = OrderProgress::pending(desk.number(order));
            let pending = counter.reply(&tickets, &inventory, Vec::new(), Some(progress));
            Ok(pending.message(PENDING).until(order.notice()).within(gateway.patience()?))
        }
    }
}
