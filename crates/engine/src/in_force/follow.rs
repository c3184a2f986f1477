//! What began under some terms and keeps them, such as a session in a stage.
//!
//! It stores the [`TermsId`] of its beginning, and looks up its tables with [`FormerTables`]. While one is open, its terms
//! are kept as a row of the world. [`Followers`] counts them: nothing else knows when the last has ended.

use bevy_app::App;
use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::in_force::kept::{FormerTables, KeptKinds};
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
    /// A list, since there are seldom more than two, and every session looks here twice.
    open: Vec<(TermsId, u64)>,
    /// Terms that the last of them has left.
    left: Vec<TermsId>,
}

impl Followers {
    /// Something has begun, or was found in storage, under these terms.
    pub fn count(&mut self, terms: TermsId) {
        match self.open.iter_mut().find(|(of, _)| *of == terms) {
            Some((_, count)) => *count += 1,
            None => self.open.push((terms, 1)),
        }
    }

    /// Something under these terms has ended.
    pub fn end(&mut self, terms: TermsId) {
        if let Some(at) = self.open.iter().position(|(of, _)| *of == terms) {
            self.open[at].1 -= 1;
            if self.open[at].1 == 0 {
                self.open.swap_remove(at);
                self.left.push(terms);
            }
        }
    }

    /// How many follow these terms.
    pub fn of(&self, terms: TermsId) -> u64 {
        self.open.iter().find(|(of, _)| *of == terms).map_or(0, |(_, count)| *count)
    }
}

pub(super) fn register(app: &mut App) {
    app.init_resource::<Followers>().init_resource::<FormerTables>().init_resource::<KeptKinds>();
    let has_left = |followers: Res<Followers>| !followers.left.is_empty();
    let drop_left = drop_left.run_if(has_left);
    app.add_systems(Tick, drop_left.after(TickSystems::Messages).before(TickSystems::Persist));
}

/// Drops the terms that nothing follows any more.
fn drop_left(mut followers: ResMut<Followers>, mut former: ResMut<FormerTables>, mut discarded: ResMut<Discarded>) {
    for terms in std::mem::take(&mut followers.left) {
        former.drop_unfollowed(terms, &followers, &mut discarded);
    }
}
