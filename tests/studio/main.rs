//! Designers' tools: checks, scenarios, simulations and generated schemas.

mod calendar;
mod check;
mod check_economy;
mod check_mutations;
mod check_watch;
mod compare;
mod diff;
mod fuzz_inputs;
mod goals;
mod greedy;
mod habits;
mod impact;
mod language;
mod mutation;
mod scenarios;
mod schema;
mod sheets;
mod simulate;
