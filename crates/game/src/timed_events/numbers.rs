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

        impl From<$name> for u32 {
            fn from(number: $name) -> Self {
                number.0.into()
            }
        }
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
