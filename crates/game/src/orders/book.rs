//! The pending orders, and how a new one is made.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;
use serde::{Deserialize, Serialize};

use crate::orders::model::{NewOrder, Order, OrderId, OrderState};
use crate::orders::wish::Wish;
use crate::platforms::mcrmb::PAYMENTS;
use crate::platforms::mcrmb::gateway::Gateway;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::due::DueQueue;
use raidkeep_engine::exchange::lines::{Exchanges, NotStarted};
use raidkeep_engine::numbers::{BatchNumber, ExchangeId};
use raidkeep_engine::outside::{Number, Numbering, WorldId};
use raidkeep_engine::request::Refusal;
use raidkeep_engine::schedule::Surroundings;
use raidkeep_engine::storage::WorldRow;

/// How many orders this world has made.
#[derive(Debug, Default, Resource, Serialize, Deserialize)]
pub struct OrderNumbers {
    made: u64,
}

impl OrderNumbers {
    /// How many were made.
    pub fn made(&self) -> u64 {
        self.made
    }
}

impl WorldRow for OrderNumbers {
    const TABLE: &'static str = "order_numbers";
}

/// Parses an order number typed by an operator, in full or as the bare count. A number of another world is rejected: it
/// would name the wrong order. One of another epoch may too, see [`Order::is_called`].
pub fn read_number(text: &str, world: WorldId) -> Option<OrderId> {
    text.parse::<Number>().ok()?.count_in(world).map(OrderId)
}

/// The question that an exchange asks about an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// The player's records.
    Records,
    /// The player's points; the records are already known.
    Points(Vec<crate::orders::proof::PlatformRecord>),
    /// To carry it out.
    CarryOut,
}

/// What has become of purchases.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct OrderTally {
    /// How many were ordered.
    pub made: u64,
    /// How many were paid and granted.
    pub granted: u64,
    /// How many ended unpaid.
    pub refused: u64,
}

/// The orders in memory: those that are not over.
#[derive(Debug, Default, Resource)]
pub struct OrderBook {
    entities: BTreeMap<OrderId, Entity>,
    unsettled: HashMap<AccountId, OrderId>,
    due: DueQueue<OrderId>,
    asked: HashMap<ExchangeId, (OrderId, Question)>,
    asking: HashMap<OrderId, ExchangeId>,
    /// The last payment exchange of each order; its answer may be late.
    paying: HashMap<OrderId, ExchangeId>,
    awaited: BTreeMap<OrderId, AccountId>,
    queued: BTreeSet<OrderId>,
    /// Those of which nothing was sent that moves points.
    unsent: BTreeSet<OrderId>,
    /// Those whose payments may have been made, by buyer.
    in_question: BTreeSet<(AccountId, OrderId)>,
    /// Orders that are over, with the batch of their end, the oldest first.
    closed_lately: VecDeque<(BatchNumber, Order)>,
    folded_batch: BatchNumber,
    tally: OrderTally,
}

impl OrderBook {
    /// Takes what has become of purchases since the last call.
    pub fn take_tally(&mut self) -> OrderTally {
        std::mem::take(&mut self.tally)
    }

    /// Counts a purchase that has just ended.
    pub fn count_end(&mut self, order: &Order) {
        match (&order.wish, order.state) {
            (Wish::Buy { .. }, OrderState::Granted) => self.tally.granted += 1,
            (Wish::Buy { .. }, OrderState::Refused) => self.tally.refused += 1,
            _ => {}
        }
    }

    /// Adds an order that was made or read from disk.
    pub fn add(&mut self, order: &Order, entity: Entity) {
        self.entities.insert(order.id, entity);
        self.note_state(order);
        if !order.state.lets_buy_again() {
            self.unsettled.insert(order.account, order.id);
        }
    }

    /// Notes an order's state after a change.
    pub fn note_state(&mut self, order: &Order) {
        if order.state == OrderState::Written {
            self.unsent.insert(order.id);
        } else {
            self.unsent.remove(&order.id);
        }
        if order.state.is_in_question() {
            self.in_question.insert((order.account, order.id));
        } else {
            self.in_question.remove(&(order.account, order.id));
        }
    }

    /// The buyer's orders whose payments may have been made and about which nothing is being asked.
    pub fn in_question_of(&self, buyer: AccountId) -> impl Iterator<Item = OrderId> {
        let range = (buyer, OrderId(0))..=(buyer, OrderId(u64::MAX));
        self.in_question.range(range).map(|(_, id)| *id).filter(|id| !self.is_asking(*id))
    }

