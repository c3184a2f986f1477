//! Advances orders: queries the platform, handles its answers, grants what is paid. One step per tick, so that each is
//! committed before the next is taken; an exchange is sent once the step that made it is on disk.

use bevy_ecs::prelude::*;

use crate::orders::answers::{Told, read_answer, read_payment, read_records};
use crate::orders::book::{OrderBook, Question};
use crate::orders::model::{NO_ACCOUNT, Order, OrderId, OrderState, Payment, StateName};
use crate::orders::proof::{PlatformAccount, PlatformRecord};
use crate::orders::settle::{grant, tell};
use crate::orders::wish::Wish;
use crate::platforms::mcrmb::gateway::{Gateway, PlatformCall};
use crate::platforms::mcrmb::{PAYMENTS, PlatformReply};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::exchange::lines::{Done, Exchanges, NotStarted, Owner};
use raidkeep_engine::exchange::{CallOutcome, Exchange};
use raidkeep_engine::meters::Meters;
use raidkeep_engine::players::Players;
use raidkeep_engine::realm::incidents::{self, IncidentKind};
use raidkeep_engine::request::Refusal;
use raidkeep_engine::schedule::Surroundings;
use raidkeep_engine::storage::EditWorld;

const OWNER: Owner = Owner("orders");

/// Advances the orders that the platform has answered about, and those that are due.
pub fn advance_orders(
    world: &mut World,
    mut is_under_way: Local<bool>,
    mut open_told: Local<usize>,
    mut seen_at: Local<i64>,
) {
    if !std::mem::replace(&mut *is_under_way, true) {
        take_in_restored(world);
    }
    let mut moved = Vec::new();
    for done in world.resource_mut::<Exchanges>().take_done(OWNER) {
        take_in(world, done, &mut moved);
    }
    let now = world.resource::<Clock>().now();
    if now < std::mem::replace(&mut *seen_at, now) {
        world.resource_mut::<OrderBook>().wake_all(now);
    }
    let room = world.resource::<Exchanges>().room(PAYMENTS);
    let mut due = world.resource_mut::<OrderBook>().take_queued(room);
    due.extend(world.resource::<OrderBook>().due(now));
    due.extend(arrived_buyers(world));
    for id in due {
        if !moved.contains(&id) {
            advance(world, id, now);
        }
    }
    let next_due = world.resource::<OrderBook>().next_due();
    if let Some(at) = next_due {
        world.resource_scope(|world, clock: Mut<Clock>| {
            let mut surroundings = world.resource_mut::<Surroundings>();
            match at <= now {
                true => surroundings.wake_within(std::time::Duration::ZERO),
                false => surroundings.wake_at(at, &clock),
            }
        });
    }
    let open = world.resource::<OrderBook>().len();
    if std::mem::replace(&mut *open_told, open) != open {
        world.resource::<Meters>().gauge(OPEN, &[]).set(open as f64);
    }
}

/// Resumes orders that were read from disk at the start.
fn take_in_restored(world: &mut World) {
    let mut orders = world.query::<(Entity, &Order)>();
    let mut restored: Vec<_> = orders.iter(world).map(|(entity, order)| (order.id, entity)).collect();
    restored.retain(|(id, _)| world.resource::<OrderBook>().entity(*id).is_none());
    restored.sort_unstable();
    let now = world.resource::<Clock>().now();
    for (id, entity) in restored {
        change(world, entity, |order| order.note_restart(now));
        if let Some(order) = world.get::<Order>(entity).cloned() {
            let mut book = world.resource_mut::<OrderBook>();
            book.add(&order, entity);
            // A watched order is not urgent, but it is unknown how long the server was down.
            book.wake(id, now);
        }
    }
}

/// The orders whose buyers have been loaded since.
fn arrived_buyers(world: &mut World) -> Vec<OrderId> {
    world.resource_scope(|world, mut book: Mut<OrderBook>| {
        let players = world.resource::<Players>();
        book.take_awaited(|account| players.entity(account).is_some())
    })
}

