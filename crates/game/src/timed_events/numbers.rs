//! Which numbers an event changes.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::items::ItemId;

/// Numbers of other tables, in the words of those tables. Without `from` a range is all there is; without `to` it is `from`
/// alone. Without `item` it is every item.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Numbers {
    /// Items that a victory grants.
    StageRewards {
        /// The first stage.
        #[serde(default)]
        #[schemars(range(min = 1, max = 1_000_000_000), extend("unit" = "stage number"))]
        from: Option<u32>,
        /// The last stage.
        #[serde(default)]
        #[schemars(range(min = 1, max = 1_000_000_000), extend("unit" = "stage number"))]
        to: Option<u32>,
        /// Of this item alone.
        #[serde(default)]
        item: Option<ItemId>,
    },
    /// Experience that a victory grants.
    StageExp {
        /// The first stage.
        #[serde(default)]
        #[schemars(range(min = 1, max = 1_000_000_000), extend("unit" = "stage number"))]
        from: Option<u32>,
        /// The last stage.
        #[serde(default)]
        #[schemars(range(min = 1, max = 1_000_000_000), extend("unit" = "stage number"))]
        to: Option<u32>,
    },
    /// Energy that entering a stage takes, by the new and the legacy functions.
    StageEnergy {
        /// The first stage.
        #[serde(default)]
        #[schemars(range(min = 1, max = 1_000_000_000), extend("unit" = "stage number"))]
        from: Option<u32>,
        /// The last stage.
        #[serde(default)]
        #[schemars(range(min = 1, max = 1_000_000_000), extend("unit" = "stage number"))]
        to: Option<u32>,
    },
    /// Items that entering a stage takes, by the new and the legacy functions.
    StageCost {
        /// The first stage.
        #[serde(default)]
        #[schemars(range(min = 1, max = 1_000_000_000), extend("unit" = "stage number"))]
        from: Option<u32>,
        /// The last stage.
        #[serde(default)]
        #[schemars(range(min = 1, max = 1_000_000_000), extend("unit" = "stage number"))]
        to: Option<u32>,
        /// Of this item alone.
        #[serde(default)]
        item: Option<ItemId>,
    },
    /// The level from which on a stage may be entered. For the world alone.
    StageLevel {
        /// The first stage.
        #[serde(default)]
        #[schemars(range(min = 1, max = 1_000_000_000), extend("unit" = "stage number"))]
        from: Option<u32>,
        /// The last stage.
        #[serde(default)]
        #[schemars(range(min = 1, max = 1_000_000_000), extend("unit" = "stage number"))]
        to: Option<u32>,
    },
    /// Items that a sweep grants.
    SweepRewards {
        /// The first stage.
        #[serde(default)]
        #[schemars(range(min = 1, max = 1_000_000_000), extend("unit" = "stage number"))]
        from: Option<u32>,
        /// The last stage.
        #[serde(default)]
        #[schemars(range(min = 1, max = 1_000_000_000), extend("unit" = "stage number"))]
        to: Option<u32>,
        /// Of this item alone.
        #[serde(default)]
        item: Option<ItemId>,
    },
    /// Experience that a sweep grants.
    SweepExp {
        /// The first stage.
        #[serde(default)]
        #[schemars(range(min = 1, max = 1_000_000_000), extend("unit" = "stage number"))]
        from: Option<u32>,
        /// The last stage.
        #[serde(default)]
        #[schemars(range(min = 1, max = 1_000_000_000), extend("unit" = "stage number"))]
        to: Option<u32>,
    },
    /// Energy that a sweep takes.
    SweepEnergy {
        /// The first stage.
        #[serde(default)]
        #[schemars(range(min = 1, max = 1_000_000_000), extend("unit" = "stage number"))]
        from: Option<u32>,
        /// The last stage.
        #[serde(default)]
        #[schemars(range(min = 1, max = 1_000_000_000), extend("unit" = "stage number"))]
        to: Option<u32>,
    },
    /// Items that a sweep takes.
    SweepCost {
        /// The first stage.
        #[serde(default)]
        #[schemars(range(min = 1, max = 1_000_000_000), extend("unit" = "stage number"))]
        from: Option<u32>,
        /// The last stage.
        #[serde(default)]
        #[schemars(range(min = 1, max = 1_000_000_000), extend("unit" = "stage number"))]
        to: Option<u32>,
        /// Of this item alone.
        #[serde(default)]
        item: Option<ItemId>,
    },
    /// Items that a minute of hang-up grants for certain.
    HangUpRates {
        /// The first stage.
        #[serde(default)]
        #[schemars(range(min = 1, max = 1_000_000_000), extend("unit" = "stage number"))]
        from: Option<u32>,
        /// The last stage.
        #[serde(default)]
        #[schemars(range(min = 1, max = 1_000_000_000), extend("unit" = "stage number"))]
        to: Option<u32>,
        /// Of this item alone.
        #[serde(default)]
        item: Option<ItemId>,
    },
    /// The numerators of the chances of a minute of hang-up.
    HangUpChances {
        /// The first stage.
        #[serde(default)]
        #[schemars(range(min = 1, max = 1_000_000_000), extend("unit" = "stage number"))]
        from: Option<u32>,
        /// The last stage.
        #[serde(default)]
        #[schemars(range(min = 1, max = 1_000_000_000), extend("unit" = "stage number"))]
        to: Option<u32>,
        /// Of this item alone.
        #[serde(default)]
        item: Option<ItemId>,
    },
    /// The price of an offer, in points.
    OfferPrice {
        /// The offer's id; absent = every offer.
        #[serde(default)]
        offer: Option<String>,
    },
    /// What an offer grants.
    OfferItems {
        /// The offer's id; absent = every offer.
        #[serde(default)]
        offer: Option<String>,
        /// Of this item alone.
        #[serde(default)]
        item: Option<ItemId>,
    },
    /// What a ticket costs, in items and in points.
    TicketPrice {
        /// The kind that is bought, as in `tickets.ron`.
        #[schemars(range(min = 0, max = 65_535), extend("unit" = "ticket kind"))]
        ticket: u16,
    },
    /// How many tickets of a kind everybody has each day. For the world alone.
    TicketsDaily {
        /// The kind's key, as in `tickets.ron`.
        #[schemars(range(min = 0, max = 65_535), extend("unit" = "ticket kind"))]
        ticket: u16,
    },
    /// The life of a boss. For the world alone. A boss keeps the damage that it has taken.
    BossLife {
        /// The boss's id; absent = every boss.
        #[serde(default)]
        boss: Option<String>,
    },
    /// What everybody gets when a boss dies. For the world alone.
    BossGift {
        /// The boss's id; absent = every boss.
        #[serde(default)]
        boss: Option<String>,
        /// Of this item alone.
        #[serde(default)]
        item: Option<ItemId>,
    },
    /// What a season's ranks get at its end. For the world alone.
    SeasonRewards {
        /// The best rank.
        #[serde(default)]
        #[schemars(range(min = 1, max = 10_000), extend("unit" = "rank"))]
        from: Option<u32>,
        /// The last rank.
        #[serde(default)]
        #[schemars(range(min = 1, max = 10_000), extend("unit" = "rank"))]
        to: Option<u32>,
        /// Of this item alone.
        #[serde(default)]
        item: Option<ItemId>,
    },
    /// What a battle between players grants. For the world alone.
    BattleRewards {
        /// Of this item alone.
        #[serde(default)]
        item: Option<ItemId>,
    },
}

