//! What is in force: the rules of the files, as the events that run in this world change them.
//!
//! The tables that systems read, [`Rules`](crate::rules::Rules), are always those in force. Which events run follows from
//! the rules and the clock alone, and so does what they make of the tables. When that changes, the world derives the
//! changed tables and swaps them before the tick handles anything, as a reload does. That takes no input, so a replay does
//! the same.
//!
//! The engine knows no event. The feature that does brings a [`Deriver`], and with [`InForceApp::keep_rules`] says which
//! tables [something that began under them](follow) may go on to follow.
//!
//! The world row [`History<Force>`] says which rules and events held when, for a year. A feature that pays for elapsed time
//! keeps a [`History`] of its own terms, and enters each change with [`InForceApp::add_force_hook`].

pub mod follow;
mod kept;

use std::hash::Hasher;
use std::sync::Arc;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::due::{Agenda, Occasion};
use crate::hash::StableHasher;
use crate::history::{History, Terms};
use crate::mend::MendApp;
use crate::rules::{self, LoadedRules, Table, TableTexts, Tables};
use crate::storage::StorageApp;

pub use follow::{Followers, TermsId};
pub use kept::{FormerTables, KeptRules};

/// Which rules and events are in force.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Force {
    /// The fingerprint of the rules of the files.
    pub rules: u64,
    /// The ids of the running events, in the order in which they change the rules.
    pub events: Vec<String>,
}

impl Terms for Force {
    const TABLE: &'static str = "in_force";
}

/// How events change the rules. Both functions are pure: the same arguments give the same result in every run.
///
/// They are also called with tables of former rules, from which all but the [kept](InForceApp::keep_rules) ones are
/// missing; what is missing is left out.
#[derive(Debug, Clone, Copy, Resource)]
pub struct Deriver {
    /// Which events run at a moment, by the tables of the files.
    pub running: fn(&Tables, LocalMoment<'_>) -> Running,
    /// The tables in force while these events run, made from those of the files. Tables that no event changes are the
    /// same ones ([`Tables::insert`] on a clone replaces just those that it is given).
    pub derive: fn(&Tables, &[String]) -> Tables,
}

/// A moment of a world.
#[derive(Debug, Clone, Copy)]
pub struct LocalMoment<'z> {
    /// Unix seconds.
    pub at: i64,
    /// The world's zone.
    pub zone: &'z TimeZone,
}

/// The events that run at a moment.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Running {
    /// Their ids, in the order in which they change the rules.
    pub events: Vec<String>,
    /// The next moment, unix seconds, at which others may run; `None` = they run for good. It must be later than the
    /// moment asked about.
    pub until: Option<i64>,
}

/// A change of what is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForceChange {
    /// When, unix seconds. It may be past: for an event that began or ended while the world was down or slept.
    pub at: i64,
    /// What was in force before; `None` where nothing is known of that, at the first start.
    pub before: Option<Force>,
    /// What is in force from then on; its tables are installed.
    pub after: Force,
}

/// Called for each change, in order, before the tick handles anything; and once at each start, when `before` may equal
/// `after`.
pub type ForceHook = fn(&mut World, &ForceChange);

#[derive(Debug, Default, Clone, Resource)]
struct ForceHooks(Vec<ForceHook>);

/// How a feature takes part.
pub trait InForceApp {
    /// Registers the feature that knows the events. There is one.
    fn derive_rules_with(&mut self, deriver: Deriver) -> &mut Self;
    /// Registers what is to be done when other rules come into force.
    fn add_force_hook(&mut self, hook: ForceHook) -> &mut Self;
    /// Keeps this table, as it was, while something [follows](Followers) terms that are no longer in force. A table of
    /// events has to be kept if events change a kept one.
    fn keep_rules<T: Table>(&mut self) -> &mut Self;
}

impl InForceApp for App {
    fn derive_rules_with(&mut self, deriver: Deriver) -> &mut Self {
        let earlier = self.world_mut().remove_resource::<Deriver>();
        assert!(earlier.is_none(), "one feature should know the events");
        self.insert_resource(deriver)
    }

    fn add_force_hook(&mut self, hook: ForceHook) -> &mut Self {
        self.world_mut().get_resource_or_init::<ForceHooks>().0.push(hook);
        self
    }

    fn keep_rules<T: Table>(&mut self) -> &mut Self {
        self.world_mut().get_resource_or_init::<kept::KeptKinds>().0.register::<T>();
        self
    }
}

/// What is in force in this world now.
#[derive(Debug, Default, Resource)]
pub struct InForce {
    /// Of the files.
    rules: Arc<LoadedRules>,
    /// Derived from them.
    tables: Tables,
    force: Force,
    looked_at: i64,
    until: Option<i64>,
}

impl InForce {
    /// The rules of the files, unchanged by events.
    pub fn of_files(&self) -> &Arc<LoadedRules> {
        &self.rules
    }

    /// The tables in force.
    pub fn tables(&self) -> &Tables {
        &self.tables
    }

    /// Which rules and events are in force.
    pub fn force(&self) -> &Force {
        &self.force
    }

    /// The ids of the running events, in the order in which they change the rules.
    pub fn events(&self) -> &[String] {
        &self.force.events
    }

    /// When others may come into force without a change of the files, unix seconds.
    pub fn until(&self) -> Option<i64> {
        self.until
    }
}

const NEXT_CHANGE: Occasion = Occasion("rules in force");

/// Puts rules into force in a world whose rows are not restored yet: as of now, without a word about what was before.
pub(crate) fn begin(world: &mut World, rules: LoadedRules) {
    world.insert_resource(InForce { rules: Arc::new(rules), ..InForce::default() });
    let now = world.resource::<Clock>().now();
    let running = look(world, now);
    put_into_force(world, &running, now);
}

