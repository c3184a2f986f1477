//! Worlds on PostgreSQL. These tests need one: `.ci/cluster` installs it and runs them, `cargo test` alone passes them by.

mod archive;
mod damage;
mod damaged_nodes;
pub(crate) mod database;
mod examples;
mod leases;
pub(crate) mod nodes;
pub(crate) mod siege;
mod spread;
mod stores;
