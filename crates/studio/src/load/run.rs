//! A run: threads that open connections, begin at the same moment, and tell what they have heard.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use thiserror::Error;
use tokio::sync::Notify;

use crate::load::client::Progress;
use crate::load::connection::Broken;
use crate::load::mix::Mix;
use crate::load::pace::Window;
use crate::load::pacer::{self, Pacer};
use crate::load::tally::Tally;
use crate::load::worker::{self, Order};

/// Requests of a client that may be under way in an open loop; the server takes no more of a connection by default.
pub const OPEN_LOOP_IN_FLIGHT: usize = 64;
/// From the order to begin to the first request, so that all threads have heard it.
const LEAD: Duration = Duration::from_millis(20);

/// How long a run is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Length {
    /// So long, after a warm-up that is not counted.
    Time {
        /// Not counted.
        warm_up: Duration,
        /// Counted.
        measured: Duration,
    },
    /// So many requests, all of them counted.
    Requests(u64),
}

/// What a run is to do.
#[derive(Debug)]
pub struct Plan {
    /// What is asked.
    pub mix: Mix,
    /// `HOST:PORT` of the server.
    pub address: String,
    /// Which world.
    pub world: u32,
    /// What `{run}` stands for: the same label finds the same accounts again.
    pub run: String,
    /// How many clients.
    pub clients: usize,
    /// Requests of a client that may be under way; `None` as the mix says, in an open loop [`OPEN_LOOP_IN_FLIGHT`].
    pub in_flight: Option<usize>,
    /// Connections beside the clients; `None` as the mix says.
    pub idle: Option<usize>,
    /// Threads of the load itself.
    pub threads: usize,
    /// Requests a second of all clients together, whatever the answers do; `None` for a closed loop.
    pub rate: Option<f64>,
    /// How long.
    pub length: Length,
    /// What the choice of sequences follows from.
    pub seed: u64,
}

impl Plan {
    /// Requests of a client that may be under way.
    #[must_use]
    pub fn under_way_max(&self) -> usize {
        let usual = if self.rate.is_some() { OPEN_LOOP_IN_FLIGHT } else { self.mix.in_flight };
        self.in_flight.unwrap_or(usual)
    }

    /// Connections beside the clients.
    #[must_use]
    pub fn idle_connections(&self) -> usize {
        self.idle.unwrap_or(self.mix.idle.connections)
    }

    fn window(&self) -> Window {
        let ns = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        match self.length {
            Length::Time { warm_up, measured } => {
                Window { from_ns: ns(warm_up), until_ns: ns(warm_up.saturating_add(measured)) }
            }
            Length::Requests(_) => Window { from_ns: 0, until_ns: u64::MAX },
        }
    }
}

/// Moments of a run at which somebody may want to look at the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Nothing is connected yet.
    Before,
    /// The idle connections are open.
    IdleOpen,
    /// What is asked from now on is counted.
    Begins,
    /// Another second is over.
    Second {
        /// Replies so far, those of the warm-up too.
        replies: u64,
        /// Connections that broke.
        broken: u64,
    },
    /// What was counted is over.
    Ends,
}

/// What came of a run.
#[derive(Debug)]
pub struct Outcome {
    /// What was heard.
    pub tally: Tally,
    /// The functions, in the order of the tally's kinds.
    pub kinds: Vec<String>,
    /// How long was counted.
    pub seconds: f64,
}