/// Changes an order and marks it for storage.
pub(super) fn change<T>(world: &mut World, entity: Entity, how: impl FnOnce(&mut Order) -> T) -> Option<T> {
    world.resource_scope(|world, mut book: Mut<OrderBook>| {
        let mut order = world.edit::<Order>(entity)?;
        let result = how(&mut order);
        book.note_state(&order);
        Some(result)
    })
}

/// Takes an order's next step.
fn advance(world: &mut World, id: OrderId, now: i64) {
    let Some((entity, order)) = look_up(world, id) else {
        return;
    };
    match order.state {
        OrderState::Written | OrderState::InDoubt { .. } | OrderState::Watched { .. } => {
            let records = world.resource::<Gateway>().call(PlatformCall::CheckRecord, &order.wname, &[]);
            ask(world, &order, entity, records, Question::Records, now);
        }
        OrderState::Paid => grant(world, entity, &order, now),
        // Waits for the answer or for an operator.
        OrderState::Sent | OrderState::Operator | OrderState::Granted | OrderState::Refused => {
            world.resource_mut::<OrderBook>().rest(id);
        }
    }
}

fn look_up(world: &World, id: OrderId) -> Option<(Entity, Order)> {
    let entity = world.resource::<OrderBook>().entity(id)?;
    Some((entity, world.get::<Order>(entity)?.clone()))
}

/// Starts an exchange about an order, or schedules another attempt.
fn ask(
    world: &mut World,
    order: &Order,
    entity: Entity,
    exchange: Result<Exchange, Refusal>,
    question: Question,
    now: i64,
) -> bool {
    let started = exchange.map_err(|_| NotStarted::NoSuchLine);
    let started = started.and_then(|exchange| world.resource_mut::<Exchanges>().start(PAYMENTS, OWNER, exchange, now));
    match started {
        Ok(number) => {
            world.resource_mut::<OrderBook>().ask(number, order.id, question);
            true
        }
        Err(NotStarted::Full) => {
            world.resource_mut::<OrderBook>().queue(order.id);
            false
        }
        Err(why) => {
            not_reached(world, entity, &format!("{why:?}"), now);
            false
        }
    }
}

/// The platform could not be queried: an order whose payment was not sent is given up after a while, others wait.
fn not_reached(world: &mut World, entity: Entity, why: &str, now: i64) {
    let settings = world.resource::<Gateway>().orders().cloned();
    let Ok(settings) = settings else {
        return;
    };
    let Some(order) = world.get::<Order>(entity).cloned() else {
        return;
    };
    let retry_at = now + settings.retry_seconds;
    let at = order.next_look_at(now, &settings).map_or(retry_at, |at| at.max(retry_at));
    world.resource_mut::<OrderBook>().wake(order.id, at);
    if order.state == OrderState::Written {
        change(world, entity, |order| order.note_unreachable(why, now, &settings));
        after_step(world, entity, &order, now, None);
    }
}

/// Handles an answer of the platform. Adds the orders that have taken a step.
fn take_in(world: &mut World, done: Done, moved: &mut Vec<OrderId>) {
    let now = world.resource::<Clock>().now();
    let Some((id, question)) = world.resource_mut::<OrderBook>().answered(done.number) else {
        return;
    };
    let Some((entity, before)) = look_up(world, id) else {
        return;
    };
    moved.push(id);
    match question {
        // Its payment was answered while the question was in flight; this answer is stale.
        Question::Records | Question::Points(_) if !before.state.is_asked_after() => {}
        Question::Records => take_in_records(world, entity, &before, done.outcome, now),
        Question::Points(records) => take_in_points(world, entity, &before, records, done.outcome, now, moved),
        Question::CarryOut => {
            let (payment, reply) = read_payment(done.outcome, &before);
            change(world, entity, |order| order.note_payment(payment, now));
            after_step(world, entity, &before, now, reply);
        }
    }
}

