//! Challenges: one player asks another to battle, who accepts, rejects, or lets it expire
//! (docs/contract/role-play.md#challenges).
//!
//! A challenge is an entity that is stored until it is answered or expires. The challenger never blocks on the answer:
//! it comes as an event, and shows in `refrash`. Not here: the battle that follows.

mod check;
mod code;
pub mod duels;
pub mod index;
pub mod model;
pub mod push;
pub mod requests;
pub mod rules;
pub mod systems;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;

use crate::battles::BattleSystems;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::rules::RulesApp;
use raidkeep_engine::schedule::{Tick, TickSystems};
use raidkeep_engine::storage::StorageApp;
use raidkeep_engine::travel::{Mention, PortabilityApp};
use raidkeep_engine::verify::VerifyApp;

pub use index::ChallengeIndex;
pub use model::{AnswerPortrait, Challenge};
pub use push::PushSettings;
pub use rules::ChallengeRules;

impl Mention for AnswerPortrait {
    fn names(&self, account: AccountId) -> bool {
        self.challenged == account
    }
}

impl Mention for Challenge {
    fn names(&self, account: AccountId) -> bool {
        self.challenger == account || self.challenged == account
    }
}

/// Challenges and their functions.
#[derive(Default)]
pub struct ChallengesPlugin {
    /// How challenges are pushed to players without a connection; `None` = not at all.
    pub push: Option<PushSettings>,
}

impl Plugin for ChallengesPlugin {
    fn build(&self, app: &mut App) {
        app.add_rules::<ChallengeRules>();
        app.add_world_entities::<Challenge>().add_world_entities::<AnswerPortrait>();
        app.add_world_row::<model::LastChallenge>().init_resource::<ChallengeIndex>();
        duels::register(app);
        app.add_check("challenges", check::check);
        app.add_farewell_system(systems::part).add_mentions::<Challenge>().add_mentions::<AnswerPortrait>();
        requests::register(app);
        push::register(app, self.push.as_ref());
        app.add_systems(Tick, systems::end_what_is_due.after(BattleSystems).before(TickSystems::PutAway));
    }
}
