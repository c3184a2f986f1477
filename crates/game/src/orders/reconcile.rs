//! `order_reconcile`: what the platform knows of a player's payments beside what the world knows. After a backup was put
//! back they differ: the platform keeps the payments of orders that the world has lost.

use std::collections::BTreeSet;

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::identity::{Account, NO_SUCH_PLAYER, PlayersByName};
use crate::orders::answers::read_records;
use crate::orders::book::OrderBook;
use crate::orders::model::{ClosedOrder, Order, OrderState, StateName};
use crate::orders::proof::{PlatformRecord, RECORDS_SHOWN};
use crate::platforms::mcrmb::PAYMENTS;
use crate::platforms::mcrmb::gateway::{Gateway, PlatformCall, reply_of};
use crate::platforms::mcrmb::requests::{PLATFORM_CODE, is_success};
use raidkeep_engine::account::AccountId;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::exchange::CallOutcome;
use raidkeep_engine::operators::Right;
use raidkeep_engine::outside::{Number, Numbering};
use raidkeep_engine::request;
use raidkeep_engine::request::lenient::Integer;
use raidkeep_engine::request::{Call, Code, Fact, Job, Need, Operator, Refusal, Success, Waits};
use raidkeep_engine::start::RowSource;
use raidkeep_engine::storage::Rows;
use raidkeep_engine::storage::{ArchivedRow, RowQuery, StorageError, Stored};

pub(super) fn register(app: &mut App) {
    app.add_waiting_request::<OrderReconcile, _>(order_reconcile);
}

/// `order_reconcile {token, name | account}`: compares the platform's last records of a player with the world's orders.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct OrderReconcile {
    /// The player's name.
    #[serde(default)]
    name: Option<String>,
    /// The account's number, in place of the name.
    #[serde(default, deserialize_with = "raidkeep_engine::request::lenient::optional_integer")]
    #[schemars(with = "Option<Integer>")]
    account: Option<i64>,
}

request!(
    Operator, "order_reconcile", OrderReconcile => Reconciled, RIGHT = Right::ORDERS,
    CODES = &[
        Code::of(NO_SUCH_PLAYER),
        Code::refusal(UNREADABLE, "the orders of the world cannot be read"),
        PLATFORM_CODE,
    ],
);

/// The reply of `order_reconcile`. Nothing is changed by it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reconciled {
    /// The player's name on the platform.
    pub wname: Box<str>,
    /// Payments that name an order of this world which the world does not have: it was made after the backup that the
    /// world was restored from.
    pub unknown_to_world: Vec<RecordShown>,
    /// Orders that the world holds for paid and the platform does not show, although its records reach back that far.
    pub unknown_to_platform: Vec<OrderBeside>,
    /// Payments with other points than their order, those of orders that the world holds for unpaid, and second ones.
    pub different: Vec<PriceDifference>,
    /// Movements that name no order of this world: cards, other worlds and other programs on the same purse.
    pub others: Vec<RecordShown>,
    /// How many payments fit their orders.
    pub fitting: usize,
    /// The date of the oldest record that the platform shows, where it may have older ones; what is before that cannot be
    /// compared.
    pub reaches_back_to: Option<i64>,
}

/// A record of the platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RecordShown {
    /// The platform's timestamp.
    pub date: i64,
    /// The purpose.
    pub text: Box<str>,
    /// Points; negative when they were spent.
    pub money: i64,
}

/// An order of the world.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrderBeside {
    /// Its number.
    pub order: Box<str>,
    /// Its state.
    pub state: StateName,
    /// The change in points that it stands for; negative for a purchase.
    pub points: i64,
    /// When it was made, unix seconds.
    pub created_at: i64,
}

/// A record and the order that it names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PriceDifference {
    /// What the platform shows.
    pub record: RecordShown,
    /// What the world has.
    pub order: OrderBeside,
}

impl RecordShown {
    fn of(record: &PlatformRecord) -> Self {
        Self { date: record.date, text: record.text.clone(), money: record.money }
    }
}

impl OrderBeside {
    fn of(order: &Order) -> Self {
        let points = order.wish.change(order.before.as_ref().map_or(0, |before| before.money));
        Self { order: order.number.clone(), state: order.state.name(), points, created_at: order.created_at }
    }

    fn is_paid(&self) -> bool {
        matches!(self.state, StateName::Paid | StateName::Granted)
    }
}

/// The orders of the world could not be read.
const UNREADABLE: i32 = 98;

/// The job's result; an error as text.
type Compared = Result<Reconciled, String>;

fn order_reconcile(
    In(call): In<Call<OrderReconcile>>,
    mut players: PlayersByName,
    accounts: Query<(&Stored, &Account)>,
    (gateway, numbering, source): (Res<Gateway>, Res<Numbering>, Res<RowSource>),
    (book, orders): (Res<OrderBook>, Query<&Order>),
) -> Waits<Reconciled> {
    let player = match (&call.request.name, call.request.account) {
        (Some(name), None) => players.find(name)?.ok_or(NO_SUCH_PLAYER)?,
        (None, Some(account)) => {
            let account = u64::try_from(account).map(AccountId).map_err(|_| NO_SUCH_PLAYER)?;
            players.find_account(account)?
        }
        _ => return Err(Refusal::malformed("data.name", "a player's name, or account and its number").into()),
    };
    let (stored, account) = accounts.get(player).map_err(|_| Refusal::internal())?;
    let Some(fact) = call.fact else {
        let exchange = gateway.call(PlatformCall::CheckRecord, account.wname(), &[])?;
        return Err(Need::Exchange(PAYMENTS, exchange).into());
    };
    let outcome = match fact.downcast::<CallOutcome>() {
        Ok(outcome) => *outcome,
        Err(fact) => return compared(fact),
    };
    let records = records_of(outcome)?;
    let open = book.latest_first().filter_map(|(_, entity)| orders.get(entity).ok());
    // The rows on disk may lack what has closed just now.
    let in_memory = open.chain(book.closed_lately()).filter(|order| order.account == stored.account());
    let side = WorldSide {
        wname: account.wname().into(),
        account: stored.account(),
        numbering: *numbering,
        in_memory: in_memory.cloned().collect(),
    };
    let rows = source.0.clone();
    let compare = move || -> Compared { side.compare(&records, &rows).map_err(|error| error.to_string()) };
    Err(Need::Job(Job::new(compare)).into())
}

