//! Rules that change while the server runs: read, checked as a whole, and swapped between two ticks, or refused.
//!
//! In a server the realm keeps every set before it is in force ([`RuleKeeper`]), and a set of before can be pinned: the assets
//! are still read and checked then, and change nothing.
//!
//! The [`Reloader`] reads and checks off the worlds' threads and gives each world the outcome as an input. What was
//! paid for under the old rules stays paid for, and what [follows](crate::in_force::follow) them goes on to, such as an open
//! session.
//!
//! Not here: what features recompute when their rules have changed; each detects that itself.

pub mod keeper;
pub mod reloader;
pub mod requests;
mod stamp;
pub mod watcher;

use std::sync::Arc;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

pub use keeper::{NotKept, RuleChange, RuleKeeper, RulesOrder, RulesPin};
pub use reloader::{ReloadOutcome, Reloader};
pub use requests::{Reloaded, RulesAttempt};
pub use watcher::Watcher;

use crate::clock::Clock;
use crate::events::{Event, EventApp, Events};
use crate::in_force;
use crate::outside::WorldPlace;
use crate::realm::incidents::{self, IncidentKind};
use crate::rules::{LoadedRules, Problem, Problems, RuleTables, Severity};

/// A change of the assets, as an input of a world.
#[derive(Debug, Clone)]
pub enum RulesNews {
    /// These rules are in force from now on, or still are, after a refused change was undone.
    Changed(Arc<LoadedRules>),
    /// The assets have changed but cannot be used; the rules stay as they are.
    Refused(Arc<Problems>),
}

/// The rules of this world, and the last failed attempt to change them.
#[derive(Debug, Default, Resource)]
pub struct RulesState {
    fingerprint: u64,
    warnings: Problems,
    /// Unix seconds; `None` = since the server started.
    changed_at: Option<i64>,
    refused: Option<Refused>,
}

#[derive(Debug)]
struct Refused {
    at: i64,
    problems: Arc<Problems>,
}

impl RulesState {
    /// The fingerprint of the rules in force, in the form operators see.
    pub fn fingerprint_shown(&self) -> String {
        shown(self.fingerprint)
    }

    /// Whether these rules are in force, and a refused change to them has now been undone.
    fn was_refused_after(&self, rules: &LoadedRules) -> bool {
        self.refused.is_some() && self.fingerprint == rules.fingerprint
    }

    /// The state of a world that starts with these rules.
    pub fn started_with(rules: &LoadedRules) -> Self {
        Self { fingerprint: rules.fingerprint, warnings: rules.warnings.clone(), changed_at: None, refused: None }
    }
}

/// The reloader of the server that this world belongs to.
#[derive(Debug, Clone, Resource)]
pub struct Reloading(pub Arc<Reloader>);

/// The event `rules_changed`.
#[derive(Debug, Serialize, JsonSchema)]
struct RulesChanged {
    /// The same for the same assets.
    fingerprint: String,
    /// How many warnings they have.
    warnings: usize,
}

impl Event for RulesChanged {
    const NAME: &'static str = "rules_changed";
}

/// The event `rules_refused`.
#[derive(Debug, Serialize, JsonSchema)]
struct RulesRefused<'a> {
    /// How many errors they have.
    errors: usize,
    /// The first of them.
    first: Option<&'a Problem>,
}

impl Event for RulesRefused<'_> {
    const NAME: &'static str = "rules_refused";
}

/// The event `rules_mended`.
#[derive(Debug, Serialize, JsonSchema)]
struct RulesMended {
    /// The same for the same assets.
    fingerprint: String,
}

impl Event for RulesMended {
    const NAME: &'static str = "rules_mended";
}

/// The most mistakes of a refused change that become incidents.
const INCIDENTS_MAX: usize = 20;

/// Tells the realm where the mistakes are. All worlds have the same rules, so the first one does.
fn note_refusal(world: &mut World, problems: &Problems) {
    if world.resource::<WorldPlace>().number != 0 {
        return;
    }
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
    for Problem { file, line, column, key, message, hint, .. } in errors.take(INCIDENTS_MAX) {
        let what = if key.is_empty() { message.clone() } else { format!("{key}: {message}") };
        let source = format!("{file}:{line}:{column}");
        incidents::begin(world, IncidentKind::Rules, &what, &source, hint.as_deref().unwrap_or_default());
    }
}

/// Applies changes of the assets before anything in the tick is handled: all tables change at once, or none.
pub fn take_in(world: &mut World, news: RulesNews) {
    let at = world.resource::<Clock>().now();
    match &news {
        RulesNews::Changed(_) => incidents::end(world, IncidentKind::Rules),
        RulesNews::Refused(problems) => note_refusal(world, problems),
    }
    match news {
        RulesNews::Changed(rules) if world.resource::<RulesState>().was_refused_after(&rules) => {
            let mut state = world.resource_mut::<RulesState>();
            state.refused = None;
            let event = RulesMended { fingerprint: shown(state.fingerprint) };
            world.resource_mut::<Events>().tell_operators(&event);
        }
        RulesNews::Changed(rules) => {
            in_force::change_rules(world, Arc::clone(&rules));
            let state = RulesState { changed_at: Some(at), ..RulesState::started_with(&rules) };
            let event = RulesChanged { fingerprint: shown(state.fingerprint), warnings: state.warnings.len() };
            world.insert_resource(state);
            world.resource_mut::<Events>().tell_operators(&event);
        }
        RulesNews::Refused(problems) => {
            let event = RulesRefused { errors: problems.error_count(), first: problems.iter().next() };
            world.resource_mut::<Events>().tell_operators(&event);
            world.resource_mut::<RulesState>().refused = Some(Refused { at, problems });
        }
    }
}

/// A fingerprint in the form operators see.
pub fn shown(fingerprint: u64) -> String {
    format!("{fingerprint:016x}")
}

/// The functions `rules_status` and `rules_reload`.
pub struct ReloadPlugin;

impl Plugin for ReloadPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<RulesState>().init_resource::<RuleTables>();
        app.add_operators_event::<RulesChanged>()
            .add_operators_event::<RulesRefused<'_>>()
            .add_operators_event::<RulesMended>();
        requests::register(app);
    }
}
