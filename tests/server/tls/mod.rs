//! TLS of the real program, with certificates made in the test.

mod attackers;
mod certificates;
pub(crate) mod clients;
mod commands;
mod serving;
