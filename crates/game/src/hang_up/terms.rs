//! By what minutes are paid, as the world keeps it for a year.

use serde::{Deserialize, Serialize};

use crate::drops::{DropRules, DropTable};
use crate::hang_up::rules::{Chance, Chances, HangUpRules, Rate};
use crate::timed_events::{Changeable, EventChange, EventRules, PlayerDays};
use raidkeep_engine::history::{History, Terms};

/// What was in force at some time: the rates for everybody, the own days of players, and the drop tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HangUpTerms {
    pub(super) rules: HangUpRules,
    /// `None` in rows of programs that did not keep it: the present ones count.
    pub(super) beside: Option<BesideRates>,
}

/// What changes rates, and what chances lead to.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct BesideRates {
    /// The events of players' own days that are about hang-up, in their order.
    pub(super) own: Vec<OwnDays>,
    /// The drop tables that a minute may roll, and those that they lead to.
    pub(super) tables: Vec<DropTable>,
}

/// An event of players' own days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct OwnDays {
    pub(super) days: PlayerDays,
    pub(super) changes: Vec<EventChange>,
}

impl HangUpTerms {
    /// What is in force by these tables.
    pub(super) fn of(rules: &HangUpRules, events: &EventRules, drops: &DropRules) -> Self {
        let rolled = rules.drops().flat_map(|(.., roll)| roll.drops.rolls()).map(|roll| roll.table.as_str());
        let tables = drops.reached_from(rolled);
        let is_meant =
            |change: &EventChange| HangUpRules::has(&change.of) || (DropRules::has(&change.of) && !tables.is_empty());
        let own = events.all().filter_map(|(_, event)| {
            let changes: Vec<EventChange> = event.changes.iter().filter(|change| is_meant(change)).cloned().collect();
            Some(OwnDays { days: event.player_days?, changes }).filter(|own| !own.changes.is_empty())
        });
        Self { rules: rules.clone(), beside: Some(BesideRates { own: own.collect(), tables }) }
    }
}

impl Terms for HangUpTerms {
    const TABLE: &'static str = "hang_up_history";
    const VERSION: u16 = 2;

    fn upgrade(version: u16, bytes: &[u8]) -> Option<History<Self>> {
        let before: History<HangUpRules1> = (version == 1).then(|| postcard::from_bytes(bytes).ok())??;
        Some(before.map(|HangUpRules1 { cap_hours, rates, chances }| {
            let chances = chances.into_iter();
            let chances =
                chances.map(|Chances1 { stage, items }| Chances { stage, items, drops: Vec::new() }).collect();
            Self { rules: HangUpRules { cap_hours, rates, chances }, beside: None }
        }))
    }
}

/// Version 1 knew no drop tables.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct HangUpRules1 {
    cap_hours: Option<i64>,
    rates: Vec<Rate>,
    chances: Vec<Chances1>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Chances1 {
    stage: u32,
    items: Vec<Chance>,
}

impl Terms for HangUpRules1 {
    const TABLE: &'static str = HangUpTerms::TABLE;
}
