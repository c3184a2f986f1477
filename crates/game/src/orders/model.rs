//! The state machine of an order: its steps and their reasons.

use crate::platforms::settings::OrderSettings;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::orders::proof::{PaymentVerdict, PlatformAccount};
use crate::orders::wish::Wish;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::outside::Number;
use raidkeep_engine::storage::{ArchivedRow, WorldEntity};

/// The number of an order, unique in its world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OrderId(pub u64);

/// The data of a new order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrder {
    /// The account whose points move.
    pub account: AccountId,
    /// The player's name on the platform.
    pub wname: Box<str>,
    /// What is bought, or the operator's reason; for people to read.
    pub subject: Box<str>,
    /// What it does.
    pub wish: Wish,
}

/// One order.
#[derive(Debug, Clone, PartialEq, Eq, Component, Serialize, Deserialize)]
pub struct Order {
    /// Its number.
    pub id: OrderId,
    /// Its number on the platform, unique among all servers that share the platform's account.
    pub number: Box<str>,
    /// The account whose points move.
    pub account: AccountId,
    /// The player's name on the platform.
    pub wname: Box<str>,
    /// What is bought, or the operator's reason; for people to read.
    pub subject: Box<str>,
    /// What it does.
    pub wish: Wish,
    /// Its state.
    pub state: OrderState,
    /// The platform's account before the payment was sent.
    pub before: Option<PlatformAccount>,
    /// The points left on the platform, if it reported them.
    pub points_left: Option<i64>,
    /// The last message from the platform or an operator.
    pub remark: OrderRemark,
    /// When it was made, unix seconds.
    pub created_at: i64,
    /// The time from which the next check is counted, unix seconds: the last step, or the last check that counted.
    pub looked_at: i64,
    /// Every step, with its time.
    pub history: Vec<Step>,
}

/// The last message about an order.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrderRemark {
    /// The platform's code; 0 when the message is not the platform's.
    pub code: i32,
    /// The text for the player.
    pub text: Box<str>,
}

/// One step of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// Unix seconds.
    pub at: i64,
    /// The state that it led to.
    pub state: StateName,
    /// The reason, for operators.
    pub why: Box<str>,
}

/// The state of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OrderState {
    /// It is committed, and nothing was sent that moves points.
    Written,
    /// The payment is in flight: its result will be reported or has to be found out.
    Sent,
    /// The answer was lost.
    InDoubt {
        /// How often the platform was asked about it.
        checks: u32,
    },
    /// The points are paid and nothing is granted yet.
    Paid,
    /// The goods are granted. The end.
    Granted,
    /// As far as can be known nothing was paid; the platform is still asked now and then, in case the payment arrives late.
    Watched {
        /// How often the platform was asked about it.
        checks: u32,
    },
    /// Nothing was paid. The end.
    Refused,
    /// The result cannot be found out; an operator decides.
    Operator,
}

/// The names of the states, as operators and players see them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "OrderState says what each is")]
pub enum StateName {
    Written,
    Sent,
    InDoubt,
    Paid,
    Granted,
    Watched,
    Refused,
    Operator,
}

impl OrderState {
    /// Its name.
    pub fn name(self) -> StateName {
        match self {
            Self::Written => StateName::Written,
            Self::Sent => StateName::Sent,
            Self::InDoubt { .. } => StateName::InDoubt,
            Self::Paid => StateName::Paid,
            Self::Granted => StateName::Granted,
            Self::Watched { .. } => StateName::Watched,
            Self::Refused => StateName::Refused,
            Self::Operator => StateName::Operator,
        }
    }

    /// Whether it is final.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Granted | Self::Refused)
    }

    /// Whether the platform's account decides the next step.
    pub fn is_asked_after(self) -> bool {
        self.is_in_question() || matches!(self, Self::Written)
    }

    /// Whether its payment has left, and nobody knows whether it was made.
    pub fn is_in_question(self) -> bool {
        matches!(self, Self::InDoubt { .. } | Self::Watched { .. })
    }

    /// Whether its buyer may make another order. One at a time, so that the platform's short list of records always
    /// shows what became of it.
    pub fn lets_buy_again(self) -> bool {
        matches!(self, Self::Granted | Self::Refused | Self::Watched { .. })
    }
}

/// The platform's answer to a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payment {
    /// It was carried out; the points left.
    Made(Option<i64>),
    /// It was refused: code and message of the platform.
    Declined(i32, String),
    /// It certainly did not reach the platform.
    NotSent(String),
    /// The result is unknown.
    Unknown(String),
}

/// Steps kept in an order's history.
const HISTORY_MAX: usize = 64;

