//! Changes in words, for people who look at a calendar.

use std::fmt;

use crate::timed_events::change::{Change, Numbers};

impl Numbers {
    /// The kind, as designers write it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::StageRewards { .. } => "stage_rewards",
            Self::StageExp { .. } => "stage_exp",
            Self::StageEnergy { .. } => "stage_energy",
            Self::StageCost { .. } => "stage_cost",
            Self::StageLevel { .. } => "stage_level",
            Self::SweepRewards { .. } => "sweep_rewards",
            Self::SweepExp { .. } => "sweep_exp",
            Self::SweepEnergy { .. } => "sweep_energy",
            Self::SweepCost { .. } => "sweep_cost",
            Self::HangUpRates { .. } => "hang_up_rates",
            Self::HangUpChances { .. } => "hang_up_chances",
            Self::OfferPrice { .. } => "offer_price",
            Self::OfferItems { .. } => "offer_items",
            Self::TicketPrice { .. } => "ticket_price",
            Self::TicketsDaily { .. } => "tickets_daily",
            Self::BossLife { .. } => "boss_life",
            Self::BossGift { .. } => "boss_gift",
            Self::SeasonRewards { .. } => "season_rewards",
            Self::BattleRewards { .. } => "battle_rewards",
        }
    }
}

/// Such as `stage_rewards 8 to 24, item 3:1: times 2`.
impl fmt::Display for Change {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.of.kind())?;
        let selector = self.of.selector();
        match selector.range() {
            (0, u32::MAX) => {}
            (from, to) if from == to => write!(out, " {from}")?,
            (from, u32::MAX) => write!(out, " {from} and above")?,
            (from, to) => write!(out, " {from} to {to}")?,
        }
        if let Some(id) = selector.id() {
            write!(out, " {id}")?;
        }
        if let Some(item) = selector.item() {
            write!(out, ", item {item}")?;
        }
        match (self.multiply, self.add, self.set) {
            (Some(factor), ..) => write!(out, ": times {factor}"),
            (_, Some(add), _) => write!(out, ": {add:+}"),
            (_, _, Some(set)) => write!(out, ": {set}"),
            (None, None, None) => Ok(()),
        }
    }
}
