//! What a world was told, tick by tick, written down so that all of it can be played again.
//!
//! A [`Simulation`](crate::tick::Simulation) is a pure machine: its start, its inputs and the moments of its ticks are all
//! there is to know. A [`Recorder`] stands beside the world and notes them; a [`FileJournal`] takes them to disk on a
//! thread of its own; a [`Replay`] reads them and comes to the same state. Checkpoints hold hashes to compare.
//!
//! Not here: what makes answers final. The journal is not flushed before replies leave, may end earlier than the storage
//! does, and nothing is ever recovered from it. Passwords, tokens and card passwords are not in it; names, e-mail
//! addresses and password hashes are, as in the databases.

pub mod file;
pub mod frames;
pub mod queue;
pub mod record;
pub mod recorder;
pub mod replay;
pub mod revive;
pub mod rows;

pub use file::{FileJournal, JournalSettings, program_name};
pub use frames::{Frames, FramesEnd, JournalError};
pub use queue::{JournalSink, MemoryJournal};
pub use record::{Record, StartRecord, TickRecord};
pub use recorder::{About, Recorder};
pub use replay::{Replay, ReplayError};