fn compared(fact: Fact) -> Waits<Reconciled> {
    let compared = fact.downcast::<Compared>().map_err(|_| Refusal::busy("the orders were not read, retry"))?;
    Ok(Success::with(compared.map_err(|message| Refusal::saying(UNREADABLE, message))?))
}

fn records_of(outcome: CallOutcome) -> Result<Vec<PlatformRecord>, Refusal> {
    let reply = reply_of(outcome)?;
    if !is_success(PlatformCall::CheckRecord, reply.code) {
        return Err(Refusal::saying(reply.code, reply.msg));
    }
    read_records(&reply).ok_or_else(|| Refusal::busy("the payment platform's records make no sense, retry later"))
}

/// What the world knows of a player's orders.
struct WorldSide {
    wname: Box<str>,
    account: AccountId,
    numbering: Numbering,
    /// Those that are open or closed just now.
    in_memory: Vec<Order>,
}

impl WorldSide {
    fn compare(&self, records: &[PlatformRecord], rows: &Rows) -> Result<Reconciled, StorageError> {
        let mut found = Reconciled { wname: self.wname.clone(), ..Reconciled::default() };
        if records.len() >= RECORDS_SHOWN {
            found.reaches_back_to = records.iter().map(|record| record.date).min();
        }
        let mut shown = BTreeSet::new();
        for record in records {
            let Some(number) = self.number_in(&record.text) else {
                found.others.push(RecordShown::of(record));
                continue;
            };
            let Some(order) = self.order(&number, rows)? else {
                found.unknown_to_world.push(RecordShown::of(record));
                continue;
            };
            let order = OrderBeside::of(&order);
            // A second payment under one number was charged twice.
            let is_first = shown.insert(order.order.clone());
            if is_first && order.is_paid() && order.points == record.money {
                found.fitting += 1;
            } else {
                found.different.push(PriceDifference { record: RecordShown::of(record), order });
            }
        }
        let is_missing = |order: &Order| {
            let is_paid = matches!(order.state, OrderState::Paid | OrderState::Granted);
            let is_covered = found.reaches_back_to.is_none_or(|oldest| order.created_at > oldest);
            is_paid && is_covered && !shown.contains(&order.number)
        };
        found.unknown_to_platform = self.paid_lately(rows, is_missing)?.iter().map(OrderBeside::of).collect();
        Ok(found)
    }

    /// The number of this world's that a purpose ends with.
    fn number_in(&self, text: &str) -> Option<Number> {
        let number: Number = text.split_whitespace().next_back()?.parse().ok()?;
        (number.world() == Some(self.numbering.world)).then_some(number)
    }

    /// The order of exactly that number, epoch included.
    fn order(&self, number: &Number, rows: &Rows) -> Result<Option<Order>, StorageError> {
        let text = number.to_string();
        if let Some(order) = self.in_memory.iter().find(|order| *order.number == *text) {
            return Ok(Some(order.clone()));
        }
        let Some(id) = number.count_in(self.numbering.world) else {
            return Ok(None);
        };
        let row = rows.read(&RowQuery::one(ClosedOrder::TABLE, &id.to_be_bytes()))?;
        let closed = row.first().map(|(_, row)| read_closed(row)).transpose()?;
        Ok(closed.filter(|order| *order.number == *text))
    }

    /// The player's latest paid orders of those that `is_wanted`, the latest first.
    fn paid_lately(&self, rows: &Rows, is_wanted: impl Fn(&Order) -> bool) -> Result<Vec<Order>, StorageError> {
        let query = RowQuery::range(ClosedOrder::TABLE, &[], &u64::MAX.to_be_bytes()).newest(CLOSED_READ_MAX);
        let found = rows.read(&query)?;
        let mut own = found.iter().map(|(_, row)| read_closed(row)).collect::<Result<Vec<_>, _>>()?;
        own.extend(self.in_memory.iter().cloned());
        own.retain(|order| order.account == self.account && is_wanted(order));
        own.sort_unstable_by_key(|order| std::cmp::Reverse(order.id));
        own.dedup_by_key(|order| order.id);
        own.truncate(RECORDS_SHOWN);
        Ok(own)
    }
}

/// How many of the world's latest closed orders are searched for those of a player.
const CLOSED_READ_MAX: usize = 10_000;

/// An order that cannot be read is no order that is missing.
fn read_closed(row: &[u8]) -> Result<Order, StorageError> {
    let closed = ClosedOrder::read(row).map_err(|source| StorageError::Row { table: ClosedOrder::TABLE, source })?;
    Ok(closed.0)
}
