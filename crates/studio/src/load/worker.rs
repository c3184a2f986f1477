//! A load thread: opens its share of the connections and runs its clients on its own runtime.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};
use std::time::Instant;

use futures_util::StreamExt;
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use tokio::task::{JoinSet, LocalSet};
use tokio::time::timeout;

use crate::load::asker::RequestSource;
use crate::load::client::{self, ClientContext, LoadProgress, PATIENCE};
use crate::load::connection::{ClientConnection, ConnectionError};
use crate::load::desk::{Common, Desk};
use crate::load::pace::{MeasurementWindow, RequestSchedule};
use crate::load::pacer;
use crate::load::run::{Length, LoadError, LoadPlan, WorkerMessage};
use crate::load::script::{LoadScript, Values};
use crate::load::tally::Tally;

/// Connections opened concurrently.
const OPENING: usize = 64;

/// An order to a load thread.
#[derive(Debug)]
pub(super) enum Order {
    /// Open its share of the idle connections.
    OpenIdle,
    /// Open the connections of its clients.
    OpenClients,
    /// Run the clients.
    Run {
        /// When the run begins.
        began: Instant,
        /// When measurements count.
        window: MeasurementWindow,
    },
}

/// Starts a thread. It ends when the order channel closes.
///
/// # Errors
///
/// The system cannot start a thread or a runtime.
pub(super) fn start(
    thread: usize,
    plan: Arc<LoadPlan>,
    progress: Arc<LoadProgress>,
    wake: Arc<Notify>,
    orders: Receiver<Order>,
    teller: Sender<WorkerMessage>,
) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let work = move || {
        let _alarm = Alarm(teller.clone());
        let mut worker = Worker::new(thread, plan, progress, wake, runtime);
        while let Ok(order) = orders.recv() {
            let told = match order {
                Order::OpenIdle => WorkerMessage::Ready(worker.open_idle()),
                Order::OpenClients => WorkerMessage::Ready(worker.open_clients()),
                Order::Run { began, window } => WorkerMessage::Over(Box::new(worker.run(began, window))),
            };
            // If the coordinator is gone, the next `recv` ends the loop.
            let _ = teller.send(told);
        }
    };
    std::thread::Builder::new().name(format!("raidkeep-load-{thread}")).spawn(work)?;
    Ok(())
}

/// Tells the coordinator that the thread has panicked, so that it does not wait forever.
struct Alarm(Sender<WorkerMessage>);

impl Drop for Alarm {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let _ = self.0.send(WorkerMessage::Ready(Err(LoadError::Lost)));
        }
    }
}

struct Worker {
    thread: usize,
    plan: Arc<LoadPlan>,
    progress: Arc<LoadProgress>,
    wake: Arc<Notify>,
    runtime: Runtime,
    script: Rc<LoadScript>,
    idle: Vec<ClientConnection>,
    clients: Vec<Ready>,
}

/// A client that has finished its start. Clients that connect for each sequence have no connection yet.
struct Ready {
    number: usize,
    connection: Option<ClientConnection>,
    values: Values,
}

impl Worker {
    fn new(
        thread: usize,
        plan: Arc<LoadPlan>,
        progress: Arc<LoadProgress>,
        wake: Arc<Notify>,
        runtime: Runtime,
    ) -> Self {
        let script = Rc::new(LoadScript::new(&plan.mix, plan.world));
        Self { thread, plan, progress, wake, runtime, script, idle: Vec::new(), clients: Vec::new() }
    }

    /// This thread's numbers below `all`.
    fn share(&self, all: usize) -> Vec<usize> {
        (self.thread..all).step_by(self.plan.threads).collect()
    }

    fn open_idle(&mut self) -> Result<(), LoadError> {
        let numbers = self.share(self.plan.idle_connections());
        // Idle players are numbered after the clients, so that no account has two connections.
        let numbers = numbers.into_iter().map(|number| self.plan.clients + number).collect();
        let opened = self.open(numbers, self.plan.mix.idle.start, true)?;
        self.idle = opened.into_iter().filter_map(|ready| ready.connection).collect();
        Ok(())
    }

    fn open_clients(&mut self) -> Result<(), LoadError> {
        self.clients = self.open(self.share(self.plan.clients), true, !self.script.reconnects)?;
        Ok(())
    }

