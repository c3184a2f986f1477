//! What began under some terms and keeps them, such as a session in a stage.
//!
//! It stores the [`TermsId`] of its beginning, and looks up its tables with [`FormerTables`]. While one is open, its terms
//! are kept as a row of the world. [`Followers`] counts them: nothing else knows when the last has ended.

use std::collections::BTreeMap;

use bevy_app::App;
use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;
use serde::{Deserialize, Serialize};

use crate::in_force::InForce;
use crate::in_force::kept::{self, Kept};
use crate::rules::{Rules, Table};
use crate::schedule::{Tick, TickSystems};
use crate::storage::Discarded;

/// The fingerprint of the kept rules and the events that were in force when something began.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TermsId(pub(super) u64);

impl TermsId {
    /// Of what a program began that noted no terms. It follows the terms in force at the first start of one that does.
    pub const UNKNOWN: Self = Self(0);
}

/// How many things that are open, in memory or not, follow which terms.
///
/// The count is in memory only. At the start, the feature that stores them counts each with [`Followers::count`].
#[derive(Debug, Default, Resource)]
pub struct Followers {
    open: BTreeMap<TermsId, u64>,
    /// Terms that the last of them has left.
    left: Vec<TermsId>,
}

impl Followers {
    /// Something has begun, or was found in storage, under these terms.
    pub fn count(&mut self, terms: TermsId) {
        *self.open.entry(terms).or_default() += 1;
    }

    /// Something under these terms has ended.
    pub fn end(&mut self, terms: TermsId) {
        if let Some(count) = self.open.get_mut(&terms) {
            *count -= 1;
            if *count == 0 {
                self.open.remove(&terms);
                self.left.push(terms);
            }
        }
    }

    /// How many follow these terms.
    pub fn of(&self, terms: TermsId) -> u64 {
        self.open.get(&terms).copied().unwrap_or(0)
    }
}

/// Tables as they were when something began.
#[derive(SystemParam)]
pub struct FormerTables<'w> {
    in_force: Res<'w, InForce>,
    kept: Res<'w, Kept>,
}

impl FormerTables<'_> {
    /// The terms in force.
    pub fn present(&self) -> TermsId {
        self.in_force.terms()
    }

    /// A [kept](crate::in_force::InForceApp::keep_rules) table under these terms. It is `in_force` where they are in force,
    /// and where they could not be kept.
    pub fn get<'t, T: Table>(&'t self, terms: TermsId, in_force: &'t Rules<T>) -> &'t T {
        if terms == self.in_force.terms() {
            return in_force;
        }
        self.kept.tables(terms).and_then(|tables| tables.get()).unwrap_or(in_force)
    }
}

pub(super) fn register(app: &mut App) {
    app.init_resource::<Followers>().init_resource::<Kept>().init_resource::<kept::KeptKinds>();
    let has_left = |followers: Res<Followers>| !followers.left.is_empty();
    let drop_left = drop_left.run_if(has_left);
    app.add_systems(Tick, drop_left.after(TickSystems::Extensions).before(TickSystems::Persist));
}

/// Drops the terms that nothing follows any more.
fn drop_left(
    mut followers: ResMut<Followers>,
    in_force: Res<InForce>,
    mut kept: ResMut<Kept>,
    mut discarded: ResMut<Discarded>,
) {
    for terms in std::mem::take(&mut followers.left) {
        kept.drop_unfollowed(terms, in_force.terms(), &followers, &mut discarded);
    }
}