impl Order {
    /// An order that has just been made.
    pub fn new(id: OrderId, number: Box<str>, new: NewOrder, now: i64) -> Self {
        let NewOrder { account, wname, subject, wish } = new;
        let mut order = Self {
            id,
            number,
            account,
            wname,
            subject,
            wish,
            state: OrderState::Written,
            before: None,
            points_left: None,
            remark: OrderRemark::default(),
            created_at: now,
            looked_at: now,
            history: Vec::new(),
        };
        let maker = if matches!(order.wish, Wish::Buy { .. }) { "made by the player" } else { "made by an operator" };
        order.step(OrderState::Written, now, maker);
        order
    }

    /// Whether an operator who types this means the order: its number, or the bare count. The number of another epoch
    /// is that of an order which this world has lost.
    pub fn is_called(&self, text: &str) -> bool {
        text == &*self.number || text.parse() == Ok(Number::bare(self.id.0))
    }

    /// The purpose of the payment, which the platform shows among the player's records.
    pub fn purpose(&self) -> String {
        format!("{} {}", self.subject, self.number)
    }

    fn step(&mut self, state: OrderState, now: i64, why: &str) {
        self.state = state;
        self.looked_at = now;
        if self.history.len() >= HISTORY_MAX {
            // The first steps show where it came from, the last ones where it is.
            self.history.remove(HISTORY_MAX / 2);
        }
        self.history.push(Step { at: now, state: state.name(), why: why.into() });
    }

    fn remark(&mut self, code: i32, text: &str) {
        self.remark = OrderRemark { code, text: text.into() };
    }

    /// The platform's account before the payment is known: the payment may be sent, unless there are too few points.
    pub fn note_account(&mut self, account: PlatformAccount, now: i64) {
        if let Wish::Buy { price, .. } = self.wish
            && account.money < price
        {
            let why = format!("{} points, the price is {price}", account.money);
            self.points_left = Some(account.money);
            self.remark(NOT_ENOUGH, "您的余额不足,请充值!");
            return self.step(OrderState::Refused, now, &why);
        }
        self.before = Some(account);
        self.step(OrderState::Sent, now, "the payment may leave from now on");
    }

    /// The platform cannot be reached at present.
    pub fn note_unreachable(&mut self, why: &str, now: i64, settings: &OrderSettings) {
        if now >= self.created_at + settings.reach_seconds {
            self.remark(0, "payment platform not reachable, nothing was charged");
            self.step(OrderState::Refused, now, &format!("the platform could not be reached: {why}"));
        }
    }

    /// The platform refuses queries about the player.
    pub fn note_declined(&mut self, code: i32, text: &str, now: i64) {
        self.remark(code, text);
        self.step(OrderState::Refused, now, &format!("declined by the platform: {code} {text}"));
    }

    /// The platform has answered the payment, or has not. A late answer counts like one in time.
    pub fn note_payment(&mut self, payment: Payment, now: i64) {
        match (self.state, payment) {
            (OrderState::Paid | OrderState::Granted | OrderState::Refused, _) => {}
            (_, Payment::Made(left)) => {
                self.points_left = left;
                self.remark = OrderRemark::default();
                self.step(OrderState::Paid, now, "the platform says that it is done");
            }
            (_, Payment::Declined(code, text)) => self.note_declined(code, &text, now),
            (OrderState::Sent, Payment::NotSent(why)) => {
                self.before = None;
                self.step(OrderState::Written, now, &format!("the payment did not reach the platform: {why}"));
            }
            (OrderState::Sent, Payment::Unknown(why)) => {
                self.step(OrderState::InDoubt { checks: 0 }, now, &format!("the answer was lost: {why}"));
            }
            (_, Payment::NotSent(_) | Payment::Unknown(_)) => {}
        }
    }

    /// The server was killed after the payment may have left.
    pub fn note_restart(&mut self, now: i64) {
        if self.state == OrderState::Sent {
            self.step(OrderState::InDoubt { checks: 0 }, now, "the server stopped before the answer came");
        }
    }

    /// The platform was asked about a payment in doubt. A look before its time, as after a restart, may find the
    /// payment; it decides nothing else, because the payment may still be on its way.
    pub fn note_evidence(&mut self, account: PlatformAccount, now: i64, settings: &OrderSettings) {
        let verdict = self.take_evidence(account, now);
        if verdict == PaymentVerdict::Paid {
            return;
        }
        if self.next_look_at(now, settings).is_some_and(|at| now < at) {
            // A clock that jumped back does not delay the next check.
            self.looked_at = self.looked_at.min(now);
            return;
        }
        self.looked_at = now;
        match self.state {
            OrderState::InDoubt { checks } if has_next(&settings.settle_after_seconds, checks) => {
                self.state = OrderState::InDoubt { checks: checks + 1 };
            }
            OrderState::Watched { checks } if has_next(&settings.watch_after_seconds, checks) => {
                self.state = OrderState::Watched { checks: checks + 1 };
            }
            _ => self.decide(verdict, now),
        }
    }

