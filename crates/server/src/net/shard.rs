//! A world on its thread, beside its share of the sockets. It ticks only when something has arrived or is due.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bevy_app::AppExit;
use bevy_ecs::prelude::*;
use tokio::sync::Notify;

use crate::net::around::Around;
use crate::net::caller::PlatformClient;
use crate::net::inbox::Inbox;
use crate::net::jobs::Jobs;
use crate::net::plugin::NetworkOutbox;
use crate::net::post_office::PostOffice;
use crate::net::working_time::WorkingTime;
use raidkeep_engine::clock::wall_ms;
use raidkeep_engine::effects::{carry_out, release};
use raidkeep_engine::gate::ReplyGate;
use raidkeep_engine::journal::Recorder;
use raidkeep_engine::meters::Meters;
use raidkeep_engine::outside::{WorldPlace, world_label};
use raidkeep_engine::request::answer::{ON_ITS_WAY, STOPPED, WITHOUT_STORAGE};
use raidkeep_engine::storage::Tenure;
use raidkeep_engine::storage::tenure::LockedFiles;
use raidkeep_engine::storage::worker::StorageWorker;
use raidkeep_engine::tick::{Moment, Simulation};

/// Batches that may wait for the disk; beyond that, the world delays its next tick, its inbox fills and clients get
/// status 16.
const UNCOMMITTED_BATCHES_MAX: u64 = 4096;

/// How long a commit may take before clients are answered that its result is unknown (status -2).
const COMMIT_PATIENCE: Duration = Duration::from_secs(15);

/// A world together with what carries out its effects.
pub struct WorldLoop {
    simulation: Simulation,
    gate: ReplyGate,
    inbox: Arc<Inbox>,
    notify: Arc<Notify>,
    around: Around,
    wakes_at: Option<Instant>,
    exit: AppExit,
    ticks: metrics::Counter,
    tenure: Arc<dyn Tenure>,
    working_time: WorkingTime,
}

/// How a world has ended.
pub enum Ended {
    /// The server stops, or a system has ended the world.
    Exit(AppExit),
    /// Its storage has failed. Whatever waited has been refused; what is left is the storage, to be closed.
    WithoutStorage(StorageWorker),
    /// It is wanted by another node, and everything is answered. Once the storage is closed, that node can have it.
    GivenBack(StorageWorker),
}

impl WorldLoop {
    /// A world that is about to run on the current thread. Its app has the bridge to `inbox`.
    pub fn new(
        simulation: Simulation,
        storage: StorageWorker,
        inbox: Arc<Inbox>,
        notify: Arc<Notify>,
        jobs: Jobs,
        (caller, offices): (PlatformClient, Arc<PostOffice>),
    ) -> Self {
        let committed = inbox.committed();
        let world = simulation.world().resource::<WorldPlace>().number;
        let ticks = simulation.world().resource::<Meters>().counter("raidkeep_ticks_total", &[]);
        Self {
            simulation,
            gate: ReplyGate::new(committed),
            around: Around {
                returns: inbox.returns(),
                inbox: inbox.clone(),
                storage,
                jobs,
                caller,
                offices,
                world,
                last_batch: committed,
                sent: VecDeque::new(),
                real: Instant::now(),
            },
            inbox,
            notify,
            // The first tick applies what has become due while the server was down.
            wakes_at: Some(Instant::now()),
            exit: AppExit::Success,
            ticks,
            tenure: Arc::new(LockedFiles),
            working_time: WorkingTime::default(),
        }
    }

    /// The same, which answers only as long as this holds.
    #[must_use]
    pub fn held_by(self, tenure: Arc<dyn Tenure>) -> Self {
        Self { tenure, ..self }
    }

