//! The operators' functions for orders: `order_list`, `order_inspect`, `order_resolve`, `manual`.

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::identity::{Account, NO_SUCH_PLAYER, PlayersByName};
use crate::orders::book::{OrderBook, OrderDesk, UNSETTLED, read_number};
use crate::orders::model::{ClosedOrder, NewOrder, Order, OrderId, OrderRemark, OrderState, StateName, Step};
use crate::orders::settle::OrderTold;
use crate::orders::steps;
use crate::orders::wish::{Adjustment, Goods, Wish};
use crate::platforms::mcrmb::requests::PLATFORM_CODE;
use crate::platforms::mcrmb::{Gateway, PlatformData};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::operators::Right;
use raidkeep_engine::outside::Numbering;
use raidkeep_engine::request;
use raidkeep_engine::request::answer::rows_found;
use raidkeep_engine::request::lenient::{self, Integer};
use raidkeep_engine::request::{Call, Code, Operator, Refusal, Success, Waits, status};
use raidkeep_engine::storage::{ArchivedRow, RowQuery, Stored};

pub(super) fn register(app: &mut App) {
    app.add_waiting_request::<OrderList, _>(order_list);
    app.add_waiting_request::<OrderInspect, _>(order_inspect);
    app.add_request::<OrderResolve, _>(order_resolve);
    app.add_waiting_request::<Manual, _>(manual);
}

/// An order as operators see it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OrderShown {
    /// The order's number.
    order: Box<str>,
    /// The account's number.
    account: u64,
    /// The player's name on the platform.
    name: Box<str>,
    /// What is bought, as the platform shows it.
    subject: Box<str>,
    /// What the order is for.
    wish: WishShown,
    /// How far it has come.
    state: StateName,
    /// What the platform or an operator said last.
    remark: OrderRemark,
    /// Points left after it, if the platform said so.
    points_left: Option<i64>,
    /// Unix seconds.
    created_at: i64,
    /// Its steps, oldest first; only when one order is asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    history: Vec<Step>,
}

/// What an order is for: a purchase, or an operator's change of points.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum WishShown {
    /// A purchase.
    Buy {
        /// In points.
        price: i64,
        /// What is bought.
        goods: Goods,
    },
    /// A change of points by an operator.
    Manual {
        /// 1 add, 2 deduct, 3 set.
        r#type: u8,
        /// How many points.
        money: i64,
    },
}

impl OrderShown {
    pub(super) fn of(order: Order, with_history: bool) -> Self {
        let wish = match order.wish {
            Wish::Buy { price, goods } => WishShown::Buy { price, goods },
            Wish::Adjust { how, money } => WishShown::Manual { r#type: how.number(), money },
        };
        Self {
            order: order.number,
            account: order.account.0,
            name: order.wname,
            subject: order.subject,
            wish,
            state: order.state.name(),
            remark: order.remark,
            points_left: order.points_left,
            created_at: order.created_at,
            history: if with_history { order.history } else { Vec::new() },
        }
    }
}

/// `order_list {token, state?, before?, limit?}`: the latest orders first.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct OrderList {
    /// Only orders in this state.
    #[serde(default)]
    state: Option<StateName>,
    /// Only orders made before this one: `next` of the page before.
    #[serde(default)]
    before: Option<String>,
    /// Missing = 50, at most 500.
    #[serde(default, deserialize_with = "raidkeep_engine::request::lenient::optional_integer")]
    #[schemars(with = "Option<Integer>")]
    limit: Option<i64>,
}

request!(Operator, "order_list", OrderList => OrdersShown, RIGHT = Right::VIEW);

/// The reply of `order_list`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OrdersShown {
    /// Newest first.
    orders: Vec<OrderShown>,
    /// The `before` of the next page.
    next: Option<Box<str>>,
}

