//! Inputs of a world that wait for its next tick. Bounded, and fair: a tick takes only so many requests, and while more
//! are waiting, the connections take turns and no address may have more than its share of the queue.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::net::returns::Returns;
use crate::net::turns::{Sender, Turns};
use raidkeep_engine::address::AddressKey;
use raidkeep_engine::meters::Meters;
use raidkeep_engine::numbers::BatchNumber;
use raidkeep_engine::request::Refusal;
use raidkeep_engine::request::answer::{ON_ITS_WAY, STOPPED, WITHOUT_STORAGE};
use raidkeep_engine::request::command::{Command, Credential};
use raidkeep_engine::request::reply::ConnectionId;
use raidkeep_engine::tick::Input;

/// A tick takes at most this many requests, or a quarter of what the inbox holds: whoever sends in the meantime waits no
/// longer than for that.
const REQUESTS_PER_TICK_MAX: usize = 1024;
/// The part of the inbox that requests from one address may fill, besides those of the next tick.
const SHARES: usize = 4;

/// A world's inbox. Shared by the connections of all threads and by the storage.
pub struct Inbox {
    inputs: Mutex<Inputs>,
    capacity: usize,
    per_tick: usize,
    per_address: usize,
    committed: AtomicU64,
    is_stopping: AtomicBool,
    /// The world is about to go to another node.
    is_leaving: AtomicBool,
    storage_failed: AtomicBool,
    failed_for_good: AtomicBool,
    wake: Box<dyn Fn() + Send + Sync>,
    latency: Option<metrics::Histogram>,
}

#[derive(Default)]
struct Inputs {
    /// Counts how often the world has been opened.
    life: u64,
    /// For the next tick.
    next: Vec<Input>,
    /// How many of them are requests.
    next_commands: usize,
    /// Only when the next tick has as many as it takes.
    later: Turns<Command>,
    later_count: usize,
}

impl Inputs {
    fn is_empty(&self) -> bool {
        // Nothing waits for later ticks unless the next one is full.
        self.next.is_empty()
    }

    fn fill_next(&mut self, per_tick: usize) {
        while self.next_commands < per_tick
            && let Some(command) = self.later.pop()
        {
            self.later_count -= 1;
            self.next_commands += 1;
            self.next.push(Input::Command(command));
        }
    }
}

