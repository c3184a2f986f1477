//! Raidkeep: a headless game simulation server.
//!
//! Seven crates build on each other, and this package combines them into a program:
//!
//! | crate | holds |
//! |---|---|
//! | [`engine`] | the game-independent parts: clock, schedule, requests, events, rows, rules, exchanges, journal |
//! | [`postgres`] | the log and the rows of worlds in PostgreSQL, and which node has which world |
//! | [`game`] | the features of this game |
//! | [`realm`] | what belongs to no single world: operators, messages to the worlds |
//! | [`sandbox`] | the simulated platforms |
//! | [`server`] | sockets, HTTP, configuration |
//! | [`studio`] | the test server, scenarios, simulations, load tests, generated documents |

pub mod cli;

pub use raidkeep_engine as engine;
pub use raidkeep_game as game;
pub use raidkeep_postgres as postgres;
pub use raidkeep_realm as realm;
pub use raidkeep_sandbox as sandbox;
pub use raidkeep_server as server;
pub use raidkeep_studio as studio;
