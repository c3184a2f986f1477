//! Changes in words, for people who look at a calendar.

use std::fmt;

use crate::timed_events::change::EventChange;
use crate::timed_events::numbers::Numbers;

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
            Self::DropWeights { .. } => "drop_weights",
            Self::DropDraws { .. } => "drop_draws",
            Self::DropGuarantee { .. } => "drop_guarantee",
            Self::BattleExp {} => "battle_exp",
            Self::BattleStake {} => "battle_stake",
            Self::BattlesRewarded {} => "battles_rewarded",
            Self::FighterRewards { .. } => "fighter_rewards",
            Self::FighterExp { .. } => "fighter_exp",
            Self::CraftSpend { .. } => "craft_spend",
            Self::CraftStrengthBase { .. } => "craft_strength_base",
            Self::CraftStrengthPerUnit { .. } => "craft_strength_per_unit",
            Self::CraftStrengthMax { .. } => "craft_strength_max",
            Self::CraftOwned { .. } => "craft_owned",
            Self::TaskRewards { .. } => "task_rewards",
            Self::TaskExp { .. } => "task_exp",
            Self::PersonalTaskRewards { .. } => "personal_task_rewards",
            Self::PersonalTaskExp { .. } => "personal_task_exp",
            Self::TasksPersonalDaily {} => "tasks_personal_daily",
            Self::PotionEnergy { .. } => "potion_energy",
            Self::LevelNeeds { .. } => "level_needs",
        }
    }
}

/// Such as `stage_rewards 8 to 24, item 3:1: times 2`.
impl fmt::Display for EventChange {
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
        if let Some(table) = selector.leads_to() {
            write!(out, ", leading to {table}")?;
        }
        match (self.multiply, self.add, self.set) {
            (Some(factor), ..) => write!(out, ": times {factor}"),
            (_, Some(add), _) => write!(out, ": {add:+}"),
            (_, _, Some(set)) => write!(out, ": {set}"),
            (None, None, None) => Ok(()),
        }
    }
}
