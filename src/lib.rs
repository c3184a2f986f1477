//! Raidkeep: a headless game simulation server.
//!
//! The way of a request:
//!
//! ```text
//! frame -> net (reads JSON, refuses what needs no state) -> Command
//!       -> tick: Receive > Handle > Simulate > Persist   -> Effects: batch of rows, held replies
//!       -> storage (one commit for all batches waiting)  -> replies leave
//! ```
//!
//! [`game::build_app`] lists the plugins and so is the table of contents. [`tick::Simulation`] is
//! the world as a pure machine; [`net`] and [`storage`] surround it in the server, and
//! [`testing::TestServer`] in tests.

pub mod backup;
pub mod battles;
pub mod boss;
pub mod challenges;
pub mod character;
pub mod cli;
pub mod clock;
pub mod compare;
pub mod config;
pub mod crafting;
pub mod due;
pub mod energy;
pub mod events;
#[doc(hidden)]
pub mod fuzzing;
pub mod game;
pub mod gate;
pub mod hang_up;
pub mod hash;
pub mod identity;
pub mod images;
pub mod items;
pub mod journal;
pub mod levels;
pub mod load;
pub mod mail;
pub mod narrator;
pub mod net;
pub mod orders;
pub mod platforms;
pub mod player;
pub mod portability;
pub mod presence;
pub mod random;
pub mod ranking;
pub mod reload;
pub mod report;
pub mod request;
pub mod rules;
pub mod scenario;
pub mod schema;
pub mod shop;
pub mod simulate;
pub mod stages;
pub mod storage;
pub mod tasks;
pub mod template;
pub mod testing;
pub mod tick;
pub mod tickets;
pub mod verify;