fn take_in_records(world: &mut World, entity: Entity, order: &Order, outcome: CallOutcome, now: i64) {
    let reply = match read_answer(PlatformCall::CheckRecord, outcome) {
        Told::Reply(reply) => reply,
        Told::Declined(code, text) => return declined(world, entity, order, code, &text, now),
        Told::Nothing(why) => return not_reached(world, entity, &why, now),
    };
    let Some(records) = read_records(&reply) else {
        return not_reached(world, entity, "its records make no sense", now);
    };
    let points = world.resource::<Gateway>().call(PlatformCall::CheckMoney, &order.wname, &[]);
    ask(world, order, entity, points, Question::Points(records), now);
}

fn take_in_points(
    world: &mut World,
    entity: Entity,
    before: &Order,
    records: Vec<PlatformRecord>,
    outcome: CallOutcome,
    now: i64,
    moved: &mut Vec<OrderId>,
) {
    let reply = match read_answer(PlatformCall::CheckMoney, outcome) {
        Told::Reply(reply) => reply,
        Told::Declined(code, text) => return declined(world, entity, before, code, &text, now),
        Told::Nothing(why) => return not_reached(world, entity, &why, now),
    };
    // Without data the player has no points: none yet, or none left. The total spent is unknown then.
    let money = if reply.data.is_empty() { Some(0) } else { reply.number("money") };
    let Some(money) = money else {
        return not_reached(world, entity, "its balance makes no sense", now);
    };
    let account = PlatformAccount { money, all_paid: reply.number("allpay"), records };
    let Ok(settings) = world.resource::<Gateway>().orders().cloned() else {
        return;
    };
    tell_others_in_question(world, before, &account, now, moved);
    if before.state == OrderState::Written {
        change(world, entity, |order| order.note_account(account, now));
        send(world, entity, now);
    } else {
        change(world, entity, |order| order.note_evidence(account, now, &settings));
    }
    after_step(world, entity, before, now, None);
}

/// What the platform shows for one order of a buyer, it shows for the buyer's others: of five records only, so that later
/// purchases would hide the payment of an earlier one.
fn tell_others_in_question(
    world: &mut World,
    asked_for: &Order,
    account: &PlatformAccount,
    now: i64,
    moved: &mut Vec<OrderId>,
) {
    let others: Vec<OrderId> = world.resource::<OrderBook>().in_question_of(asked_for.account).collect();
    for id in others.into_iter().filter(|id| *id != asked_for.id) {
        let Some((entity, before)) = look_up(world, id).filter(|(_, other)| other.wname == asked_for.wname) else {
            continue;
        };
        let is_found = change(world, entity, |order| order.note_account_of_another(account.clone(), now));
        if is_found == Some(true) {
            after_step(world, entity, &before, now, None);
            moved.push(id);
        }
    }
}

/// The platform refuses queries about the player. An order whose payment was not sent ends here; one that was sent
/// waits for an operator to fix that.
fn declined(world: &mut World, entity: Entity, order: &Order, code: i32, text: &str, now: i64) {
    if order.state == OrderState::Written {
        tracing::error!(order = %order.number, code, text, "the payment platform declines to be asked; nothing was charged");
        change(world, entity, |order| order.note_declined(code, text, now));
        after_step(world, entity, order, now, None);
    } else {
        not_reached(world, entity, text, now);
    }
}

/// Carries the order out. The exchange is sent once the state `Sent` is on disk.
fn send(world: &mut World, entity: Entity, now: i64) {
    let Some(order) = world.get::<Order>(entity).filter(|order| order.state == OrderState::Sent).cloned() else {
        return;
    };
    let exchange = payment_call(world.resource::<Gateway>(), &order);
    let started = exchange.map_err(|_| NotStarted::NoSuchLine);
    match started.and_then(|exchange| world.resource_mut::<Exchanges>().start(PAYMENTS, OWNER, exchange, now)) {
        Ok(number) => world.resource_mut::<OrderBook>().ask(number, order.id, Question::CarryOut),
        Err(why) => {
            change(world, entity, |order| order.note_payment(Payment::NotSent(format!("{why:?}")), now));
            let retry = world.resource::<Gateway>().orders().map_or(1, |settings| settings.retry_seconds);
            world.resource_mut::<OrderBook>().wake(order.id, now + retry);
        }
    }
}

