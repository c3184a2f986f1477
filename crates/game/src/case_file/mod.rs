//! What operators keep about a player: a ban, a mute, notes, and what they have given back
//! (docs/contract/identity.md#bans-and-mutes).
//!
//! A player about whom nothing is kept has no row. Not here: what operators do to a player's belongings
//! ([`crate::support`]).

pub mod bans;
mod model;
pub mod mutes;
pub mod named;
pub mod notes;
mod portable;
mod view;

use bevy_app::{App, Plugin};

use raidkeep_engine::barrier::BarrierApp;
use raidkeep_engine::events::EventApp;
use raidkeep_engine::storage::StorageApp;

pub use model::{Ban, CaseFile, Mute, Note};
pub use mutes::{MUTED, Voices};
pub use named::{REASON_CHARS, author, find_numbered, items_within_limits, operator_text, within_limits};

/// Bans, mutes and notes.
pub struct CaseFilePlugin;

impl Plugin for CaseFilePlugin {
    fn build(&self, app: &mut App) {
        app.add_player_rows::<CaseFile>().add_barrier(bans::barrier).add_event::<bans::Banned>();
        bans::register(app);
        mutes::register(app);
        notes::register(app);
        view::register(app);
    }
}
