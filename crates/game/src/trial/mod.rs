//! `try`: what a function of operators would answer and change for a player, before it is called.
//!
//! It is called on a fork ([`raidkeep_engine::fork`]), which runs in a process beside the server. The world reads what the
//! fork begins with from its rows, behind a fold, and hands it over; the fork reports what it answered, and what is different
//! in the view of the player. The running world changes nothing.
//!
//! Which functions can be tried follows from what they say of themselves ([`raidkeep_engine::request::trial`]).

pub mod differences;
pub mod on_fork;
pub mod requests;

use bevy_app::{App, Plugin};

/// `try`.
pub struct TrialPlugin;

impl Plugin for TrialPlugin {
    fn build(&self, app: &mut App) {
        requests::register(app);
    }
}