fn order_list(
    In(call): In<Call<OrderList>>,
    book: Res<OrderBook>,
    orders: Query<&Order>,
    numbering: Res<Numbering>,
) -> Waits<OrdersShown> {
    let OrderList { state, before, limit } = &call.request;
    let before = match before {
        Some(text) => read_number(text, numbering.world)
            .ok_or_else(|| Refusal::malformed("data.before", "the number of an order"))?,
        None => OrderId(u64::MAX),
    };
    let limit = lenient::page_size(*limit).ok_or_else(|| Refusal::malformed("data.limit", "1 to 500"))?;
    let is_wanted = |order: &Order| state.is_none_or(|state| order.state.name() == state);
    let open = book.latest_first().filter(|(id, _)| *id < before).filter_map(|(_, entity)| orders.get(entity).ok());
    let open = open.filter(|order| is_wanted(order));
    let mut found: Vec<Order> = open.cloned().collect();
    let query = RowQuery::range(ClosedOrder::TABLE, &[], &before.0.to_be_bytes()).newest(limit);
    let wants_closed = state.is_none_or(|state| matches!(state, StateName::Granted | StateName::Refused));
    let mut has_more = false;
    if wants_closed {
        let rows = rows_found(query, call.fact)?;
        has_more = rows.len() == limit;
        found.extend(rows.iter().filter_map(|(_, row)| ClosedOrder::read(row).ok()).map(|closed| closed.0));
        // They were pending when the rows were read, and have closed since.
        found.extend(book.closed_lately().filter(|order| order.id < before).cloned());
    }
    found.sort_unstable_by_key(|order| std::cmp::Reverse(order.id));
    found.dedup_by_key(|order| order.id);
    has_more |= found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| has_more).map(|last| last.number.clone());
    found.retain(is_wanted);
    let orders = found.into_iter().map(|order| OrderShown::of(order, false)).collect();
    Ok(Success::with(OrdersShown { orders, next }))
}

/// `order_inspect {token, order}`: one order in full, with every step.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct OrderInspect {
    /// The order's number.
    order: String,
}

request!(Operator, "order_inspect", OrderInspect => OrderShown, RIGHT = Right::VIEW, CODES = &[Code::of(NO_SUCH_ORDER)]);

const GOES_ON: i32 = 98;
const NO_SUCH_ORDER: Refusal = Refusal::new(99, "no such order");

fn order_inspect(
    In(call): In<Call<OrderInspect>>,
    book: Res<OrderBook>,
    orders: Query<&Order>,
    numbering: Res<Numbering>,
) -> Waits<OrderShown> {
    let text = &call.request.order;
    let id = read_number(text, numbering.world).ok_or(NO_SUCH_ORDER)?;
    let order = match book.entity(id).and_then(|entity| orders.get(entity).ok()) {
        Some(order) => order.clone(),
        None => {
            let rows = rows_found(RowQuery::one(ClosedOrder::TABLE, &id.0.to_be_bytes()), call.fact)?;
            rows.first().and_then(|(_, row)| ClosedOrder::read(row).ok()).ok_or(NO_SUCH_ORDER)?.0
        }
    };
    if order.is_called(text) { Ok(Success::with(OrderShown::of(order, true))) } else { Err(NO_SUCH_ORDER.into()) }
}

/// `order_resolve {token, order, paid, reason}`: records what an operator has found out about an order in doubt.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct OrderResolve {
    /// The order's number.
    order: String,
    /// Whether the platform was paid.
    paid: bool,
    /// Why it is resolved like this; it is kept with the order.
    reason: String,
}

request!(
    Operator, "order_resolve", OrderResolve => OrderShown, RIGHT = Right::ORDERS,
    CODES = &[Code::of(NO_SUCH_ORDER), Code::refusal(GOES_ON, "the order continues by itself")],
);

fn order_resolve(In(call): In<Call<OrderResolve>>, world: &mut World) -> raidkeep_engine::request::Answer<OrderShown> {
    let OrderResolve { order, paid, reason } = call.request;
    if reason.trim().is_empty() {
        return Err(Refusal::malformed("data.reason", "why the order is resolved like this; it is kept with it"));
    }
    let id = read_number(&order, world.resource::<Numbering>().world).ok_or(NO_SUCH_ORDER)?;
    let entity = world.resource::<OrderBook>().entity(id).ok_or(NO_SUCH_ORDER)?;
    let before = world.get::<Order>(entity).filter(|found| found.is_called(&order)).cloned().ok_or(NO_SUCH_ORDER)?;
    let now = world.resource::<Clock>().now();
    let resolved = steps::change(world, entity, |order| order.resolve(paid, &reason, now));
    if let Some(Err(state)) = resolved {
        let state = serde_json::to_value(state).unwrap_or_default();
        let message = format!("the order is {}, and goes on by itself", state.as_str().unwrap_or_default());
        return Err(Refusal::saying(GOES_ON, message));
    }
    tracing::info!(order = %before.number, paid, reason, "an operator has resolved an order");
    steps::after_step(world, entity, &before, now, None);
    let after = world.get::<Order>(entity).cloned().ok_or(NO_SUCH_ORDER)?;
    Ok(Success::with(OrderShown::of(after, true)))
}

