//! Wakes the clients of an open loop on time. The runtime's timers have a resolution of a millisecond, which would add
//! to every latency; a sleeping thread is accurate to some fifty microseconds.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::load::client::ClientContext;
use crate::load::pace::{MeasurementWindow, RequestSchedule};

/// Minimum time between wake-ups, which cost CPU on the machine being measured.
const QUANTUM: Duration = Duration::from_micros(100);
/// How long a pacer may take to notice that it should stop.
const LONGEST_SLEEP: Duration = Duration::from_millis(50);

/// A thread that wakes the threads of the clients.
#[derive(Debug)]
pub struct Pacer {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

/// Starts a pacer.
///
/// # Errors
///
/// The system cannot start a thread.
pub fn start(rate: f64, began: Instant, window: MeasurementWindow, wakes: Vec<Arc<Notify>>) -> std::io::Result<Pacer> {
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = stop.clone();
    let pace = move || {
        let (mut schedule, mut shortest) = (RequestSchedule::new(rate, 0, 1), QUANTUM);
        while !stopped.load(Ordering::Relaxed) {
            let next = began.checked_add(Duration::from_nanos(schedule.next_ns().min(window.until_ns)));
            let wait = next.map_or(LONGEST_SLEEP, |next| next.saturating_duration_since(Instant::now()));
            std::thread::sleep(wait.clamp(shortest, LONGEST_SLEEP));
            let now_ns = u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX);
            let is_over = now_ns >= window.until_ns;
            if is_over {
                shortest = LONGEST_SLEEP;
            }
            let mut is_due = is_over;
            while schedule.take(now_ns, window).is_some() {
                is_due = true;
            }
            if is_due {
                wakes.iter().for_each(|wake| wake.notify_one());
            }
        }
    };
    let thread = std::thread::Builder::new().name("raidkeep-pacer".into()).spawn(pace)?;
    Ok(Pacer { stop, thread })
}

impl Pacer {
    /// Stops the thread.
    pub fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        // A panic has already been reported on stderr.
        let _ = self.thread.join();
    }
}

/// Forwards a wake-up of the thread to those of its clients that have a request due. `clients` holds the notifiers of
/// the clients numbered `first`, `first + step` and so on.
pub async fn hand_on(
    woken: Arc<Notify>,
    rate: f64,
    (first, step, all): (usize, usize, usize),
    clients: Vec<Rc<Notify>>,
    around: Rc<ClientContext>,
) {
    let window = around.common.window.get();
    let mut schedules: Vec<RequestSchedule> =
        (0..clients.len()).map(|at| RequestSchedule::new(rate, first + at * step, all)).collect();
    let mut at = 0;
    loop {
        woken.notified().await;
        let now_ns = around.now_ns();
        // The clients take turns, so no client after one that is not due is due either.
        while !schedules.is_empty() && schedules[at].take(now_ns, window).is_some() {
            clients[at].notify_one();
            at = (at + 1) % schedules.len();
        }
        if now_ns >= window.until_ns {
            clients.iter().for_each(|client| client.notify_one());
        }
    }
}