    /// The platform was asked for another order of the same buyer. Returns whether that has found the payment. Where not,
    /// the next check only has to explain movements from now on: what the buyer buys meanwhile hides nothing. It decides
    /// nothing else, because the answer may be older than what this order has heard itself.
    pub fn note_account_of_another(&mut self, account: PlatformAccount, now: i64) -> bool {
        self.state.is_in_question() && self.take_evidence(account, now) == PaymentVerdict::Paid
    }

    fn take_evidence(&mut self, account: PlatformAccount, now: i64) -> PaymentVerdict {
        let change = self.wish.change(self.before.as_ref().map_or(0, |before| before.money));
        let verdict = account.verdict(self.before.as_ref(), &self.number, change);
        match verdict {
            PaymentVerdict::Paid => {
                self.points_left = Some(account.money);
                self.remark = OrderRemark::default();
                self.step(OrderState::Paid, now, "found among the platform's records");
            }
            // It was not made so far.
            PaymentVerdict::NotPaid => self.before = Some(account),
            PaymentVerdict::Unclear(_) => {}
        }
        verdict
    }

    /// The last check has not found the payment.
    fn decide(&mut self, verdict: PaymentVerdict, now: i64) {
        match (self.state, verdict) {
            (_, PaymentVerdict::Unclear(why)) if self.state.is_asked_after() => {
                self.remark(0, "an operator looks into it");
                self.step(OrderState::Operator, now, why);
            }
            (OrderState::InDoubt { .. }, _) => {
                self.remark(0, "not charged");
                let why = "not among the platform's records, which reach back far enough, or nothing was spent at all";
                self.step(OrderState::Watched { checks: 0 }, now, why);
            }
            (OrderState::Watched { .. }, _) => self.step(OrderState::Refused, now, "not paid late either"),
            _ => {}
        }
    }

    /// When to ask the platform about the payment next, unix seconds; `None` when there is nothing to ask.
    pub fn next_look_at(&self, now: i64, settings: &OrderSettings) -> Option<i64> {
        let (seconds, checks) = match self.state {
            OrderState::InDoubt { checks } => (&settings.settle_after_seconds, checks),
            OrderState::Watched { checks } => (&settings.watch_after_seconds, checks),
            _ => return None,
        };
        let seconds = seconds.get(checks as usize).or(seconds.last()).copied().unwrap_or(settings.retry_seconds);
        Some(self.looked_at.min(now).saturating_add(seconds))
    }

    /// An operator has found out. The error is the state of an order that is still in progress.
    pub fn resolve(&mut self, is_paid: bool, reason: &str, now: i64) -> Result<(), StateName> {
        match self.state {
            OrderState::InDoubt { .. } | OrderState::Watched { .. } | OrderState::Operator => {
                let state = if is_paid { OrderState::Paid } else { OrderState::Refused };
                self.remark(0, if is_paid { "" } else { "not charged" });
                self.step(state, now, &format!("resolved by an operator: {reason}"));
                Ok(())
            }
            other => Err(other.name()),
        }
    }

    /// The goods are granted, and the movement of points is recorded in the ledger.
    pub fn note_granted(&mut self, now: i64) {
        self.step(OrderState::Granted, now, "the goods are granted");
    }

    /// The points left on the platform once it is carried out, as far as known.
    pub fn points_after(&self) -> Option<i64> {
        let computed = self.before.as_ref().map(|before| before.money.saturating_add(self.wish.change(before.money)));
        self.points_left.or(computed)
    }
}

fn has_next(seconds: &[i64], checks: u32) -> bool {
    (checks as usize) + 1 < seconds.len()
}

/// The platform's code for too few points.
pub const NOT_ENOUGH: i32 = 102;
/// The platform's code for a player who never had points.
pub const NO_ACCOUNT: i32 = 103;

impl WorldEntity for Order {
    const TABLE: &'static str = "orders";

    fn key(&self) -> u64 {
        self.id.0
    }
}

/// A closed order, on disk only. Its key is its number, so the table is in order of creation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosedOrder(pub Order);

impl ArchivedRow for ClosedOrder {
    const TABLE: &'static str = "orders_closed";
}

#[cfg(test)]
mod tests;