    /// How many orders wait to be sent.
    pub fn unsent(&self) -> usize {
        self.unsent.len()
    }

    /// Removes an order that is over.
    pub fn remove(&mut self, order: &Order) {
        self.entities.remove(&order.id);
        self.unsent.remove(&order.id);
        self.in_question.remove(&(order.account, order.id));
        self.let_buy_again(order);
        self.rest(order.id);
        let exchanges = self.asking.remove(&order.id).into_iter().chain(self.paying.remove(&order.id));
        exchanges.for_each(|exchange| drop(self.asked.remove(&exchange)));
        self.awaited.remove(&order.id);
    }

    /// Keeps an order that closes in `batch` for requests that are reading the closed orders from disk and do not find
    /// it there yet. `folded_batch` is the last batch on disk; orders that were on disk in an earlier tick are dropped,
    /// because every read that began before then has arrived by now.
    pub fn keep_closed(&mut self, order: &Order, batch: BatchNumber, folded_batch: BatchNumber) {
        if self.closed_lately.back().is_none_or(|(last, _)| *last < batch) {
            let on_disk = std::mem::replace(&mut self.folded_batch, folded_batch);
            while self.closed_lately.front().is_some_and(|(batch, _)| *batch <= on_disk) {
                self.closed_lately.pop_front();
            }
        }
        self.closed_lately.push_back((batch, order.clone()));
    }

    /// Orders closed so recently that a reader of the disk may have missed them.
    pub fn closed_lately(&self) -> impl Iterator<Item = &Order> {
        self.closed_lately.iter().map(|(_, order)| order)
    }

    /// Lets the buyer make another order although this one is still pending.
    pub fn let_buy_again(&mut self, order: &Order) {
        if self.unsettled.get(&order.account) == Some(&order.id) {
            self.unsettled.remove(&order.account);
        }
    }

    /// Keeps the buyer from making another order, even after [`Self::let_buy_again`]: the order was paid late.
    pub fn hold_back(&mut self, order: &Order) {
        self.unsettled.entry(order.account).or_insert(order.id);
    }

    /// The order that keeps its buyer from making another.
    pub fn unsettled_of(&self, account: AccountId) -> Option<OrderId> {
        self.unsettled.get(&account).copied()
    }

    /// The order with that number, if it is pending.
    pub fn entity(&self, id: OrderId) -> Option<Entity> {
        self.entities.get(&id).copied()
    }

    /// All pending orders, the latest first.
    pub fn latest_first(&self) -> impl Iterator<Item = (OrderId, Entity)> {
        self.entities.iter().rev().map(|(id, entity)| (*id, *entity))
    }

    /// All pending orders, the earliest first.
    pub fn entities(&self) -> impl Iterator<Item = Entity> {
        self.entities.values().copied()
    }

    /// How many are pending.
    pub fn len(&self) -> usize {
        self.entities.len()
    }

    /// Whether none are pending.
    pub fn is_empty(&self) -> bool {
        self.entities.is_empty()
    }

    /// Schedules the order for `at` (unix seconds), and not before.
    pub fn wake(&mut self, id: OrderId, at: i64) {
        self.rest(id);
        self.due.set(id, at);
    }

    /// Schedules all waiting orders for now: the clock was set back, so their moments mean nothing.
    pub fn wake_all(&mut self, now: i64) {
        let ids: Vec<OrderId> = self.due.latest_first().collect();
        ids.into_iter().for_each(|id| self.wake(id, now));
    }

    /// The order continues when the line to the platform has capacity; what frees it triggers a tick.
    pub fn queue(&mut self, id: OrderId) {
        self.rest(id);
        self.queued.insert(id);
    }

    /// Takes the first orders of the queue, as many as there is room for.
    pub fn take_queued(&mut self, room: usize) -> Vec<OrderId> {
        std::iter::from_fn(|| self.queued.pop_first()).take(room).collect()
    }

    /// The order rests until the platform answers or it is woken.
    pub fn rest(&mut self, id: OrderId) {
        self.due.cancel(id);
        self.queued.remove(&id);
    }

    /// The orders that are due, the longest waiting first.
    pub fn due(&self, now: i64) -> Vec<OrderId> {
        self.due.due(now).collect()
    }

    /// When the next one is due, unix seconds.
    pub fn next_due(&self) -> Option<i64> {
        self.due.next_at()
    }