    fn open(&self, numbers: Vec<usize>, starts: bool, connects: bool) -> Result<Vec<Ready>, LoadError> {
        let open = |number: usize| async move {
            let mut values = self.script.values(&self.plan.run, number);
            if !connects {
                return Ok(Ready { number, connection: None, values });
            }
            let opening = timeout(PATIENCE, ClientConnection::open(&self.plan.server)).await;
            let mut connection = opening.map_err(|_| ConnectionError::Silent(PATIENCE.as_secs()))??;
            if starts {
                client::start(&mut connection, &self.script, &mut values).await?;
            }
            Ok(Ready { number, connection: Some(connection), values })
        };
        self.runtime.block_on(async {
            let mut opening = futures_util::stream::iter(numbers).map(open).buffer_unordered(OPENING);
            let mut opened: Vec<Ready> = Vec::new();
            while let Some(ready) = opening.next().await {
                opened.push(ready.map_err(|why| LoadError::Opening { opened: opened.len(), why })?);
            }
            // Connections finish opening in any order; the run should not depend on it.
            opened.sort_by_key(|ready| ready.number);
            Ok(opened)
        })
    }

    fn run(&mut self, began: Instant, window: MeasurementWindow) -> Tally {
        let common = Rc::new(Common {
            script: self.script.clone(),
            tally: RefCell::new(Tally::new(self.script.kinds.len())),
            window: Cell::new(window),
            left: Cell::new(self.share_of_requests()),
            in_flight: self.plan.under_way_max(),
        });
        let around = Rc::new(ClientContext {
            server: self.plan.server.clone(),
            began: began.into(),
            progress: self.progress.clone(),
            common: common.clone(),
        });
        let clients = std::mem::take(&mut self.clients);
        let local = LocalSet::new();
        self.runtime.block_on(local.run_until(self.run_clients(clients, &around)));
        drop((local, around));
        self.look_after_idle(&common);
        let empty = Tally::new(0);
        common.tally.replace(empty)
    }

    async fn run_clients(&self, clients: Vec<Ready>, around: &Rc<ClientContext>) {
        tokio::time::sleep_until(around.began).await;
        let (mut running, mut wakes) = (JoinSet::new(), Vec::new());
        for Ready { number, connection, values } in clients {
            let seed = self.plan.seed.wrapping_add(number as u64);
            let asker = RequestSource::new(self.script.clone(), values, seed);
            let schedule = self.plan.rate.map(|rate| RequestSchedule::new(rate, number, self.plan.clients));
            let desk = Desk::new(around.common.clone(), asker, schedule);
            let wake = Rc::new(Notify::new());
            wakes.push(wake.clone());
            match connection {
                Some(connection) => running.spawn_local(client::run(connection, desk, wake, around.clone())),
                None => running.spawn_local(client::run_reconnecting(desk, wake, around.clone())),
            };
        }
        if let Some(rate) = self.plan.rate {
            let whose = (self.thread, self.plan.threads, self.plan.clients);
            let handing = pacer::hand_on(self.wake.clone(), rate, whose, wakes, around.clone());
            tokio::select! {
                () = handing => {}
                () = all_done(&mut running) => {}
            }
        } else {
            all_done(&mut running).await;
        }
    }

    /// Counts idle connections that have broken.
    fn look_after_idle(&mut self, common: &Common) {
        let _inside = self.runtime.enter();
        // Readiness is updated only while the runtime runs.
        self.runtime.block_on(tokio::task::yield_now());
        for connection in &mut self.idle {
            if let Err(why) = connection.look() {
                common.tally.borrow_mut().connection_broke(&format!("a silent connection: {why}"), 0);
            }
        }
    }

    fn share_of_requests(&self) -> u64 {
        match self.plan.length {
            Length::Time { .. } => u64::MAX,
            Length::Requests(all) => {
                let (thread, threads) = (self.thread as u64, self.plan.threads as u64);
                all / threads + u64::from(thread < all % threads)
            }
        }
    }
}

async fn all_done(running: &mut JoinSet<()>) {
    while let Some(ended) = running.join_next().await {
        if let Err(error) = ended {
            // A client that panicked is a bug, and without its share the figures would be wrong.
            std::panic::resume_unwind(error.into_panic());
        }
    }
}