/// Why a run did not begin.
#[derive(Debug, Error)]
pub enum LoadError {
    /// A connection could not be opened, or its start failed.
    #[error("{opened} connections were opened, and then: {why}")]
    Opening {
        /// How many connections of the thread were open.
        opened: usize,
        /// What was in the way.
        why: Broken,
    },
    /// The system gives no thread or no runtime.
    #[error("cannot start a thread: {0}")]
    Thread(#[from] std::io::Error),
    /// A thread of the load has ended early; this is a fault of the program.
    #[error("a thread of the load has ended early")]
    Lost,
}

/// What a thread tells the coordinator.
#[derive(Debug)]
pub enum Told {
    /// The phase is done.
    Ready(Result<(), LoadError>),
    /// The run is over.
    Over(Box<Tally>),
}

/// Carries a plan out; `look` is called at the moments of the run, on this thread.
///
/// # Errors
///
/// When the connections cannot be opened. What breaks later is part of the outcome.
pub fn run(plan: Plan, mut look: impl FnMut(Moment)) -> Result<Outcome, LoadError> {
    let plan = Arc::new(plan);
    let crew = Crew::hire(&plan)?;
    look(Moment::Before);
    crew.order_and_wait(|| Order::OpenIdle)?;
    look(Moment::IdleOpen);
    crew.order_and_wait(|| Order::OpenClients)?;
    let began = Instant::now() + LEAD;
    let window = plan.window();
    let pacer = plan.rate.map(|rate| pacer::start(rate, began, window, crew.wakes.clone())).transpose()?;
    crew.order(|| Order::Run { began, window });
    let outcome = crew.watch(&plan, began, window, &mut look);
    pacer.into_iter().for_each(Pacer::stop);
    outcome
}

/// The threads, seen from the coordinator. They end when it is dropped.
struct Crew {
    orders: Vec<Sender<Order>>,
    told: Receiver<Told>,
    progress: Arc<Progress>,
    wakes: Vec<Arc<Notify>>,
}

impl Crew {
    fn hire(plan: &Arc<Plan>) -> Result<Self, LoadError> {
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

    /// A thread that is gone has told why, or shows by telling nothing.
    fn order(&self, order: impl Fn() -> Order) {
        self.orders.iter().for_each(|sender| drop(sender.send(order())));
    }

    fn order_and_wait(&self, order: impl Fn() -> Order) -> Result<(), LoadError> {
        self.order(order);
        for _ in &self.orders {
            match self.told.recv() {
                Ok(Told::Ready(ready)) => ready?,
                Ok(Told::Over(_)) | Err(_) => return Err(LoadError::Lost),
            }
        }
        Ok(())
    }

    /// Waits until all threads are done, and calls `look` in time.
    fn watch(
        &self,
        plan: &Plan,
        began: Instant,
        window: Window,
        look: &mut impl FnMut(Moment),
    ) -> Result<Outcome, LoadError> {
        let mut agenda = Agenda::new(began, window);
        let mut heard: Vec<Tally> = Vec::new();
        while heard.len() < self.orders.len() {
            match self.told.recv_timeout(agenda.wait()) {
                Ok(Told::Over(tally)) => heard.push(*tally),
                Ok(Told::Ready(_)) | Err(RecvTimeoutError::Disconnected) => return Err(LoadError::Lost),
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
        let kinds = crate::load::script::Script::new(&plan.mix, plan.world).kinds;
        Ok(Outcome { tally, kinds, seconds: measured_ns as f64 / 1e9 })
    }
}

/// When the coordinator has something to do.
struct Agenda {
    begins: Option<Instant>,
    ends: Option<Instant>,
    is_over: bool,
    next_second: Instant,
}

impl Agenda {
    fn new(began: Instant, window: Window) -> Self {
        let at = |ns: u64| began.checked_add(Duration::from_nanos(ns));
        let ends = (window.until_ns != u64::MAX).then(|| at(window.until_ns)).flatten();
        Self { begins: at(window.from_ns), ends, is_over: false, next_second: began + Duration::from_secs(1) }
    }

    fn wait(&self) -> Duration {
        let next = [self.begins, self.ends, Some(self.next_second)].into_iter().flatten().min();
        next.map_or(Duration::ZERO, |next| next.saturating_duration_since(Instant::now()))
    }

    fn call(&mut self, progress: &Progress, look: &mut impl FnMut(Moment)) {
        let now = Instant::now();
        if self.begins.take_if(|at| *at <= now).is_some() {
            look(Moment::Begins);
        }
        if self.ends.take_if(|at| *at <= now).is_some() {
            self.end(look);
        }
        if self.next_second <= now {
            self.next_second += Duration::from_secs(1);
            let (replies, broken) = (&progress.replies, &progress.broken);
            look(Moment::Second { replies: replies.load(Ordering::Relaxed), broken: broken.load(Ordering::Relaxed) });
        }
    }

    fn end(&mut self, look: &mut impl FnMut(Moment)) {
        self.is_over = true;
        look(Moment::Ends);
    }

    /// A run of so many requests ends when they are answered, perhaps before anybody has looked.
    fn finish(&mut self, look: &mut impl FnMut(Moment)) {
        if self.begins.take().is_some() {
            look(Moment::Begins);
        }
        if !self.is_over {
            self.end(look);
        }
    }
}
