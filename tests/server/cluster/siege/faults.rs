//! What may befall the field, and what was seen of it.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::cluster::siege::patroni::Blow;

/// What befalls the field in a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fault {
    /// A node is killed.
    Death,
    /// One hangs until others have its worlds.
    Hang,
    /// One is cut off from all other machines until others have its worlds.
    Cut,
    /// The database's disk is slow for a while.
    SlowDisk,
    /// An operator moves worlds.
    Move,
    /// The database needs another primary.
    Primary(Blow),
}

/// What was seen in all rounds.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) faults: BTreeMap<Fault, usize>,
    /// How long it took until everything was answered again, by fault.
    pub(super) took: BTreeMap<Fault, Vec<Duration>>,
    /// The longest that somebody waited for an answer while worlds were moved.
    pub(super) waits: Vec<Duration>,
    /// Requests whose order was checked.
    pub(super) observed: usize,
}
