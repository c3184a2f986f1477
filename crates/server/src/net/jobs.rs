//! Jobs off the world's thread: how many run at the same time, how many wait, and in which order.

use std::cell::RefCell;
use std::rc::Rc;

use tokio::task::{spawn_blocking, spawn_local};

use crate::config::Config;
use crate::net::fair_queue::{FairQueue, QueueLimits};
use crate::net::returns::Returns;
use raidkeep_engine::address::AddressKey;
use raidkeep_engine::numbers::JobId;
use raidkeep_engine::request::{Job, JobQueue};
use raidkeep_engine::tick::Input;

/// The jobs of a world.
pub struct Jobs {
    returns: Returns,
    /// For jobs whose clients wait to log in.
    prompt: Rc<Queue>,
    /// For jobs that run one after the other.
    at_leisure: Rc<Queue>,
    /// For jobs that wait for a process beside the server.
    beside: Rc<Queue>,
}

/// How many processes a world has beside it at a time: they compete with the worlds for the machine.
const PROCESSES: usize = 1;

/// How many jobs may wait for one. Operators ask for them one by one.
const PROCESSES_WAITING: usize = 8;

/// Jobs wait by the address of their client; those of no client are of one asker.
type Queue = RefCell<FairQueue<Option<AddressKey>, (JobId, Job)>>;

impl Jobs {
    /// No jobs yet. Their results go to `returns`.
    pub fn new(returns: Returns, config: &Config) -> Self {
        let (identity, images) = (&config.identity, config.limits.image_jobs_waiting);
        let prompt = QueueLimits {
            at_a_time: identity.password_jobs,
            most: identity.password_jobs_waiting,
            per_asker: identity.password_jobs_per_address,
        };
        let at_leisure = QueueLimits { at_a_time: 1, most: images, per_asker: images };
        let beside = QueueLimits { at_a_time: PROCESSES, most: PROCESSES_WAITING, per_asker: PROCESSES_WAITING };
        let queue = |limits| Rc::new(Queue::new(FairQueue::new(limits)));
        Self { returns, prompt: queue(prompt), at_leisure: queue(at_leisure), beside: queue(beside) }
    }

    /// How many threads they may take.
    pub fn threads(config: &Config) -> usize {
        config.identity.password_jobs + 1 + PROCESSES
    }

    /// Starts a job as soon as it is its turn, or refuses it when too many wait. Must be called on the thread of the
    /// world.
    pub fn start(&self, number: JobId, job: Job) {
        let queue = match job.queue() {
            JobQueue::Prompt => &self.prompt,
            JobQueue::AtLeisure => &self.at_leisure,
            JobQueue::Beside => &self.beside,
        };
        let pushed = queue.borrow_mut().push(job.asker(), (number, job));
        match pushed {
            Ok(()) => run_next(queue, &self.returns),
            Err((number, _)) => self.returns.push(Input::JobRefused(number)),
        }
    }
}

/// Runs the queue's next job if there is a place for it, and then those after it.
fn run_next(queue: &Rc<Queue>, returns: &Returns) {
    let Some((asker, (number, job))) = queue.borrow_mut().start_next() else {
        return;
    };
    let (queue, returns) = (queue.clone(), returns.clone());
    spawn_local(async move {
        let result = spawn_blocking(|| job.run()).await;
        queue.borrow_mut().end(asker);
        run_next(&queue, &returns);
        returns.push(match result {
            Ok(finding) => Input::JobDone(number, finding),
            // It panicked, which fails only this request.
            Err(_) => Input::JobRefused(number),
        });
    });
}
