//! Simulations: virtual players who live by a policy, in one world, through the handlers of real requests.
//!
//! Time is virtual and goes from one moment at which somebody acts to the next. The world has no storage and no
//! platforms: its batches are read for what the ledger says ([`accounts`]) and then dropped. All chance follows from the
//! seed, and each player has a stream of its own, so that the same seed gives the same bytes, and players decide alike
//! under other rules as far as the rules let them.
//!
//! Not here: what is drawn of a run ([`crate::report`]), and the comparison of runs ([`crate::compare`]).

pub mod accounts;
pub mod driver;
mod heard;
pub mod measure;
pub mod player;
pub mod policy;
pub mod purchase;
pub mod run;
pub mod series;
mod visit;

pub use policy::Policy;
pub use run::{SimulationPlan, Troubles, simulate};
pub use series::{Chart, Kill, Run, Series};