/// Once the rows are restored: what has changed while the world was down takes effect, one change after the other.
///
/// `stored_at` (unix seconds) is when the world's last change was stored: what happened until then has been entered.
pub(crate) fn catch_up(world: &mut World, stored_at: Option<i64>) {
    let now = world.resource::<Clock>().now();
    let last = world.resource::<History<Force>>().last();
    // The first interval has no beginning.
    let last = last.map(|(since, force)| (since.max(stored_at.unwrap_or(now)), force.clone()));
    let rules = world.resource::<InForce>().rules.fingerprint;
    let of_now = last.as_ref().filter(|(_, force)| force.rules == rules);
    if let Some((since, force)) = of_now {
        let until = look(world, *since).until;
        put_into_force(world, &Running { events: force.events.clone(), until }, *since);
        kept::restore(world);
        follow_through(world, until, now);
        follow_through(world, Some(now), now);
    } else {
        kept::restore(world);
    }
    let before =
        if of_now.is_some() { Some(world.resource::<InForce>().force.clone()) } else { last.map(|(_, force)| force) };
    enter(world, now, before);
}

/// Changes the rules of the files, as of now.
pub(crate) fn change_rules(world: &mut World, rules: Arc<LoadedRules>) {
    let now = world.resource::<Clock>().now();
    let before = world.resource::<InForce>().force.clone();
    let leaving = kept::leaving(world);
    world.resource_mut::<InForce>().rules = rules;
    let running = look(world, now);
    put_into_force(world, &running, now);
    kept::follow_change(world, leaving);
    enter(world, now, Some(before));
}

/// Events that begin or end do so at their moment, before anything of that moment is handled.
pub(crate) fn follow_the_clock(world: &mut World) {
    let now = world.resource::<Clock>().now();
    let Some(InForce { until, looked_at, .. }) = world.get_resource() else {
        return;
    };
    let is_set_back = now < *looked_at;
    let due = until.filter(|until| *until <= now);
    if is_set_back || due.is_some() {
        let next = if is_set_back { Some(now) } else { due };
        follow_through(world, next, now);
    }
}

/// Changes what is in force at each moment from `next` to `now` at which it changes.
fn follow_through(world: &mut World, mut next: Option<i64>, now: i64) {
    while let Some(at) = next.filter(|at| *at <= now) {
        let running = look(world, at);
        let force = &world.resource::<InForce>().force;
        if force.events == running.events {
            note_look(world, &running, at);
        } else {
            let (before, leaving) = (force.clone(), kept::leaving(world));
            put_into_force(world, &running, at);
            kept::follow_change(world, leaving);
            enter(world, at, Some(before));
        }
        next = running.until.filter(|until| *until > at);
    }
}

/// What runs at a moment.
fn look(world: &World, at: i64) -> Running {
    let zone = world.resource::<Clock>().zone();
    let rules = &world.resource::<InForce>().rules;
    let deriver = world.get_resource::<Deriver>();
    deriver.map(|deriver| (deriver.running)(&rules.tables, LocalMoment { at, zone })).unwrap_or_default()
}

fn put_into_force(world: &mut World, running: &Running, at: i64) {
    let rules = Arc::clone(&world.resource::<InForce>().rules);
    let deriver = world.get_resource::<Deriver>().filter(|_| !running.events.is_empty());
    let tables =
        deriver.map_or_else(|| rules.tables.clone(), |deriver| (deriver.derive)(&rules.tables, &running.events));
    rules::install(&tables, world);
    let terms = kept::terms(world, &rules, &running.events);
    let mut in_force = world.resource_mut::<InForce>();
    in_force.force = Force { rules: rules.fingerprint, events: running.events.clone() };
    in_force.tables = tables;
    world.resource_mut::<FormerTables>().present = terms;
    note_look(world, running, at);
}

fn note_look(world: &mut World, running: &Running, at: i64) {
    let until = running.until.filter(|until| *until > at);
    let mut in_force = world.resource_mut::<InForce>();
    in_force.looked_at = at;
    in_force.until = until;
    let mut agenda = world.resource_mut::<Agenda>();
    match until {
        Some(until) => agenda.set(NEXT_CHANGE, 0, until),
        None => agenda.cancel(NEXT_CHANGE, 0),
    }
}

/// Enters what is in force from a moment on, and tells the features.
fn enter(world: &mut World, at: i64, before: Option<Force>) {
    let after = world.resource::<InForce>().force.clone();
    if world.resource::<History<Force>>().in_force() != Some(&after) {
        world.resource_mut::<History<Force>>().begin(after.clone(), at);
    }
    let change = ForceChange { at, before, after };
    let hooks = world.get_resource::<ForceHooks>().cloned().unwrap_or_default();
    hooks.0.iter().for_each(|hook| hook(world, &change));
}

/// A hash over texts and events.
fn fingerprint(texts: &TableTexts, events: &[String]) -> u64 {
    let mut hasher = StableHasher::default();
    texts.add_to(&mut hasher);
    for event in events {
        hasher.write(&(event.len() as u64).to_le_bytes());
        hasher.write(event.as_bytes());
    }
    hasher.finish()
}

/// Keeps the rules in force.
pub struct InForcePlugin;

impl Plugin for InForcePlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<InForce>();
        app.add_world_mend(|world, mend| world.resource_mut::<History<Force>>().bring_back(mend.at));
        follow::register(app);
    }
}

/// The rows about what is in force.
pub(crate) fn register_rows(app: &mut App) {
    app.add_world_row::<History<Force>>().add_world_entities::<KeptRules>();
}

#[cfg(test)]
mod tests;
