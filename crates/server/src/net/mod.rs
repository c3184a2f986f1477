//! The network around the worlds: a port for players and one for operators, each for WebSocket and HTTP.
//!
//! [`connection`] is the logic of a connection apart from its socket, and is what tests drive; [`websocket`] moves its
//! text; [`shard`] is the thread that a world shares with its sockets. [`plugin`] packages all of it as a plugin of a
//! world's app, [`listener`] is what the apps of one process share, and [`server`] runs each of them on a thread.
//! [`budget`], [`limits`], `places` and `turns` keep one client from hurting the others. Nothing here knows a rule of
//! the game.

pub mod acceptor;
pub mod address_file;
mod admission;
mod archiving;
mod around;
pub mod bindings;
pub mod budget;
pub mod caller;
pub mod connection;
pub mod cors;
pub mod fair_queue;
mod health;
pub mod http;
pub mod inbox;
pub mod incident_log;
pub mod jobs;
mod kept_rules;
pub mod limits;
mod links;
pub mod listener;
pub mod metered;
pub mod operator;
mod operator_cookie;
mod operators;
mod outbox;
mod own_site;
pub mod pages;
mod places;
pub mod plugin;
pub mod post_office;
mod premises;
pub mod process;
pub mod proxies;
mod purses;
pub mod returns;
mod revival;
pub mod routes;
mod rule_keeper;
mod runner;
pub mod server;
pub mod shard;
mod signed_in;
pub mod socket;
mod socket_threads;
pub mod sockets;
pub mod start_error;
mod subprotocol;
pub mod tls;
pub mod trust;
mod turns;
mod wake_ups;
pub mod way_in;
pub mod websocket;
mod working_time;
