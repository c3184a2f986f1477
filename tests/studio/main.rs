//! What designers work with: checks, scenarios, simulations and generated descriptions.

mod check;
mod check_mutations;
mod fuzz_inputs;
mod mutation;
mod scenarios;
mod schema;
mod simulate;
