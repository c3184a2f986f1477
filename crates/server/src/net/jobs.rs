//! Jobs off the world's thread: how many run at the same time, and how many wait.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::{spawn_blocking, spawn_local};

use crate::config::Config;
use crate::net::inbox::Inbox;
use raidkeep_engine::numbers::JobId;
use raidkeep_engine::request::Job;
use raidkeep_engine::tick::Input;

/// The jobs of a world.
pub struct Jobs {
    inbox: Arc<Inbox>,
    /// For jobs whose clients wait to log in.
    prompt: Queue,
    /// For jobs that run one after the other.
    at_leisure: Queue,
}

struct Queue {
    places: Arc<Semaphore>,
    /// How many jobs run or wait.
    jobs: Rc<Cell<usize>>,
    jobs_max: usize,
}

impl Queue {
    fn new(at_a_time: usize, jobs_max: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(at_a_time)), jobs: Rc::default(), jobs_max }
    }
}

impl Jobs {
    /// No jobs yet. Their results go to `inbox`.
    pub fn new(inbox: Arc<Inbox>, config: &Config) -> Self {
        let identity = &config.identity;
        let prompt = Queue::new(identity.password_jobs, identity.password_jobs_waiting);
        Self { inbox, prompt, at_leisure: Queue::new(1, config.limits.image_jobs_waiting) }
    }

    /// How many threads they may take.
    pub fn threads(config: &Config) -> usize {
        config.identity.password_jobs + 1
    }

    /// Starts a job, or refuses it when too many wait. Must be called on the thread of the world.
    pub fn start(&self, number: JobId, job: Job) {
        let queue = if job.is_at_leisure() { &self.at_leisure } else { &self.prompt };
        if queue.jobs.get() >= queue.jobs_max {
            self.inbox.push(Input::JobRefused(number));
            return;
        }
        queue.jobs.update(|jobs| jobs + 1);
        let (inbox, places, jobs) = (self.inbox.clone(), queue.places.clone(), queue.jobs.clone());
        spawn_local(async move {
            let _place = places.acquire_owned().await;
            let result = spawn_blocking(|| job.run()).await;
            jobs.update(|jobs| jobs - 1);
            inbox.push(match result {
                Ok(finding) => Input::JobDone(number, finding),
                // It panicked, which fails only this request.
                Err(_) => Input::JobRefused(number),
            });
        });
    }
}
