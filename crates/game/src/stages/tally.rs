//! How often stages were entered and won, for whoever counts that.

use bevy_ecs::prelude::*;

use crate::stages::model::Mode;

/// What players have done with stages since it was last taken.
#[derive(Debug, Default, Resource)]
pub struct StageTally {
    /// The mode and the number of each stage that was entered.
    pub entered: Vec<(Mode, u32)>,
    /// The same of each stage that was won.
    pub won: Vec<(Mode, u32)>,
}
