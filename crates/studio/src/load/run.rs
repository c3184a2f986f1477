//! A run: threads open connections, start together, and report their tallies.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use thiserror::Error;
use tokio::sync::Notify;

use crate::load::address::ServerAddress;
use crate::load::client::LoadProgress;
use crate::load::connection::ConnectionError;
use crate::load::mix::Mix;
use crate::load::pace::MeasurementWindow;
use crate::load::pacer::{self, Pacer};
use crate::load::tally::Tally;
use crate::load::worker::{self, Order};

/// Default maximum of requests in flight per client in an open loop; by default the server reads no more of a
/// connection.
pub const OPEN_LOOP_IN_FLIGHT: usize = 64;
/// From the start order to the first request, so that all threads have received it.
const LEAD: Duration = Duration::from_millis(20);

/// How long a run is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Length {
    /// A duration, after a warm-up.
    Time {
        /// Not counted.
        warm_up: Duration,
        /// Counted.
        measured: Duration,
    },
    /// A number of requests, all of them counted.
    Requests(u64),
}

/// The parameters of a run.
#[derive(Debug)]
pub struct LoadPlan {
    /// What is sent.
    pub mix: Mix,
    /// The server.
    pub server: ServerAddress,
    /// Which world.
    pub world: u32,
    /// The value of `{run}`: the same label finds the same accounts again.
    pub run: String,
    /// How many clients.
    pub clients: usize,
    /// Maximum requests in flight per client; `None` = as the mix says, [`OPEN_LOOP_IN_FLIGHT`] in an open loop.
    pub in_flight: Option<usize>,
    /// Connections in addition to the clients; `None` = as the mix says.
    pub idle: Option<usize>,
    /// Threads of the load generator.
    pub threads: usize,
    /// Requests a second of all clients together, independent of replies; `None` = closed loop.
    pub rate: Option<f64>,
    /// How long.
    pub length: Length,
    /// The seed for choosing sequences.
    pub seed: u64,
}

impl LoadPlan {
    /// Maximum requests in flight per client.
    #[must_use]
    pub fn under_way_max(&self) -> usize {
        let usual = if self.rate.is_some() { OPEN_LOOP_IN_FLIGHT } else { self.mix.in_flight };
        self.in_flight.unwrap_or(usual)
    }

    /// Connections in addition to the clients.
    #[must_use]
    pub fn idle_connections(&self) -> usize {
        self.idle.unwrap_or(self.mix.idle.connections)
    }

    fn window(&self) -> MeasurementWindow {
        let ns = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        match self.length {
            Length::Time { warm_up, measured } => {
                MeasurementWindow { from_ns: ns(warm_up), until_ns: ns(warm_up.saturating_add(measured)) }
            }
            Length::Requests(_) => MeasurementWindow { from_ns: 0, until_ns: u64::MAX },
        }
    }
}

/// Points of a run at which the observer is called, for instance to read the server's metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Milestone {
    /// Nothing is connected yet.
    Before,
    /// The idle connections are open.
    IdleOpen,
    /// Requests due from now on are counted.
    Begins,
    /// Another second has passed.
    Second {
        /// Replies so far, including the warm-up.
        replies: u64,
        /// Connections that broke.
        broken: u64,
    },
    /// The measurement has ended.
    Ends,
}

/// The result of a run.
#[derive(Debug)]
pub struct LoadOutcome {
    /// What the clients received.
    pub tally: Tally,
    /// The functions, in the order of the tally's kinds.
    pub kinds: Vec<String>,
    /// Length of the measurement.
    pub seconds: f64,
}

/// Why a run failed.
#[derive(Debug, Error)]
pub enum LoadError {
    /// A connection could not be opened, or its start requests failed.
    #[error("after {opened} connections: {why}")]
    Opening {
        /// How many connections the thread had opened.
        opened: usize,
        /// The cause.
        why: ConnectionError,
    },
    /// The system cannot start a thread or a runtime.
    #[error("cannot start a thread: {0}")]
    Thread(#[from] std::io::Error),
    /// A load thread ended early, which is a bug.
    #[error("a load thread ended early; this is a bug")]
    Lost,
}

/// A message from a load thread to the coordinator.
#[derive(Debug)]
pub enum WorkerMessage {
    /// The phase is done.
    Ready(Result<(), LoadError>),
    /// The thread has finished its run.
    Over(Box<Tally>),
}

/// Executes a plan; `look` is called at each milestone, on this thread.
///
/// # Errors
///
/// The connections cannot be opened. Later failures are part of the outcome.
pub fn run(plan: LoadPlan, mut look: impl FnMut(Milestone)) -> Result<LoadOutcome, LoadError> {
    let plan = Arc::new(plan);
    let crew = Crew::hire(&plan)?;
    look(Milestone::Before);
    crew.order_and_wait(|| Order::OpenIdle)?;
    look(Milestone::IdleOpen);
    crew.order_and_wait(|| Order::OpenClients)?;
    let began = Instant::now() + LEAD;
    let window = plan.window();
    let pacer = plan.rate.map(|rate| pacer::start(rate, began, window, crew.wakes.clone())).transpose()?;
    crew.order(|| Order::Run { began, window });
    let outcome = crew.watch(&plan, began, window, &mut look);
    pacer.into_iter().for_each(Pacer::stop);
    outcome
}

/// The coordinator's handle to the load threads, which end when it is dropped.
struct Crew {
    orders: Vec<Sender<Order>>,
    told: Receiver<WorkerMessage>,
    progress: Arc<LoadProgress>,
    wakes: Vec<Arc<Notify>>,
}

impl Crew {
    fn hire(plan: &Arc<LoadPlan>) -> Result<Self, LoadError> {
        let (teller, told) = channel();
        let mut crew = Self { orders: Vec::new(), told, progress: Arc::default(), wakes: Vec::new() };
        for thread in 0..plan.threads {
            let (sender, orders) = channel();
            let wake = Arc::new(Notify::new());
            worker::start(thread, plan.clone(), crew.progress.clone(), wake.clone(), orders, teller.clone())?;
            crew.orders.push(sender);
            crew.wakes.push(wake);
        }
        Ok(crew)
    }

