//! The network around the worlds: one port for WebSocket and HTTP.
//!
//! [`connection`] is the logic of a connection apart from its socket, and is what tests drive; [`websocket`] moves its
//! text; [`shard`] is the thread that a world shares with its sockets. [`plugin`] packages all of it as a plugin of a
//! world's app, [`listener`] is what the apps of one process share, and [`server`] runs each of them on a thread.
//! Nothing here knows a rule of the game.

pub mod acceptor;
pub mod bindings;
pub mod caller;
pub mod connection;
pub mod cors;
pub mod fair_queue;
pub mod http;
pub mod inbox;
pub mod jobs;
pub mod limits;
pub mod listener;
pub mod operator;
pub mod plugin;
pub mod process;
mod purses;
pub mod routes;
mod runner;
pub mod server;
pub mod shard;
pub mod socket;
mod trust;
pub mod way_in;
pub mod websocket;
