//! Load: clients that ask a running server over real WebSockets, and what it took until they were answered.
//!
//! A [`Mix`] says what clients ask. In a closed loop each keeps some requests under way; in an open one requests are due at
//! their moments whatever became of those before, and latencies count from then, so that a server that stalls cannot hide
//! it by keeping its clients from asking (coordinated omission). [`run()`] carries out a [`Plan`]; [`report`] puts the
//! outcome into words.
//!
//! This is a client: it knows the protocol, and nothing of the game. Not here: virtual players in virtual time
//! ([`crate::simulate`]).

pub mod asker;
pub mod assets;
pub mod client;
pub mod connection;
pub mod desk;
pub mod frame;
pub mod mix;
pub mod pace;
pub mod pacer;
pub mod report;
pub mod run;
pub mod script;
pub mod server;
pub mod tally;
pub mod text;
mod words;
mod worker;

pub use connection::Connection;
pub use mix::Mix;
pub use run::{Length, LoadError, Moment, Outcome, Plan, run};
