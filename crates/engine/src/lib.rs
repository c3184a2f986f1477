//! Everything a game on Raidkeep needs that is not specific to one.
//!
//! ```text
//! Command -> tick: Receive > Handle > Simulate > Persist -> Effects: batch of rows, held replies
//! ```
//!
//! [`tick::Simulation`] is a world as a pure machine: its driver feeds it inputs and carries out its effects. The
//! modules below are layered, lowest first; none refers to a layer above its own.

pub mod account;
pub mod address;
pub mod due;
pub mod hash;
pub mod linear;
pub mod meters;
pub mod numbers;
pub mod operators;
pub mod outside;
pub mod private;
pub mod schema;
pub mod throttle;

pub mod calendar;
pub mod clock;
pub mod clock_check;
pub mod rules;
pub mod template;

pub mod exchange;
pub mod game_time;
pub mod schedule;

pub mod storage;

pub mod history;
pub mod login;
pub mod random;

pub mod request;

pub mod barrier;
pub mod closing;
pub mod events;

pub mod mend;
pub mod players;
pub mod revoked;

pub mod audit;
pub mod dispatch;
pub mod views;

pub mod audit_list;
pub mod functions;
pub mod in_force;
pub mod listening;
pub mod realm;
pub mod reload;
pub mod timekeeping;
pub mod travel;

pub mod tick;

pub mod gate;
pub mod start;

pub mod cluster;
pub mod effects;
pub mod open;

pub mod backup;
pub mod fork;
pub mod journal;
pub mod usage;
pub mod verify;

pub mod plugins;

pub mod prelude;
