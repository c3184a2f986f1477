//! A world without sockets, for benchmarks, which use connections of their own.

use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use raidkeep::engine::request::RequestTable;
use raidkeep::engine::request::route::RouteTable;
use raidkeep::engine::tick::Simulation;
use raidkeep::realm::clients::ClientDirectory;
use raidkeep::server::net::bindings::AddressBindings;
use raidkeep::server::net::connection::Connection;
use raidkeep::server::net::inbox::Inbox;
use raidkeep::server::net::limits::{AddressLimits, Limiter, PlayerLimits};
use raidkeep::server::net::operator::{OperatorDesk, OperatorToken};
use raidkeep::server::net::post_office::PostOffice;
use raidkeep::server::net::way_in::{Clientele, EntropySource, WayIn};
use raidkeep::studio::testing::{TestSetup, edit_assets};

/// The settings of tests, and the shipped rules with more energy than a benchmark can use up.
pub(crate) fn setup(folder: &Path) -> TestSetup {
    let (from, to) = ("newcomer: 120", "newcomer: 1000000000");
    let assets = edit_assets(&folder.join("assets"), "energy.ron", from, to);
    TestSetup { assets, ..TestSetup::default() }
}

/// The way in to this world, without rate limits.
pub(crate) fn way_in(simulation: &Simulation, inbox: &Arc<Inbox>) -> Arc<WayIn> {
    Arc::new(WayIn {
        clientele: Clientele::All,
        requests: simulation.world().resource::<RequestTable>().clone(),
        routes: simulation.world().resource::<RouteTable>().clone(),
        offices: Arc::new(PostOffice::of_one_world(inbox.clone(), simulation.world().resource())),
        operators: Arc::new(OperatorDesk::new(OperatorToken::new("operator"), Arc::default())),
        clients: ClientDirectory::default(),
        player_limits: PlayerLimits::new(0),
        address_limits: AddressLimits::none(),
        address_bindings: AddressBindings::new(false, ""),
        entropy: counted_entropy(inbox.committed().0),
    })
}

/// Tokens that are the same in every run. A restarted world draws different ones.
fn counted_entropy(committed: u64) -> EntropySource {
    let drawn = AtomicU64::new(0);
    Box::new(move || {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&committed.to_le_bytes());
        bytes[8..16].copy_from_slice(&drawn.fetch_add(1, Ordering::Relaxed).to_le_bytes());
        Ok(bytes)
    })
}

/// A connection without limits.
pub(crate) fn connect(way_in: &Arc<WayIn>) -> Connection {
    Connection::new(way_in.clone(), None, Limiter::per_second(0), 1024)
}

/// The login request of the guest with this number.
pub(crate) fn login_unique(number: impl Display) -> String {
    format!(r#"{{"world":0,"function":"login_unique","data":{{"unique_id":"bench-{number}"}},"id":1}}"#)
}

/// A connection without limits that has sent the login request of the guest with this number.
pub(crate) fn sign_in(way_in: &Arc<WayIn>, number: impl Display) -> Connection {
    let mut connection = connect(way_in);
    connection.receive(&login_unique(number));
    connection
}
