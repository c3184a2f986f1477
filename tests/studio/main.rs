//! Designers' tools: checks, scenarios, simulations and generated schemas.

mod calendar;
mod check;
mod check_mutations;
mod fuzz_inputs;
mod mutation;
mod scenarios;
mod schema;
mod simulate;
