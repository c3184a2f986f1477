//! The network around the worlds: one port for WebSocket and HTTP.
//!
//! [`connection`] is what a connection does apart from its socket, and is what tests drive;
//! [`websocket`] moves its text; [`shard`] is the thread that a world shares with its sockets.
//! Nothing here knows a rule of the game.

pub mod bindings;
pub mod caller;
pub mod connection;
pub mod http;
pub mod inbox;
pub mod limits;
pub mod operator;
pub mod process;
pub mod routes;
pub mod server;
pub mod shard;
pub mod way_in;
pub mod websocket;