    /// Runs the world until the server stops and every accepted request is answered; then everything is committed and
    /// folded. Ends early when the storage fails.
    pub async fn run(mut self) -> Ended {
        while !self.is_done() {
            self.wait().await;
            self.release();
            if !self.tenure.holds() {
                self.inbox.fail_storage();
            }
            if self.inbox.has_storage_failed() {
                self.fail();
                return Ended::WithoutStorage(self.around.storage);
            }
            if self.tenure.is_called_away() && !self.inbox.is_leaving() {
                tracing::info!(world = %world_label(self.around.world), "the world goes to another node");
                self.inbox.leave();
            }
            if self.ends() {
                self.dismiss_waiting();
            }
            if self.around.last_batch.0 - self.gate.committed_batch().0 >= UNCOMMITTED_BATCHES_MAX {
                continue;
            }
            if self.inbox.is_empty() && self.wakes_at.is_none_or(|at| Instant::now() < at) {
                continue;
            }
            self.tick();
            self.ticks.increment(1);
            // The sockets get their turn between two ticks.
            tokio::task::yield_now().await;
        }
        let world = self.simulation.world_mut();
        if let Some(journal) = world.remove_resource::<Recorder>() {
            journal.finish(world);
        }
        if !self.inbox.is_stopping() {
            self.inbox.fail_storage();
            self.inbox.end_life();
            return Ended::GivenBack(self.around.storage);
        }
        // Dropping the storage commits and folds what it was given.
        drop(self.around);
        Ended::Exit(self.exit)
    }

    /// Refuses everything that waits. The journal ends without its last page.
    fn fail(&mut self) {
        self.gate.fail();
        self.simulation.world_mut().remove_resource::<Recorder>();
        self.simulation.refuse_parked(&WITHOUT_STORAGE);
        self.inbox.end_life();
    }

    fn dismiss_waiting(&mut self) {
        let before = self.simulation.parked_count();
        let why = if self.inbox.is_leaving() { &ON_ITS_WAY } else { &STOPPED };
        self.gate.admit(self.simulation.dismiss_waiting(why));
        if self.simulation.parked_count() < before
            && let Some(mut journal) = self.simulation.world_mut().get_resource_mut::<Recorder>()
        {
            journal.note_dismissal();
        }
    }

    fn is_done(&self) -> bool {
        let is_quiet = self.inbox.is_empty() && self.gate.is_empty() && self.simulation.parked_count() == 0;
        self.ends() && is_quiet
    }

    /// Whether the life of the world here ends, once everything is answered.
    fn ends(&self) -> bool {
        self.inbox.is_stopping() || self.inbox.is_leaving()
    }

    async fn wait(&self) {
        let times_out_at = self.around.sent.front().map(|(_, sent_at)| *sent_at + COMMIT_PATIENCE);
        let asks_at = self.tenure.ask_every().map(|pause| Instant::now() + pause);
        match self.wakes_at.into_iter().chain(times_out_at).chain(asks_at).min() {
            Some(at) => {
                let _ = tokio::time::timeout_at(at.into(), self.notify.notified()).await;
            }
            None => self.notify.notified().await,
        }
    }

    fn release(&mut self) {
        release(&mut self.gate, &mut self.around);
        let committed = self.gate.committed_batch();
        while let Some((batch, sent_at)) = self.around.sent.front() {
            if *batch > committed {
                if sent_at.elapsed() < COMMIT_PATIENCE {
                    break;
                }
                tracing::error!(%batch, "the disk has not confirmed a change for too long; its clients get status -2");
                self.gate.time_out(*batch);
            }
            self.around.sent.pop_front();
        }
    }

    fn tick(&mut self) {
        let folded_batch = self.around.storage.folded_batch();
        let real = Instant::now();
        let moment = Moment { wall_ms: wall_ms(), real, folded_batch };
        self.simulation.advance(moment);
        let world = self.simulation.world_mut();
        let mut effects = std::mem::take(&mut world.resource_mut::<NetworkOutbox>().0);
        if world.contains_resource::<Recorder>() {
            let note = |world: &mut World, mut journal: Mut<Recorder>| journal.note_effects(&effects, world, moment);
            world.resource_scope(note);
        }
        self.wakes_at = effects.wake_after.map(|delay| real + delay);
        self.around.real = real;
        // What was just read was true at this moment only if nobody else could have changed it by now.
        if !self.tenure.holds() {
            effects.replies.drain(..).for_each(|held| held.refuse(&WITHOUT_STORAGE));
            return self.inbox.fail_storage();
        }
        carry_out(&mut effects, &mut self.gate, &mut self.around);
        // The emptied lists return their capacity to the next tick.
        self.simulation.world_mut().resource_mut::<NetworkOutbox>().0 = effects;
        self.tenure.note_work(&mut || self.working_time.look());
        if let Some(exit) = self.simulation.should_exit() {
            self.exit = exit;
            self.inbox.stop();
        }
    }
}
