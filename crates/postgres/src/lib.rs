//! The log and the rows of worlds in PostgreSQL, and which node has which world.
//!
//! The seams are those of the engine: a log that acknowledges, fences, or does not know; rows that are folded under an epoch.
//! What is promised there is kept by transactions here, with the primary's synchronous standbys.

mod bridge;
mod connection;
mod ends;
mod fault;
mod fold;
mod import;
pub mod lease;
mod leases;
mod log;
mod moment;
mod node;
mod nodes;
pub mod placement;
mod pool;
mod row_mark;
mod rows;
mod schema;
mod sealed;
mod settings;
mod statement;
mod stores;
mod takeover;
mod tenancy;
mod trims;

pub use lease::LeaseTimes;
pub use node::{Node, NodeStatus, WorldStatus};
pub use settings::{DatabaseSettings, SettingsError};
pub use stores::ClusterStores;
