//! A cluster in one thread on virtual time: three nodes with worlds that are `Simulation`s, on hostile stores, with clocks that
//! go at different rates, a network that loses and delays, and everything that may happen to machines. Leases, and where worlds
//! go, are judged by the code that real nodes run.
//!
//! `RAIDKEEP_MODEL_SEEDS=100000 cargo test --release --test engine cluster_model` tries more, from `RAIDKEEP_MODEL_SEED` on.

mod client;
mod cluster;
mod database;
mod events;
mod faults;
mod game;
mod life;
mod node;
mod story;

use std::io::Write;
use std::time::Instant;

use raidkeep::studio::long_run::setting;

use crate::cluster_model::cluster::Cluster;
use crate::cluster_model::story::Outcome;

#[test]
fn whatever_happens_to_nodes_each_world_answers_as_if_it_were_on_one() {
    let (first, seeds) = (setting("RAIDKEEP_MODEL_SEED", 1), setting("RAIDKEEP_MODEL_SEEDS", 2000));
    let began = Instant::now();
    let mut all = Outcome::default();
    for seed in first..first + seeds {
        match Cluster::new(seed).run() {
            Ok(outcome) => all.add(&outcome),
            Err(why) => panic!("seed {seed}: {why}"),
        }
    }
    let took = began.elapsed();
    let _ = writeln!(std::io::stderr(), "{seeds} seeds from {first} in {took:?}: {all:?}");
    assert!(
        all.taken as u64 > 5 * seeds && all.answered as u64 > 20 * seeds,
        "a model where nothing happens proves little: {all:?}"
    );
}

#[test]
fn a_node_that_answers_after_its_lease_is_found_out() {
    let found = (1..=100).filter_map(|seed| Cluster::new(seed).careless().run().err()).next();
    let why = found.expect("somebody reads what is no longer true");
    assert!(why.contains("comes behind it"), "{why}");
}

#[test]
fn the_same_seed_is_the_same_story() {
    let told = |seed| Cluster::new(seed).run().expect("it is sound");
    assert_eq!(told(7), told(7));
    assert_ne!(told(7), told(8));
}
