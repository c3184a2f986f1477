//! Records everything a world receives, tick by tick, so that all of it can be replayed.
//!
//! A [`Simulation`](crate::tick::Simulation) is a pure machine, fully determined by its start, its inputs and the
//! moments of its ticks. A [`Recorder`] observes the world and notes them; a [`FileJournal`] writes them to disk on its
//! own thread; a [`Replay`] reads them and reaches the same state. Checkpoints hold hashes to compare.
//!
//! Not here: durability. The journal is not flushed before replies leave, may end earlier than the storage does, and is
//! never used for recovery. Passwords, tokens and card passwords are not in it; names, e-mail addresses and password
//! hashes are, as in the databases.

pub mod asked;
pub mod file;
pub mod frames;
pub mod lookup;
pub mod queue;
pub mod record;
pub mod recorder;
pub mod replay;
pub mod retention;
pub mod revive;
pub mod rows;

pub use file::{FileJournal, JournalSettings, program_name};
pub use frames::{Frames, FramesEnd, JournalError};
pub use queue::{JournalSink, MemoryJournal};
pub use record::{Record, StartRecord, TickRecord};
pub use recorder::{JournalOrigin, Recorder};
pub use replay::{Replay, ReplayError};