    /// A failed send is ignored: a thread that is gone has reported why, or is noticed by its missing message.
    fn order(&self, order: impl Fn() -> Order) {
        self.orders.iter().for_each(|sender| drop(sender.send(order())));
    }

    fn order_and_wait(&self, order: impl Fn() -> Order) -> Result<(), LoadError> {
        self.order(order);
        for _ in &self.orders {
            match self.told.recv() {
                Ok(WorkerMessage::Ready(ready)) => ready?,
                Ok(WorkerMessage::Over(_)) | Err(_) => return Err(LoadError::Lost),
            }
        }
        Ok(())
    }

    /// Waits until all threads are done, calling `look` at each milestone.
    fn watch(
        &self,
        plan: &LoadPlan,
        began: Instant,
        window: MeasurementWindow,
        look: &mut impl FnMut(Milestone),
    ) -> Result<LoadOutcome, LoadError> {
        let mut agenda = Agenda::new(began, window);
        let mut heard: Vec<Tally> = Vec::new();
        while heard.len() < self.orders.len() {
            match self.told.recv_timeout(agenda.wait()) {
                Ok(WorkerMessage::Over(tally)) => heard.push(*tally),
                Ok(WorkerMessage::Ready(_)) | Err(RecvTimeoutError::Disconnected) => return Err(LoadError::Lost),
                Err(RecvTimeoutError::Timeout) => agenda.call(&self.progress, look),
            }
        }
        agenda.finish(look);
        let mut heard = heard.into_iter();
        let mut tally = heard.next().ok_or(LoadError::Lost)?;
        heard.for_each(|other| tally.add(other));
        let measured_ns = match window.until_ns {
            u64::MAX => tally.last_reply_ns,
            until_ns => until_ns - window.from_ns,
        };
        let kinds = crate::load::script::LoadScript::new(&plan.mix, plan.world).kinds;
        Ok(LoadOutcome { tally, kinds, seconds: measured_ns as f64 / 1e9 })
    }
}

/// When the coordinator is due to call `look`.
struct Agenda {
    begins: Option<Instant>,
    ends: Option<Instant>,
    is_over: bool,
    next_second: Instant,
}

impl Agenda {
    fn new(began: Instant, window: MeasurementWindow) -> Self {
        let at = |ns: u64| began.checked_add(Duration::from_nanos(ns));
        let ends = (window.until_ns != u64::MAX).then(|| at(window.until_ns)).flatten();
        Self { begins: at(window.from_ns), ends, is_over: false, next_second: began + Duration::from_secs(1) }
    }

    fn wait(&self) -> Duration {
        let next = [self.begins, self.ends, Some(self.next_second)].into_iter().flatten().min();
        next.map_or(Duration::ZERO, |next| next.saturating_duration_since(Instant::now()))
    }

    fn call(&mut self, progress: &LoadProgress, look: &mut impl FnMut(Milestone)) {
        let now = Instant::now();
        if self.begins.take_if(|at| *at <= now).is_some() {
            look(Milestone::Begins);
        }
        if self.ends.take_if(|at| *at <= now).is_some() {
            self.end(look);
        }
        if self.next_second <= now {
            self.next_second += Duration::from_secs(1);
            let (replies, broken) = (&progress.replies, &progress.broken);
            look(Milestone::Second {
                replies: replies.load(Ordering::Relaxed),
                broken: broken.load(Ordering::Relaxed),
            });
        }
    }

    fn end(&mut self, look: &mut impl FnMut(Milestone)) {
        self.is_over = true;
        look(Milestone::Ends);
    }

    /// A run of N requests ends when they are answered, possibly before any milestone was due.
    fn finish(&mut self, look: &mut impl FnMut(Milestone)) {
        if self.begins.take().is_some() {
            look(Milestone::Begins);
        }
        if !self.is_over {
            self.end(look);
        }
    }
}
