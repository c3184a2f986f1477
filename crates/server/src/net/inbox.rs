//! Inputs of a world that wait for its next tick. Bounded.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use raidkeep_engine::meters::Meters;
use raidkeep_engine::numbers::BatchNumber;
use raidkeep_engine::request::Refusal;
use raidkeep_engine::request::answer::{STOPPED, WITHOUT_STORAGE};
use raidkeep_engine::request::command::Command;
use raidkeep_engine::tick::Input;

/// A world's inbox. Shared by the connections of all threads and by the storage.
pub struct Inbox {
    inputs: Mutex<Inputs>,
    capacity: usize,
    committed: AtomicU64,
    is_stopping: AtomicBool,
    storage_failed: AtomicBool,
    wake: Box<dyn Fn() + Send + Sync>,
    latency: Option<metrics::Histogram>,
}

#[derive(Default)]
struct Inputs {
    waiting: Vec<Input>,
    command_count: usize,
}

impl Inbox {
    /// An inbox for at most `capacity` waiting requests; `wake` is called when an input arrives.
    pub fn new(capacity: usize, committed: BatchNumber, wake: Box<dyn Fn() + Send + Sync>) -> Self {
        Self {
            inputs: Mutex::default(),
            capacity,
            committed: AtomicU64::new(committed.0),
            is_stopping: AtomicBool::new(false),
            storage_failed: AtomicBool::new(false),
            wake,
            latency: None,
        }
    }

    /// The same, whose requests are measured as those of this world.
    pub fn measured(self, world: u32) -> Self {
        Self { latency: Some(Meters::of_world(world).histogram("raidkeep_request_seconds")), ..self }
    }

    /// Where the time from a request to its reply is recorded, if it is.
    pub fn latency(&self) -> Option<metrics::Histogram> {
        self.latency.clone()
    }

    /// Accepts a request, or returns it with the refusal.
    #[expect(clippy::result_large_err, reason = "the command goes back to its one caller, which answers it")]
    pub fn push_command(&self, command: Command) -> Result<(), (Command, Refusal)> {
        if let Some(refusal) = self.closed() {
            return Err((command, refusal));
        }
        let mut inputs = self.lock();
        if inputs.command_count >= self.capacity {
            drop(inputs);
            return Err((command, Refusal::busy("server busy, retry later")));
        }
        inputs.command_count += 1;
        inputs.waiting.push(Input::Command(command));
        let is_first = inputs.waiting.len() == 1;
        drop(inputs);
        if is_first {
            (self.wake)();
        }
        Ok(())
    }

    /// Takes an input that the world itself has requested.
    pub fn push(&self, input: Input) {
        self.lock().waiting.push(input);
        (self.wake)();
    }

    /// Moves all waiting inputs to `inputs`, which must be empty.
    pub fn drain(&self, inputs: &mut Vec<Input>) {
        let mut waiting = self.lock();
        std::mem::swap(&mut waiting.waiting, inputs);
        waiting.command_count = 0;
    }

    /// Whether the inbox is empty.
    pub fn is_empty(&self) -> bool {
        self.lock().waiting.is_empty()
    }

    /// Notes that every batch up to this one is on disk.
    pub fn note_committed(&self, batch: BatchNumber) {
        self.committed.fetch_max(batch.0, Ordering::Release);
        (self.wake)();
    }

    /// The last batch known to be on disk.
    pub fn committed(&self) -> BatchNumber {
        BatchNumber(self.committed.load(Ordering::Acquire))
    }

    /// Refuses new requests from now on, because the server stops.
    pub fn stop(&self) {
        self.is_stopping.store(true, Ordering::Release);
        (self.wake)();
    }

    /// Refuses new requests from now on, because nothing can be stored.
    pub fn fail_storage(&self) {
        self.storage_failed.store(true, Ordering::Release);
        (self.wake)();
    }

    /// Whether the server is stopping.
    pub fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::Acquire)
    }

    /// Whether nothing can be stored any more.
    pub fn has_storage_failed(&self) -> bool {
        self.storage_failed.load(Ordering::Acquire)
    }

    /// Why new requests are refused, if they are.
    pub fn closed(&self) -> Option<Refusal> {
        if self.has_storage_failed() {
            return Some(WITHOUT_STORAGE);
        }
        self.is_stopping().then_some(STOPPED)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inputs> {
        self.inputs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
