//! The way in to the world of a test server.

use std::sync::Arc;

use super::{OPERATOR_TOKEN, TestSetup, seeded_entropy};
use raidkeep_engine::request::RequestTable;
use raidkeep_engine::request::route::RouteTable;
use raidkeep_engine::tick::Simulation;
use raidkeep_realm::clients::ClientDirectory;
use raidkeep_realm::operators::OperatorDirectory;
use raidkeep_server::net::bindings::AddressBindings;
use raidkeep_server::net::inbox::Inbox;
use raidkeep_server::net::limits::{AddressLimits, PlayerLimits};
use raidkeep_server::net::operator::{OperatorDesk, OperatorToken};
use raidkeep_server::net::post_office::PostOffice;
use raidkeep_server::net::way_in::{Clientele, WayIn};

/// One door for everything.
pub(super) fn way_in(simulation: &Simulation, inbox: &Arc<Inbox>, setup: &TestSetup) -> WayIn {
    let committed = inbox.committed();
    let offices = Arc::new(PostOffice::of_one_world(inbox.clone(), simulation.world().resource()));
    let desk = Arc::new(OperatorDesk::new(OperatorToken::new(OPERATOR_TOKEN), Arc::default()));
    if let Some(directory) = simulation.world().get_resource::<OperatorDirectory>() {
        desk.use_directory(directory);
    }
    WayIn {
        clientele: Clientele::All,
        requests: simulation.world().resource::<RequestTable>().clone(),
        offices: offices.clone(),
        operators: desk,
        clients: simulation.world().get_resource::<ClientDirectory>().cloned().unwrap_or_default(),
        player_limits: PlayerLimits::new(setup.player_rate),
        routes: simulation.world().resource::<RouteTable>().clone(),
        address_bindings: AddressBindings::new(false, ""),
        address_limits: AddressLimits::none(),
        entropy: seeded_entropy(setup.seed, committed),
    }
}
