//! Sockets, HTTP and configuration around the worlds.

pub mod config;
pub mod net;
