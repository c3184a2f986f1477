//! Which numbers an event changes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::items::ItemId;

/// A number as the designer writes it, whose range stands here once.
macro_rules! numbered {
    ($(#[$about:meta])* $name:ident($kind:ty), $least:literal to $most:literal, $unit:literal) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        #[schemars(inline)]
        pub struct $name(#[schemars(range(min = $least, max = $most), extend("unit" = $unit))] pub $kind);
    };
}

numbered! {
    /// The number of a stage.
    StageNumber(u32), 1 to 1_000_000_000, "stage number"
}
numbered! {
    /// A place in a season's ranking.
    Rank(u32), 1 to 10_000, "rank"
}
numbered! {
    /// A player's level.
    LevelNumber(u32), 1 to 100_000, "level"
}
numbered! {
    /// A kind of ticket, by its key in `tickets.ron`.
    TicketKey(u16), 0 to 65_535, "ticket kind"
}

/// Numbers of other tables, in the words of those tables. Without `from` a range is all there is; without `to` it is `from`
/// alone. Without `item` it is every item.
// Rows of the history of hang-up hold kinds by their order: a new one stands last, and none changes its fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Numbers {
    /// Items that a victory grants.
    StageRewards {
        /// The first stage.
        #[serde(default)]
        from: Option<StageNumber>,
        /// The last stage.
        #[serde(default)]
        to: Option<StageNumber>,
        /// Of this item alone.
        #[serde(default)]
        item: Option<ItemId>,
    },
    /// Experience that a victory grants.
    StageExp {
        /// The first stage.
        #[serde(default)]
        from: Option<StageNumber>,
        /// The last stage.
        #[serde(default)]
        to: Option<StageNumber>,
    },
    /// Energy that entering a stage takes, by the new and the legacy functions.
    StageEnergy {
        /// The first stage.
        #[serde(default)]
        from: Option<StageNumber>,
        /// The last stage.
        #[serde(default)]
        to: Option<StageNumber>,
    },
    /// Items that entering a stage takes, by the new and the legacy functions.
    StageCost {
        /// The first stage.
        #[serde(default)]
        from: Option<StageNumber>,
        /// The last stage.
        #[serde(default)]
        to: Option<StageNumber>,
        /// Of this item alone.
        #[serde(default)]
        item: Option<ItemId>,
    },
    /// The level from which on a stage may be entered. For the world alone.
    StageLevel {
        /// The first stage.
        #[serde(default)]
        from: Option<StageNumber>,
        /// The last stage.
        #[serde(default)]
        to: Option<StageNumber>,
    },
    /// Items that a sweep grants.
    SweepRewards {
        /// The first stage.
        #[serde(default)]
        from: Option<StageNumber>,
        /// The last stage.
        #[serde(default)]
        to: Option<StageNumber>,
        /// Of this item alone.
        #[serde(default)]
        item: Option<ItemId>,
    },
    /// Experience that a sweep grants.
    SweepExp {
        /// The first stage.
        #[serde(default)]
        from: Option<StageNumber>,
        /// The last stage.
        #[serde(default)]
        to: Option<StageNumber>,
    },
    /// Energy that a sweep takes.
    SweepEnergy {
        /// The first stage.
        #[serde(default)]
        from: Option<StageNumber>,
        /// The last stage.
        #[serde(default)]
        to: Option<StageNumber>,
    },
    /// Items that a sweep takes.
    SweepCost {
        /// The first stage.
        #[serde(default)]
        from: Option<StageNumber>,
        /// The last stage.
        #[serde(default)]
        to: Option<StageNumber>,
        /// Of this item alone.
        #[serde(default)]
        item: Option<ItemId>,
    },
    /// Items that a minute of hang-up grants for certain.
    HangUpRates {
        /// The first stage.
        #[serde(default)]
        from: Option<StageNumber>,
        /// The last stage.
        #[serde(default)]
        to: Option<StageNumber>,
        /// Of this item alone.
        #[serde(default)]
        item: Option<ItemId>,
    },
    /// The numerators of the chances of a minute of hang-up.
    HangUpChances {
        /// The first stage.
        #[serde(default)]
        from: Option<StageNumber>,
        /// The last stage.
        #[serde(default)]
        to: Option<StageNumber>,
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
        ticket: TicketKey,
    },
    /// How many tickets of a kind everybody has each day. For the world alone.
    TicketsDaily {
        /// The kind's key, as in `tickets.ron`.
        ticket: TicketKey,
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
        from: Option<Rank>,
        /// The last rank.
        #[serde(default)]
        to: Option<Rank>,
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
    /// The weights of entries of drop tables, and so their chances.
    DropWeights {
        /// The table's id; absent = every table.
        #[serde(default)]
        table: Option<String>,
        /// Of the entries that grant this item alone.
        #[serde(default)]
        item: Option<ItemId>,
        /// Of the entries that lead to this table alone.
        #[serde(default)]
        leads_to: Option<String>,
    },
    /// How many entries one roll of a drop table draws.
    DropDraws {
        /// The table's id; absent = every table.
        #[serde(default)]
        table: Option<String>,
    },
    /// After how many misses a drop table brings what it guarantees.
    DropGuarantee {
        /// The table's id; absent = every table that guarantees something.
        #[serde(default)]
        table: Option<String>,
    },
    /// Experience that a battle between players grants. For the world alone.
    BattleExp {},
    /// What both put in when a battle between players begins. For the world alone.
    BattleStake {},
    /// How many battles of a player, and of a pair, are rewarded in a day. For the world alone.
    BattlesRewarded {},
    /// Items that a battle against a fighter of the game master grants. For the world alone.
    FighterRewards {
        /// The fighter's name; absent = every fighter.
        #[serde(default)]
        fighter: Option<String>,
        /// Of this item alone.
        #[serde(default)]
        item: Option<ItemId>,
    },
    /// Experience that a battle against a fighter of the game master grants. For the world alone.
    FighterExp {
        /// The fighter's name; absent = every fighter.
        #[serde(default)]
        fighter: Option<String>,
    },
    /// The most material that one crafting may take.
    CraftSpend {
        /// `skill` or `equipment`; absent = both.
        #[serde(default)]
        recipe: Option<String>,
    },
    /// The strength of what is crafted before any material counts.
    CraftStrengthBase {
        /// `skill` or `equipment`; absent = both.
        #[serde(default)]
        recipe: Option<String>,
    },
    /// The strength that each unit of material adds: twice as much is half the cost.
    CraftStrengthPerUnit {
        /// `skill` or `equipment`; absent = both.
        #[serde(default)]
        recipe: Option<String>,
    },
    /// The most strength of what is crafted.
    CraftStrengthMax {
        /// `skill` or `equipment`; absent = both.
        #[serde(default)]
        recipe: Option<String>,
    },
    /// How many skills, or pieces of equipment, a player may own. For the world alone.
    CraftOwned {
        /// `skill` or `equipment`; absent = both.
        #[serde(default)]
        recipe: Option<String>,
    },
    /// Items that public tasks grant, least and most.
    TaskRewards {
        /// The task's name; absent = every public task.
        #[serde(default)]
        task: Option<String>,
    },
    /// Experience that public tasks grant, least and most.
    TaskExp {
        /// The task's name; absent = every public task.
        #[serde(default)]
        task: Option<String>,
    },
    /// Items that personal tasks grant, least and most.
    PersonalTaskRewards {
        /// The file in `personal_tasks/`, without its ending; absent = every personal task.
        #[serde(default)]
        task: Option<String>,
    },
    /// Experience that personal tasks grant, least and most.
    PersonalTaskExp {
        /// The file in `personal_tasks/`, without its ending; absent = every personal task.
        #[serde(default)]
        task: Option<String>,
    },
    /// How many personal tasks are made for a player in a day. For the world alone.
    TasksPersonalDaily {},
    /// The energy that a potion gives.
    PotionEnergy {
        /// The potion; absent = every one.
        #[serde(default)]
        item: Option<ItemId>,
    },
    /// Experience from a level to the next. For the world alone: a level follows from the experience in all, so it falls
    /// back when the event ends.
    LevelNeeds {
        /// The first level.
        #[serde(default)]
        from: Option<LevelNumber>,
        /// The last level.
        #[serde(default)]
        to: Option<LevelNumber>,
    },
}

/// Which numbers of a kind: a range, a name and an item, as far as the kind has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Selector<'c> {
    from: u32,
    to: u32,
    /// An offer, a boss, a drop table, a fighter, a recipe or a task.
    id: Option<&'c str>,
    item: Option<ItemId>,
    /// A drop table that entries lead to.
    leads_to: Option<&'c str>,
}

impl Selector<'_> {
    /// A range as it is written: without `to` it is `from` alone, without either it is all.
    fn range_of(from: Option<u32>, to: Option<u32>) -> Self {
        let (from, to) = match (from, to) {
            (None, to) => (0, to.unwrap_or(u32::MAX)),
            (Some(from), to) => (from, to.unwrap_or(from)),
        };
        Selector { from, to, id: None, item: None, leads_to: None }
    }

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

    /// The offer, boss or whatever else has a name, if one is named.
    pub fn id(&self) -> Option<&str> {
        self.id
    }

    /// The item, if one is named.
    pub fn item(&self) -> Option<ItemId> {
        self.item
    }

    /// The drop table to which the entries lead, if one is named.
    pub fn leads_to(&self) -> Option<&str> {
        self.leads_to
    }

    pub(super) fn has_item(&self, item: ItemId) -> bool {
        self.item.is_none_or(|meant| meant == item)
    }

    fn meets(&self, other: &Self) -> bool {
        let is_same = |one: Option<&str>, other: Option<&str>| one.is_none() || other.is_none() || one == other;
        self.from <= other.to
            && other.from <= self.to
            && is_same(self.id, other.id)
            && is_same(self.leads_to, other.leads_to)
            && (self.item.is_none() || other.item.is_none() || self.item == other.item)
    }
}

