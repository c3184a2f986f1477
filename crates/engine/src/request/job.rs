//! Work that handlers have done off the world's thread.

use std::any::Any;
use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::address::AddressKey;

/// Where a job waits for its turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobQueue {
    /// For jobs whose clients wait to log in.
    Prompt,
    /// For jobs that run one after the other.
    AtLeisure,
    /// For jobs that wait for a process beside the server.
    Beside,
}

/// Work done off the world's thread; its result is handed to the handler's second run.
pub struct Job {
    queue: JobQueue,
    asker: Option<AddressKey>,
    work: Box<dyn FnOnce() -> Finding + Send + Sync>,
    recall: fn(&[u8]) -> Option<Finding>,
}

/// The result of a [`Job`], in a serializable form. It must not hold a secret.
pub struct Finding {
    /// For the handler.
    pub fact: Fact,
    /// For a journal.
    pub bytes: Vec<u8>,
}

/// The result of a [`Job`], or the [`FoundRows`](crate::storage::FoundRows) of a [`RowQuery`](crate::storage::RowQuery).
pub type Fact = Box<dyn Any + Send + Sync>;

impl Job {
    /// A job that runs `work` on a thread that may block.
    pub fn new<T: Any + Send + Sync + Serialize + DeserializeOwned>(
        work: impl FnOnce() -> T + Send + Sync + 'static,
    ) -> Self {
        let recall = |bytes: &[u8]| {
            let found: T = postcard::from_bytes(bytes).ok()?;
            Some(Finding { fact: Box::new(found), bytes: bytes.to_vec() })
        };
        let work = move || {
            let found = work();
            let bytes = postcard::to_stdvec(&found).expect("what jobs find should be plain data");
            Finding { fact: Box::new(found), bytes }
        };
        Self { queue: JobQueue::Prompt, asker: None, work: Box::new(work), recall }
    }

    /// The same for low-priority work: these jobs run one after the other, and never delay those made with
    /// [`Job::new`].
    pub fn at_leisure<T: Any + Send + Sync + Serialize + DeserializeOwned>(
        work: impl FnOnce() -> T + Send + Sync + 'static,
    ) -> Self {
        Self { queue: JobQueue::AtLeisure, ..Self::new(work) }
    }

    /// The same for work that a process beside the server does, which takes seconds: it delays no other job.
    pub fn beside<T: Any + Send + Sync + Serialize + DeserializeOwned>(
        work: impl FnOnce() -> T + Send + Sync + 'static,
    ) -> Self {
        Self { queue: JobQueue::Beside, ..Self::new(work) }
    }

    /// The same job, for a client at this address. Addresses take turns, so that none of them delays the others.
    pub fn asked_by(self, address: Option<AddressKey>) -> Self {
        Self { asker: address, ..self }
    }

    /// The address that it is done for.
    pub fn asker(&self) -> Option<AddressKey> {
        self.asker
    }

    /// Where it waits for its turn.
    pub fn queue(&self) -> JobQueue {
        self.queue
    }

    /// Does the work.
    pub fn run(self) -> Finding {
        (self.work)()
    }

    /// The result of an earlier such job from [`Finding::bytes`]; `None` when it is something else.
    pub fn recall(&self, bytes: &[u8]) -> Option<Finding> {
        (self.recall)(bytes)
    }
}

impl fmt::Debug for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Finding")
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Job")
    }
}
