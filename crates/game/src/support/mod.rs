//! What operators do for players: log-ins, names, belongings.
//!
//! Each function names the player by its account number and says why. Not here: bans, mutes and notes
//! ([`crate::case_file`]); an attempt at a stage is given back in [`crate::stages`].

pub mod grants;
pub mod renaming;
pub mod signing;
pub mod undoing;

use bevy_app::{App, Plugin};

/// The functions of the support desk.
pub struct SupportPlugin;

impl Plugin for SupportPlugin {
    fn build(&self, app: &mut App) {
        grants::register(app);
        renaming::register(app);
        signing::register(app);
        undoing::register(app);
    }
}
