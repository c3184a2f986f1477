//! A world without sockets, for benchmarks: who asks it something is a connection of the benchmark's own.

use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;

use raidkeep::engine::request::RequestTable;
use raidkeep::engine::request::route::RouteTable;
use raidkeep::engine::tick::Simulation;
use raidkeep::server::net::bindings::AddressBindings;
use raidkeep::server::net::connection::Connection;
use raidkeep::server::net::inbox::Inbox;
use raidkeep::server::net::limits::{AddressLimits, Limiter, PlayerLimits};
use raidkeep::server::net::operator::{OperatorToken, entropy};
use raidkeep::server::net::way_in::WayIn;
use raidkeep::studio::testing::{TestSetup, edit_assets};

/// The settings of tests, and the shipped rules with more energy than a benchmark can use up.
pub(crate) fn setup(folder: &Path) -> TestSetup {
    let (from, to) = ("newcomer: 120", "newcomer: 1000000000");
    let assets = edit_assets(&folder.join("assets"), "energy.ron", from, to);
    TestSetup { assets, ..TestSetup::default() }
}

/// What leads to this world; nobody is limited in how much they ask.
pub(crate) fn way_in(simulation: &Simulation, inbox: &Arc<Inbox>) -> Arc<WayIn> {
    Arc::new(WayIn {
        requests: simulation.world().resource::<RequestTable>().clone(),
        routes: simulation.world().resource::<RouteTable>().clone(),
        worlds: vec![inbox.clone()],
        operator: OperatorToken::new("operator"),
        player_limits: PlayerLimits::new(0),
        address_limits: AddressLimits::new(0),
        address_bindings: AddressBindings::new(false, ""),
        entropy: Box::new(entropy),
    })
}

/// A connection without limits, that has asked for the guest account of this number.
pub(crate) fn sign_in(way_in: &Arc<WayIn>, number: impl Display) -> Connection {
    let mut connection = Connection::new(way_in.clone(), None, Limiter::per_second(0), 1024);
    let data = format!(r#"{{"unique_id":"bench-{number}"}}"#);
    connection.receive(&format!(r#"{{"world":0,"function":"login_unique","data":{data},"id":1}}"#));
    connection
}
