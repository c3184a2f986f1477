//! The real program: its sockets, its subcommands, and what survives a kill.

mod backup;
mod bank;
mod client_faults;
mod crash;
mod embedding;
mod extending;
mod full_disk;
mod hot_reload;
mod http_routes;
mod https;
mod journal_process;
mod kill_cycles;
mod legacy_push;
mod legend;
mod load;
mod narrator_endpoint;
mod payment_crash;
mod portability_process;
mod process;
mod role_play_routes;
mod running;
mod secrets;
mod sockets;
mod story;
