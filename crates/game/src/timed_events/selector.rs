//! Which numbers of a kind an event changes, and whether two changes meet.

use crate::items::ItemId;
use crate::timed_events::numbers::Numbers;

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
    fn range_of<N: Into<u32>>(from: Option<N>, to: Option<N>) -> Self {
        let (from, to) = match (from.map(N::into), to.map(N::into)) {
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
                return Selector { item: *item, ..Selector::range_of(*from, *to) };
            }
            Self::StageExp { from, to }
            | Self::StageEnergy { from, to }
            | Self::StageLevel { from, to }
            | Self::SweepExp { from, to }
            | Self::SweepEnergy { from, to } => return Selector::range_of(*from, *to),
            Self::SeasonRewards { from, to, item } => {
                return Selector { item: *item, ..Selector::range_of(*from, *to) };
            }
            Self::LevelNeeds { from, to } => return Selector::range_of(*from, *to),
            Self::TicketPrice { ticket } | Self::TicketsDaily { ticket } => {
                return Selector::range_of(Some(*ticket), None);
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