/// Which numbers of a kind: a range, a name and an item, as far as the kind has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Selector<'c> {
    from: u32,
    to: u32,
    /// An offer, a boss or a kind of ticket.
    id: Option<&'c str>,
    item: Option<ItemId>,
}

impl Selector<'_> {
    /// Whether a stage, or rank, is in the range.
    pub fn has(&self, number: u32) -> bool {
        (self.from..=self.to).contains(&number)
    }

    /// Whether the name is the one meant.
    pub fn is_of(&self, id: &str) -> bool {
        self.id.is_none_or(|meant| meant == id)
    }

    /// The range.
    pub fn range(&self) -> (u32, u32) {
        (self.from, self.to)
    }

    /// Whether the range is one.
    pub fn is_range(&self) -> bool {
        self.from <= self.to
    }

    /// The offer or boss, if one is named.
    pub fn id(&self) -> Option<&str> {
        self.id
    }

    /// The item, if one is named.
    pub fn item(&self) -> Option<ItemId> {
        self.item
    }

    pub(super) fn has_item(&self, item: ItemId) -> bool {
        self.item.is_none_or(|meant| meant == item)
    }

    fn meets(&self, other: &Self) -> bool {
        let is_same = |one: Option<&str>, other: Option<&str>| one.is_none() || other.is_none() || one == other;
        self.from <= other.to
            && other.from <= self.to
            && is_same(self.id, other.id)
            && (self.item.is_none() || other.item.is_none() || self.item == other.item)
    }
}

impl Numbers {
    /// Which of the kind.
    pub fn selector(&self) -> Selector<'_> {
        let (range, id, item) = match self {
            Self::StageRewards { from, to, item }
            | Self::StageCost { from, to, item }
            | Self::SweepRewards { from, to, item }
            | Self::SweepCost { from, to, item }
            | Self::HangUpRates { from, to, item }
            | Self::HangUpChances { from, to, item }
            | Self::SeasonRewards { from, to, item } => ((*from, *to), None, *item),
            Self::StageExp { from, to }
            | Self::StageEnergy { from, to }
            | Self::StageLevel { from, to }
            | Self::SweepExp { from, to }
            | Self::SweepEnergy { from, to } => ((*from, *to), None, None),
            Self::OfferPrice { offer: id } | Self::BossLife { boss: id } => ((None, None), id.as_deref(), None),
            Self::OfferItems { offer: id, item } | Self::BossGift { boss: id, item } => {
                ((None, None), id.as_deref(), *item)
            }
            Self::TicketPrice { ticket } | Self::TicketsDaily { ticket } => {
                ((Some(u32::from(*ticket)), None), None, None)
            }
            Self::BattleRewards { item } => ((None, None), None, *item),
        };
        let (from, to) = match range {
            (None, to) => (0, to.unwrap_or(u32::MAX)),
            (Some(from), to) => (from, to.unwrap_or(from)),
        };
        Selector { from, to, id, item }
    }

    /// Whether a player's own event may change them: rewards, costs, offers and chances.
    pub fn may_be_of_a_player(&self) -> bool {
        !matches!(
            self,
            Self::StageLevel { .. }
                | Self::TicketsDaily { .. }
                | Self::BossLife { .. }
                | Self::BossGift { .. }
                | Self::SeasonRewards { .. }
                | Self::BattleRewards { .. }
        )
    }

    /// Whether both are about some number.
    pub fn meets(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other) && self.selector().meets(&other.selector())
    }
}
