//! Load tests: clients send requests to a running server over real WebSockets, and latencies are measured.
//!
//! A [`Mix`] says what clients send. In a closed loop each client keeps a fixed number of requests in flight. In an
//! open loop requests are due on a schedule, whatever happened to earlier ones, and latencies count from the due time:
//! a stalled server cannot hide the stall by holding up its clients (coordinated omission). [`run()`] executes a
//! [`LoadPlan`]; [`report`] formats the outcome.
//!
//! This is a client: it knows the protocol and nothing about the game. Not here: virtual players in virtual time
//! ([`crate::simulate`]).

pub mod address;
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

pub use address::ServerAddress;
pub use connection::ClientConnection;
pub use mix::Mix;
pub use run::{Length, LoadError, LoadOutcome, LoadPlan, Milestone, run};

/// The keys of the configuration's `limits` that a load test switches off: all its clients come from one address, as fast as
/// they can.
pub const RATE_LIMITS: [&str; 10] = [
    "bytes_per_second_per_address",
    "bytes_per_second_per_connection",
    "connections_per_address",
    "frames_per_second_per_address",
    "frames_per_second_per_connection",
    "handshakes_per_address",
    "handshakes_per_second_per_address",
    "requests_per_second_per_address",
    "requests_per_second_per_connection",
    "requests_per_second_per_player",
];
