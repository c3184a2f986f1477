//! Sockets, HTTP and configuration for the worlds.

pub mod config;
pub mod net;
