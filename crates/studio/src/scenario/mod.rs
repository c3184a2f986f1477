//! Scenarios: designers' tests. Given players, when these requests and waits, then these replies and values.
//!
//! A scenario is a RON file ([`model`]). It runs in a world of its own in memory, on a clock that only the scenario moves,
//! with the handlers, rules and storage of a server; a month takes milliseconds. docs/scenarios.md is written for designers.
//!
//! Not here: rules of the game. What a scenario gives to its players before it begins is done by two functions that exist
//! only in its world ([`given`]).

pub mod check;
pub mod duration;
pub mod given;
pub mod junit;
pub mod model;
pub mod outcome;
pub mod run;
mod world;

pub use model::Scenario;
pub use outcome::{Failure, ScenarioOutcome, StepOutcome, StepVerdict};
pub use run::{ScenarioRunner, read};
