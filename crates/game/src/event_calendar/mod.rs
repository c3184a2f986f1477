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
use crate::timed_events::{Changeable, EventChange, EventRules};
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

/// The tables in force while these events run: what each changes, in their order.
pub fn derive(tables: &Tables, ids: &[String]) -> Tables {
    let mut derived = tables.clone();
    let Some(events) = tables.get::<EventRules>() else {
        return derived;
    };
    let running = ids.iter().filter_map(|id| events.event(id));
    let changes: Vec<&EventChange> = running.flat_map(|event| &event.changes).collect();
    change::<StageRules>(&mut derived, &changes);
    change::<SweepRules>(&mut derived, &changes);
    change::<HangUpRules>(&mut derived, &changes);
    change::<ShopRules>(&mut derived, &changes);
    change::<TicketRules>(&mut derived, &changes);
    change::<BossRules>(&mut derived, &changes);
    change::<BattleRules>(&mut derived, &changes);
    change::<FighterRules>(&mut derived, &changes);
    change::<DropRules>(&mut derived, &changes);
    change::<CraftRules>(&mut derived, &changes);
    change::<PublicTasks>(&mut derived, &changes);
    change::<PersonalTasks>(&mut derived, &changes);
    change::<TaskRules>(&mut derived, &changes);
    change::<ItemRules>(&mut derived, &changes);
    change::<LevelRules>(&mut derived, &changes);
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
