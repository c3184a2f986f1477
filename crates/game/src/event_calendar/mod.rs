//! Timed events at work: the tables in force while they run, their mails, and what players are told of them
//! (docs/contract/events.md).
//!
//! The engine asks which events run, and swaps the tables when that changes ([`raidkeep_engine::in_force`]). Everything
//! follows from rules and clock. Only which mails have been sent is remembered.
//!
//! Not here: what an event says and what a change does, see [`crate::timed_events`].

mod post;
pub mod requests;

use std::borrow::Cow;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;

use crate::battles::{BattleRules, FighterRules};
use crate::boss::{BossRules, SeasonSystems};
use crate::crafting::CraftRules;
use crate::drops::DropRules;
use crate::hang_up::HangUpRules;
use crate::items::ItemRules;
use crate::levels::LevelRules;
use crate::shop::ShopRules;
use crate::stages::{StageRules, SweepRules};
use crate::tasks::{PersonalTasks, PublicTasks, TaskRules};
use crate::tickets::TicketRules;
use crate::timed_events::{Changeable, EventChange, EventRules, Numbers};
use raidkeep_engine::in_force::{Deriver, InForceApp, LocalMoment, Running};
use raidkeep_engine::mend::MendApp;
use raidkeep_engine::rules::{RulesApp, Tables};
use raidkeep_engine::schedule::{Tick, TickSystems};
use raidkeep_engine::storage::StorageApp;

/// Which events run for everybody.
fn running(tables: &Tables, LocalMoment { at, zone }: LocalMoment<'_>) -> Running {
    let Some(events) = tables.get::<EventRules>() else {
        return Running::default();
    };
    let ids = events.running(at, zone).map(str::to_owned).collect();
    Running { events: ids, until: events.next_change(at, zone) }
}

/// A table that events change: which numbers are its, and how it is changed.
type ChangedTable = (fn(&Numbers) -> bool, fn(&mut Tables, &[&EventChange]));

/// All of them.
const CHANGED: &[ChangedTable] = &[
    (<StageRules as Changeable>::has, change::<StageRules>),
    (<SweepRules as Changeable>::has, change::<SweepRules>),
    (<HangUpRules as Changeable>::has, change::<HangUpRules>),
    (<ShopRules as Changeable>::has, change::<ShopRules>),
    (<TicketRules as Changeable>::has, change::<TicketRules>),
    (<BossRules as Changeable>::has, change::<BossRules>),
    (<BattleRules as Changeable>::has, change::<BattleRules>),
    (<FighterRules as Changeable>::has, change::<FighterRules>),
    (<DropRules as Changeable>::has, change::<DropRules>),
    (<CraftRules as Changeable>::has, change::<CraftRules>),
    (<PublicTasks as Changeable>::has, change::<PublicTasks>),
    (<PersonalTasks as Changeable>::has, change::<PersonalTasks>),
    (<TaskRules as Changeable>::has, change::<TaskRules>),
    (<ItemRules as Changeable>::has, change::<ItemRules>),
    (<LevelRules as Changeable>::has, change::<LevelRules>),
];

/// The tables in force while these events run: what each changes, in their order.
pub fn derive(tables: &Tables, ids: &[String]) -> Tables {
    let mut derived = tables.clone();
    let Some(events) = tables.get::<EventRules>() else {
        return derived;
    };
    let running = ids.iter().filter_map(|id| events.event(id));
    let changes: Vec<&EventChange> = running.flat_map(|event| &event.changes).collect();
    CHANGED.iter().for_each(|(_, change)| change(&mut derived, &changes));
    open_stages(&mut derived, ids, events);
    derived
}

/// A table that nothing changes stays the same one.
fn change<T: Changeable>(derived: &mut Tables, changes: &[&EventChange]) {
    let changed = derived.get::<T>().and_then(|table| match table.under(changes.iter().copied()) {
        Cow::Owned(changed) => Some(changed),
        Cow::Borrowed(_) => None,
    });
    if let Some(changed) = changed {
        derived.insert(changed);
    }
}

fn open_stages(derived: &mut Tables, ids: &[String], events: &EventRules) {
    let is_opening = |id: &&String| events.event(id).is_some_and(|event| !event.opens.is_empty());
    let opening: Vec<&String> = ids.iter().filter(is_opening).collect();
    if opening.is_empty() {
        return;
    }
    if let Some(mut stages) = derived.get::<StageRules>().cloned() {
        opening.into_iter().for_each(|id| stages.open_by_event(id, events));
        derived.insert(stages);
    }
}

/// Timed events, and `list_events`.
pub struct EventCalendarPlugin;

impl Plugin for EventCalendarPlugin {
    fn build(&self, app: &mut App) {
        app.add_rules::<EventRules>().keep_rules::<EventRules>().derive_rules_with(Deriver { running, derive });
        app.add_world_row::<post::EventPost>().add_world_mend(post::mend);
        let send_mails = post::send_mails.run_if(post::is_due);
        app.add_systems(Tick, send_mails.in_set(TickSystems::Calendar).before(SeasonSystems));
        requests::register(app);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use raidkeep_engine::schema::schemars::schema_for;

    /// Every kind of number, as designers write it.
    fn kinds() -> Vec<String> {
        let schema = schema_for!(Numbers).to_value();
        let kinds = schema["oneOf"].as_array().expect("the kinds are alternatives");
        let name = |kind: &serde_json::Value| kind["required"][0].as_str().expect("each has a name").to_owned();
        kinds.iter().map(name).collect()
    }

    #[test]
    fn each_kind_of_number_belongs_to_one_table_and_stands_in_the_documents() {
        let documents = include_str!("../../../../docs/contract/events.md");
        let options = ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
        let kinds = kinds();
        assert!(kinds.len() > 35, "{kinds:?}");
        for kind in kinds {
            let read = |fields: &str| options.from_str::<Numbers>(&format!("{kind}({fields})"));
            let numbers = read("").or_else(|_| read("ticket: 1")).expect("the kind can be written");
            assert_eq!(numbers.kind(), kind, "calendars call it what designers write");
            let tables = CHANGED.iter().filter(|(has, _)| has(&numbers)).count();
            assert_eq!(tables, 1, "{kind} is of one table");
            let mark = if numbers.may_be_of_a_player() { "x |" } else { "| |" };
            let line = documents.lines().find(|line| line.starts_with('|') && line.contains(&format!("`{kind}`")));
            assert!(line.is_some_and(|line| line.ends_with(mark)), "{kind}, marked with {mark:?}: {line:?}");
        }
    }
}