impl Inbox {
    /// An inbox for at most `capacity` waiting requests; `wake` is called when an input arrives.
    pub fn new(capacity: usize, committed: BatchNumber, wake: Box<dyn Fn() + Send + Sync>) -> Self {
        Self {
            inputs: Mutex::default(),
            capacity,
            per_tick: (capacity / SHARES).clamp(1, REQUESTS_PER_TICK_MAX),
            per_address: (capacity / SHARES).max(1),
            committed: AtomicU64::new(committed.0),
            is_stopping: AtomicBool::new(false),
            is_leaving: AtomicBool::new(false),
            storage_failed: AtomicBool::new(false),
            failed_for_good: AtomicBool::new(false),
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

    /// Accepts a request from `address`, or returns it with the refusal. Those of operators, who are few, are for the next
    /// tick whatever players have sent.
    #[expect(clippy::result_large_err, reason = "the command goes back to its one caller, which answers it")]
    pub fn push_command(&self, command: Command, address: Option<IpAddr>) -> Result<(), (Command, Refusal)> {
        let mut inputs = self.lock();
        // Under the lock, so that no request arrives behind those that a failed world has refused.
        if let Some(refusal) = self.closed() {
            drop(inputs);
            return Err((command, refusal));
        }
        if !matches!(command.credential, Credential::Operator(_)) {
            if inputs.next_commands >= self.per_tick {
                return self.push_for_later(inputs, command, address);
            }
            inputs.next_commands += 1;
        }
        inputs.next.push(Input::Command(command));
        let is_first = inputs.next.len() == 1;
        drop(inputs);
        if is_first {
            (self.wake)();
        }
        Ok(())
    }

    /// The next tick is full, so the world has been woken already.
    #[expect(clippy::result_large_err, reason = "the command goes back to the one caller, which answers it")]
    fn push_for_later(
        &self,
        mut inputs: MutexGuard<'_, Inputs>,
        command: Command,
        address: Option<IpAddr>,
    ) -> Result<(), (Command, Refusal)> {
        let key = address.map(AddressKey::from);
        let is_full = inputs.next_commands + inputs.later_count >= self.capacity;
        let has_its_share = key.is_some_and(|key| inputs.later.count_from(key) >= self.per_address);
        if is_full || has_its_share {
            drop(inputs);
            return Err((command, Refusal::busy("server busy, retry later")));
        }
        let sender = Sender { connection: command.reply_to.connection(), address: key };
        inputs.later.push(sender, command);
        inputs.later_count += 1;
        Ok(())
    }

    /// Takes an input that the world itself has requested.
    pub fn push(&self, input: Input) {
        self.lock().next.push(input);
        (self.wake)();
    }

    /// Notes that a connection is gone. A world that is not here will not know it.
    pub(super) fn note_closed(&self, connection: ConnectionId) {
        if !self.has_storage_failed() {
            self.push(Input::Closed(connection));
        }
    }

    /// Takes the result of something that a life of the world has begun, unless that life has ended.
    pub(super) fn push_to(&self, life: u64, input: Input) {
        let mut inputs = self.lock();
        if inputs.life == life {
            inputs.next.push(input);
            drop(inputs);
            (self.wake)();
        }
    }

    /// Where the results of what the world begins in its present life go.
    pub fn returns(self: &Arc<Self>) -> Returns {
        Returns::new(self.clone(), self.lock().life)
    }

    /// Ends a life of the world: what was meant for it is dropped, and requests among that are refused.
    pub fn end_life(&self) {
        let mut inputs = self.lock();
        let life = inputs.life + 1;
        let Inputs { next, mut later, .. } = std::mem::replace(&mut *inputs, Inputs { life, ..Inputs::default() });
        drop(inputs);
        let next = next.into_iter().filter_map(|input| match input {
            Input::Command(command) => Some(command),
            _ => None,
        });
        next.chain(std::iter::from_fn(|| later.pop())).for_each(|command| command.reply_to.refuse(&WITHOUT_STORAGE));
    }

    /// Moves the inputs of one tick to `inputs`, which must be empty.
    pub fn drain(&self, inputs: &mut Vec<Input>) {
        let mut waiting = self.lock();
        std::mem::swap(&mut waiting.next, inputs);
        waiting.next_commands = 0;
        waiting.fill_next(self.per_tick);
        let is_empty = waiting.is_empty();
        drop(waiting);
        if !is_empty {
            (self.wake)();
        }
    }

    /// Whether the inbox is empty.
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
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

    /// Refuses new requests from now on, because the world goes to another node.
    pub fn leave(&self) {
        self.is_leaving.store(true, Ordering::Release);
        (self.wake)();
    }

    /// Whether the world goes to another node.
    pub fn is_leaving(&self) -> bool {
        self.is_leaving.load(Ordering::Acquire)
    }

    /// Refuses new requests from now on, because nothing can be stored.
    pub fn fail_storage(&self) {
        self.storage_failed.store(true, Ordering::Release);
        (self.wake)();
    }

    /// The same, and opening the files again would not help.
    pub fn fail_for_good(&self) {
        self.failed_for_good.store(true, Ordering::Release);
        self.fail_storage();
    }

    /// Takes requests again, because changes can be stored again.
    pub fn resume(&self) {
        self.is_leaving.store(false, Ordering::Release);
        self.storage_failed.store(false, Ordering::Release);
    }

    /// Whether the server is stopping.
    pub fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::Acquire)
    }

    /// Whether nothing can be stored any more.
    pub fn has_storage_failed(&self) -> bool {
        self.storage_failed.load(Ordering::Acquire)
    }

    /// Whether that stays so until the server is started again.
    pub fn has_failed_for_good(&self) -> bool {
        self.failed_for_good.load(Ordering::Acquire)
    }

    /// Why new requests are refused, if they are.
    pub fn closed(&self) -> Option<Refusal> {
        if self.has_storage_failed() {
            return Some(WITHOUT_STORAGE);
        }
        if self.is_leaving() {
            return Some(ON_ITS_WAY);
        }
        self.is_stopping().then_some(STOPPED)
    }

    fn lock(&self) -> MutexGuard<'_, Inputs> {
        self.inputs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
