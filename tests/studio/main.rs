//! Designers' tools: checks, scenarios, simulations and generated schemas.

mod check;
mod check_mutations;
mod diff;
mod fuzz_inputs;
mod mutation;
mod scenarios;
mod schema;
mod sheets;
mod simulate;
