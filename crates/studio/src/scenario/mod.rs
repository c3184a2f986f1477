//! Scenarios: designers' tests. Given players, when these requests and waits, then these replies and values.
//!
//! A scenario is a RON file ([`model`]). It runs in its own in-memory world, on a clock that only the scenario moves,
//! with the handlers, rules and storage of a server; a month takes milliseconds. docs/scenarios.md is for designers.
//!
//! Not here: rules of the game. Two functions that exist only in a scenario's world set up the initial state
//! ([`given`]).

pub mod check;
pub mod given;
pub mod junit;
pub mod model;
pub mod outcome;
pub mod run;
mod world;

pub use model::Scenario;
pub use outcome::{Failure, ScenarioOutcome, StepOutcome, StepVerdict};
pub use run::{ScenarioRunner, open, read};