/// What follows from a step: the waiting request is answered, and the order's next step is scheduled.
pub(super) fn after_step(world: &mut World, entity: Entity, before: &Order, now: i64, reply: Option<PlatformReply>) {
    let Some(order) = world.get::<Order>(entity).cloned() else {
        return;
    };
    let Ok(settings) = world.resource::<Gateway>().orders().cloned() else {
        return;
    };
    let has_moved = order.state.name() != before.state.name();
    let is_asking = world.resource::<OrderBook>().is_asking(order.id);
    let mut book = world.resource_mut::<OrderBook>();
    match order.state {
        OrderState::Paid if has_moved => {
            book.hold_back(&order);
            book.wake(order.id, now);
        }
        OrderState::InDoubt { .. } | OrderState::Watched { .. } if !is_asking => {
            let at = order.next_look_at(now, &settings).unwrap_or(now);
            book.wake(order.id, at.max(now + 1));
        }
        OrderState::Operator => {
            book.hold_back(&order);
            book.rest(order.id);
        }
        OrderState::Written if has_moved => book.wake(order.id, now + settings.retry_seconds),
        _ => {}
    }
    if has_moved {
        note_move(world, &order);
        world.resource_mut::<OrderBook>().count_end(&order);
        tell(world, entity, before.state.name(), &order, reply);
    }
}

const OPEN: &str = "raidkeep_orders_open";
const STATES: [StateName; 8] = [
    StateName::Written,
    StateName::Sent,
    StateName::InDoubt,
    StateName::Paid,
    StateName::Granted,
    StateName::Watched,
    StateName::Refused,
    StateName::Operator,
];

/// Begins to count orders.
pub(super) fn begin_meters(world: &mut World) {
    let meters = world.resource::<Meters>();
    meters.gauge(OPEN, &[]).set(0.0);
    STATES.iter().for_each(|state| drop(counter(meters, *state)));
}

fn counter(meters: &Meters, state: StateName) -> metrics::Counter {
    let state = serde_json::to_value(state).unwrap_or_default();
    meters.counter("raidkeep_orders_total", &[("state", state.as_str().unwrap_or_default())])
}

fn note_move(world: &mut World, order: &Order) {
    counter(world.resource::<Meters>(), order.state.name()).increment(1);
    let Order { number, wname, .. } = order;
    if order.state.name() == StateName::Operator {
        let (what, then) =
            ("a payment cannot be settled automatically", "compare the platform's records and call order_resolve");
        tracing::error!(incident = "order", order = %number, player = %wname, "{what}; {then}");
        incidents::note(world, IncidentKind::Order, what, "", &format!("order {number} of {wname}"));
    } else if order.state.name() == StateName::InDoubt {
        tracing::warn!(order = %number, player = %wname, "a payment is in doubt; asking the platform about it");
    }
}

/// Whether this is the platform's code for too few points, whatever the call.
pub fn is_short(code: i32) -> bool {
    matches!(code, super::model::NOT_ENOUGH | NO_ACCOUNT)
}

/// The call that carries out an order.
fn payment_call(gateway: &Gateway, order: &Order) -> Result<Exchange, Refusal> {
    let purpose = order.purpose();
    match order.wish {
        Wish::Buy { price, .. } => {
            gateway.call(PlatformCall::Pay, &order.wname, &[("use", &purpose), ("money", &price.to_string())])
        }
        Wish::Adjust { how, money } => {
            let (kind, money) = (how.number().to_string(), money.to_string());
            let more = [("type", kind.as_str()), ("text", &purpose), ("money", &money)];
            gateway.call(PlatformCall::Manual, &order.wname, &more)
        }
    }
}
