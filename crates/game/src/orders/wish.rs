//! What an order does: goods for points, or an operator's change of points.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::items::Amount;

/// The goods that a player gets for points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Goods {
    /// Items.
    pub items: Vec<Amount>,
    /// A ticket.
    pub ticket: Option<TicketGoods>,
}

/// A ticket paid with points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TicketGoods {
    /// The kind.
    pub ticket: u16,
    /// The kind that counts how many may be bought; one is used up with the grant.
    pub allowance: u16,
}

/// What an order does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wish {
    /// A player pays points and gets goods.
    Buy {
        /// Points.
        price: i64,
        /// What is granted for them.
        goods: Goods,
    },
    /// An operator changes a player's points.
    Adjust {
        /// How.
        how: Adjustment,
        /// Points.
        money: i64,
    },
}

/// How an operator changes points (`type` of `Manual`; docs/contract/points-platform.md#manual-changes).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Adjustment {
    /// 1: adds points.
    Add,
    /// 2: deducts points.
    Deduct,
    /// 3: sets the points.
    Set,
}

impl Wish {
    /// The change in points on the platform when it is carried out.
    pub fn change(&self, before: i64) -> i64 {
        match *self {
            Self::Buy { price, .. } => price.saturating_neg(),
            Self::Adjust { how: Adjustment::Add, money } => money,
            Self::Adjust { how: Adjustment::Deduct, money } => money.saturating_neg(),
            Self::Adjust { how: Adjustment::Set, money } => money.saturating_sub(before),
        }
    }
}

impl Adjustment {
    /// The platform's number.
    pub fn number(self) -> u8 {
        match self {
            Self::Add => 1,
            Self::Deduct => 2,
            Self::Set => 3,
        }
    }

    /// The one with that number.
    pub fn of_number(number: i64) -> Option<Self> {
        [Self::Add, Self::Deduct, Self::Set].into_iter().find(|how| i64::from(how.number()) == number)
    }
}