    /// The order continues once its buyer is in memory. Returns whether this is news.
    pub fn await_buyer(&mut self, order: &Order) -> bool {
        self.rest(order.id);
        self.awaited.insert(order.id, order.account).is_none()
    }

    /// Takes out the orders whose buyers are in memory.
    pub fn take_awaited(&mut self, is_there: impl Fn(AccountId) -> bool) -> Vec<OrderId> {
        self.awaited.extract_if(.., |_, account| is_there(*account)).map(|(id, _)| id).collect()
    }

    /// Records an exchange about the order. Nothing else is asked about the order until it is over.
    pub fn ask(&mut self, exchange: ExchangeId, id: OrderId, question: Question) {
        // An order is carried out again only when the first exchange certainly failed.
        let earlier = if question == Question::CarryOut { self.paying.insert(id, exchange) } else { None };
        earlier.and_then(|earlier| self.asked.remove(&earlier));
        self.asked.insert(exchange, (id, question));
        self.asking.insert(id, exchange);
        self.rest(id);
    }

    /// What an exchange was about. One about a payment stays known: its answer may be late.
    pub fn answered(&mut self, exchange: ExchangeId) -> Option<(OrderId, Question)> {
        let (id, question) = self.asked.get(&exchange).cloned()?;
        if question != Question::CarryOut {
            self.asked.remove(&exchange);
        }
        if self.asking.get(&id) == Some(&exchange) {
            self.asking.remove(&id);
        }
        Some((id, question))
    }

    /// Whether an exchange about this order is in flight.
    pub fn is_asking(&self, id: OrderId) -> bool {
        self.asking.contains_key(&id)
    }
}

/// Accepts orders.
#[derive(SystemParam)]
pub struct OrderDesk<'w, 's> {
    commands: Commands<'w, 's>,
    book: ResMut<'w, OrderBook>,
    numbers: ResMut<'w, OrderNumbers>,
    numbering: Res<'w, Numbering>,
    gateway: Res<'w, Gateway>,
    exchanges: ResMut<'w, Exchanges>,
    surroundings: ResMut<'w, Surroundings>,
    clock: Res<'w, Clock>,
}

/// The earlier order has to be settled first; `list_orders` shows it.
pub const UNSETTLED: Refusal = Refusal::new(98, "an earlier order is still being settled");

/// The platform keeps failing, and enough orders wait for it.
const PLATFORM_DOWN: Refusal = Refusal::busy(
    "the payment platform does not answer and enough orders wait for it; nothing was charged, retry later",
);

impl OrderDesk<'_, '_> {
    /// Whether the account may make an order now.
    pub fn check(&self, account: AccountId) -> Result<(), Refusal> {
        match self.book.unsettled_of(account) {
            Some(_) => Err(UNSETTLED),
            None => Ok(()),
        }
    }

    /// The number of an order made just now, as the platform and people see it.
    pub fn number(&self, id: OrderId) -> String {
        self.numbering.number(id.0).to_string()
    }

    /// Makes an order, which proceeds from the next tick on.
    pub fn take(&mut self, new: NewOrder) -> Result<OrderId, Refusal> {
        self.check(new.account)?;
        let now = self.clock.now();
        let is_left_alone = self.exchanges.check(PAYMENTS, now) == Err(NotStarted::CircuitOpen);
        if is_left_alone && self.book.unsent() >= self.gateway.orders()?.waiting_max {
            return Err(PLATFORM_DOWN);
        }
        self.numbers.made += 1;
        self.book.tally.made += u64::from(matches!(new.wish, Wish::Buy { .. }));
        let id = OrderId(self.numbers.made);
        let order = Order::new(id, self.number(id).into(), new, now);
        let entity = self.commands.spawn_empty().id();
        self.book.add(&order, entity);
        self.book.wake(id, now);
        self.commands.entity(entity).insert(order);
        self.surroundings.wake_within(std::time::Duration::ZERO);
        Ok(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_in_every_form_and_only_in_its_world() {
        let read = |text: &str| read_number(text, WorldId(0x1234_ABCD));
        for text in ["17", "RK1234ABCD-17", "RK1234ABCD-E100000000-17"] {
            assert_eq!(read(text), Some(OrderId(17)), "{text}");
        }
        assert_eq!(read("RK"), None);
        assert_eq!(read("RK1234ABCE-E100000000-17"), None, "an order of another world must not be resolved here");
    }
}
