//! Simulations: virtual players follow a policy, in one world, through the real request handlers.
//!
//! Time is virtual and jumps from one moment at which a player acts to the next. The world has no storage and no
//! platforms: the ledger rows of its batches are summed ([`accounts`]) and the batches dropped. All randomness comes
//! from the seed, and each player has its own streams: the same seed gives the same bytes, and players make the same
//! choices under different rules as far as the rules allow.
//!
//! A run measures figures by day and archetype ([`figures`]); the runs of several seeds are a study ([`results`]).
//!
//! Not here: reports of a run ([`crate::report`]), and the comparison of runs ([`crate::compare`]).

pub mod accounts;
pub mod coverage;
pub mod driver;
mod duel;
mod errands;
pub mod figures;
pub mod fit;
pub mod greedy;
mod heard;
pub mod knowledge;
pub mod measure;
pub mod player;
pub mod policy;
pub mod purchase;
pub mod results;
pub mod run;
mod stories;
pub mod study;
mod tales;
pub mod visit;

pub use coverage::Coverage;
pub use figures::{Crowd, Measure, MeasureKind, RunFigures, Spread};
pub use greedy::{Greedy, GreedyPlan, GreedyStep, greedy};
pub use policy::Policy;
pub use results::{Kill, Run, Study, StudySubject, Words};
pub use run::{SimulationPlan, Troubles, simulate};
pub use study::{StudyPlan, study};
