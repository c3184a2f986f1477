//! Battles: two players, or one and a fighter of the game master, act in rounds, and one verdict decides for both
//! (docs/contract/role-play.md#battles).
//!
//! A battle is an entity that is kept. Its rounds are closed when both have acted or their time is up, whichever comes
//! first; a player who goes offline loses. A battle is kept for a while after its end, so that both can learn how it ended.
//!
//! Not here: how a battle comes about, which is `challenges`, and how a round is reported to SUD, which is `platforms`.

pub mod action;
pub mod arena;
mod changes;
mod check;
mod earlier;
pub mod fighters;
pub mod index;
pub mod messenger;
pub mod model;
pub mod paid;
pub mod reports;
pub mod requests;
pub mod robot;
pub mod rules;
pub mod sides;
pub mod stake;
pub mod systems;
pub mod texts;
pub mod told;
mod trades;
pub mod verdict;
mod view;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;

use crate::battles::told::BattleVerdict;
use crate::presence::PresenceSystems;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::events::EventApp;
use raidkeep_engine::mend::MendApp;
use raidkeep_engine::rules::RulesApp;
use raidkeep_engine::schedule::{Tick, TickSystems};
use raidkeep_engine::storage::StorageApp;
use raidkeep_engine::travel::{Mention, PortabilityApp};
use raidkeep_engine::verify::VerifyApp;

pub use arena::Arena;
pub use fighters::{FighterRule, FighterRules};
pub use index::BattleIndex;
pub use model::Battle;
pub use rules::BattleRules;
pub use trades::trades;

/// What happens to battles over time, once it is known who went offline.
#[derive(Debug, Clone, PartialEq, Eq, Hash, SystemSet)]
pub struct BattleSystems;

impl Mention for Battle {
    fn names(&self, account: AccountId) -> bool {
        self.seat_of(account).is_some()
    }
}

/// Battles and `battle`.
pub struct BattlesPlugin;

impl Plugin for BattlesPlugin {
    fn build(&self, app: &mut App) {
        app.add_rules::<BattleRules>().add_rules::<FighterRules>();
        app.add_world_entities::<Battle>().add_player_rows::<paid::PaidBattles>();
        app.add_moments::<paid::PaidBattles>();
        app.init_resource::<BattleIndex>().init_resource::<reports::BattleReports>();
        app.add_event::<BattleVerdict<'_>>();
        app.add_check("battles", check::check);
        app.add_farewell_system(systems::part).add_mentions::<Battle>();
        requests::register(app);
        view::register(app);
        app.configure_sets(Tick, BattleSystems.after(PresenceSystems).before(TickSystems::PutAway));
        app.add_systems(Tick, (systems::run_battles, reports::report_rounds).chain().in_set(BattleSystems));
    }
}
