//! The engine's guarantees, tested through the protocol: storage, idempotency keys, waiting requests, events, journals.

mod archive;
mod archive_owners;
mod cluster_model;
mod damage;
mod envelope;
mod event_counts;
mod events;
mod fair_queue;
mod game_time;
mod journal;
mod journal_rows;
mod names;
mod once;
mod once_sequences;
mod pages;
mod reopen;
mod row_damage;
mod storage;
mod store_faults;
mod store_seams;
mod verify;
mod waiting;