impl Numbers {
    /// Which of the kind.
    pub fn selector(&self) -> Selector<'_> {
        let all = Selector { from: 0, to: u32::MAX, id: None, item: None, leads_to: None };
        let (id, item) = match self {
            Self::StageRewards { from, to, item }
            | Self::StageCost { from, to, item }
            | Self::SweepRewards { from, to, item }
            | Self::SweepCost { from, to, item }
            | Self::HangUpRates { from, to, item }
            | Self::HangUpChances { from, to, item } => {
                return Selector { item: *item, ..Selector::range_of(from.map(|from| from.0), to.map(|to| to.0)) };
            }
            Self::StageExp { from, to }
            | Self::StageEnergy { from, to }
            | Self::StageLevel { from, to }
            | Self::SweepExp { from, to }
            | Self::SweepEnergy { from, to } => return Selector::range_of(from.map(|from| from.0), to.map(|to| to.0)),
            Self::SeasonRewards { from, to, item } => {
                return Selector { item: *item, ..Selector::range_of(from.map(|from| from.0), to.map(|to| to.0)) };
            }
            Self::LevelNeeds { from, to } => return Selector::range_of(from.map(|from| from.0), to.map(|to| to.0)),
            Self::TicketPrice { ticket } | Self::TicketsDaily { ticket } => {
                return Selector::range_of(Some(ticket.0.into()), None);
            }
            Self::DropWeights { table, item, leads_to } => {
                return Selector { id: table.as_deref(), item: *item, leads_to: leads_to.as_deref(), ..all };
            }
            Self::OfferPrice { offer: id }
            | Self::BossLife { boss: id }
            | Self::DropDraws { table: id }
            | Self::DropGuarantee { table: id }
            | Self::FighterExp { fighter: id }
            | Self::CraftSpend { recipe: id }
            | Self::CraftStrengthBase { recipe: id }
            | Self::CraftStrengthPerUnit { recipe: id }
            | Self::CraftStrengthMax { recipe: id }
            | Self::CraftOwned { recipe: id }
            | Self::TaskRewards { task: id }
            | Self::TaskExp { task: id }
            | Self::PersonalTaskRewards { task: id }
            | Self::PersonalTaskExp { task: id } => (id.as_deref(), None),
            Self::OfferItems { offer: id, item }
            | Self::BossGift { boss: id, item }
            | Self::FighterRewards { fighter: id, item } => (id.as_deref(), *item),
            Self::BattleRewards { item } | Self::PotionEnergy { item } => (None, *item),
            Self::BattleExp {} | Self::BattleStake {} | Self::BattlesRewarded {} | Self::TasksPersonalDaily {} => {
                (None, None)
            }
        };
        Selector { id, item, ..all }
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
                | Self::BattleExp {}
                | Self::BattleStake {}
                | Self::BattlesRewarded {}
                | Self::FighterRewards { .. }
                | Self::FighterExp { .. }
                | Self::CraftOwned { .. }
                | Self::TasksPersonalDaily {}
                | Self::LevelNeeds { .. }
        )
    }

    /// Whether both are about some number.
    pub fn meets(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other) && self.selector().meets(&other.selector())
    }
}