/// `manual {token, name, type, money, text}`: adds (1), takes (2) or sets (3) a player's points.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Manual {
    /// The player's name.
    name: String,
    /// 1 add, 2 deduct, 3 set.
    #[serde(rename = "type", deserialize_with = "raidkeep_engine::request::lenient::integer")]
    #[schemars(with = "Integer")]
    kind: i64,
    /// How many points.
    #[serde(deserialize_with = "raidkeep_engine::request::lenient::integer")]
    #[schemars(with = "Integer")]
    money: i64,
    /// Why, up to 60 characters; the platform keeps it.
    text: String,
}

request!(
    Operator, "manual", Manual => PointsChanged, RIGHT = Right::ORDERS,
    CODES = &[Code::of(NO_SUCH_PLAYER), Code::of(UNSETTLED), PLATFORM_CODE],
);

/// The reply of `manual`: the order, or what the platform shows with its refusal.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(with = "Value")]
#[expect(missing_docs, reason = "PointsChanged says what each is")]
pub enum PointsChanged {
    Order(Value),
    Refused(PlatformData),
}

/// The most points moved at a time, and the longest reason in characters.
const MONEY_MAX: i64 = 1_000_000_000;
const TEXT_CHARS_MAX: usize = 60;

fn manual(
    In(call): In<Call<Manual>>,
    mut players: PlayersByName,
    accounts: Query<(&Stored, &Account)>,
    gateway: Res<Gateway>,
    mut desk: OrderDesk,
) -> Waits<PointsChanged> {
    let Manual { name, kind, money, text } = &call.request;
    if let Some(told) = call.fact.and_then(|fact| fact.downcast::<OrderTold>().ok()) {
        return Ok(manual_told(*told));
    }
    let how =
        Adjustment::of_number(*kind).ok_or_else(|| Refusal::malformed("data.type", "1 add, 2 deduct or 3 set"))?;
    let least = if how == Adjustment::Set { 0 } else { 1 };
    if !(least..=MONEY_MAX).contains(money) {
        return Err(Refusal::malformed("data.money", "a number of points up to 1000000000").into());
    }
    if text.trim().is_empty() || text.chars().count() > TEXT_CHARS_MAX {
        return Err(Refusal::malformed("data.text", "the reason, up to 60 characters").into());
    }
    gateway.orders()?;
    let player = players.find(name)?.ok_or(NO_SUCH_PLAYER)?;
    let (stored, account) = accounts.get(player).map_err(|_| Refusal::internal())?;
    let (account, name, wname) = (stored.account(), account.name(), account.wname().into());
    let wish = Wish::Adjust { how, money: *money };
    let new = NewOrder { account, wname, subject: text.as_str().into(), wish };
    let id = desk.take(new)?;
    tracing::info!(player = %name, kind, money, text, "an operator changes points");
    let pending = PointsChanged::Order(json!({"order": desk.number(id), "state": "pending"}));
    Ok(Success::with(pending).message(PENDING).until(id.notice()).within(gateway.patience()?))
}

const PENDING: &str = "pending, see order_list";

fn manual_told(told: OrderTold) -> Success<PointsChanged> {
    let order = &told.order;
    let shown = PointsChanged::Order(json!({"order": order.number, "state": order.state.name()}));
    if told.is_pending() {
        return Success::with(shown).message(PENDING);
    }
    if order.state == OrderState::Granted {
        return Success::with(PointsChanged::Order(json!({
            "order": order.number, "state": order.state.name(), "money": order.points_after(),
        })));
    }
    let status = if order.remark.code == 0 { status::BUSY } else { order.remark.code };
    let data = told.reply.map(|reply| reply.data).filter(|data| !data.is_empty());
    Success::with(data.map_or(shown, PointsChanged::Refused)).status(status).message(order.remark.text.to_string())
}
