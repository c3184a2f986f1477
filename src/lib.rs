//! Raidkeep: a headless game simulation server.
//!
//! Five crates build on each other, and this package puts them together as a program:
//!
//! | crate | holds |
//! |---|---|
//! | [`engine`] | what any such game needs: clock, schedule, requests, events, rows, rules, exchanges, journal |
//! | [`game`] | the features of this game |
//! | [`sandbox`] | stand-ins for the platforms outside |
//! | [`server`] | sockets, HTTP, configuration |
//! | [`studio`] | the test server, scenarios, simulations, load, generated documents |

pub mod cli;

pub use raidkeep_engine as engine;
pub use raidkeep_game as game;
pub use raidkeep_sandbox as sandbox;
pub use raidkeep_server as server;
pub use raidkeep_studio as studio;
