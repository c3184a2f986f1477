//! Jobs that systems start on their own, without a request.

use std::collections::HashMap;

use bevy_ecs::prelude::*;

use crate::numbers::JobId;
use crate::request::command::Command;
use crate::request::parked::Parked;
use crate::request::reply::Outbox;
use crate::request::{Fact, Job, Refusal};

/// Jobs of systems. Each has the key under which its feature asks for the result; like a request that waits for a job,
/// none of them outlives the process.
#[derive(Debug, Default, Resource)]
pub struct BackgroundJobs {
    starting: Vec<(JobKey, Job)>,
    running: HashMap<JobId, JobKey>,
    done: Vec<(JobKey, Option<Fact>)>,
}

/// The feature that a job belongs to, and its number within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobKey {
    /// The feature.
    pub owner: &'static str,
    /// The number within the feature.
    pub number: u64,
}

impl BackgroundJobs {
    /// Starts a job.
    pub fn start(&mut self, key: JobKey, job: Job) {
        self.starting.push((key, job));
    }

    /// The finished jobs of a feature, in the order in which they ended: number and result, which is `None` if there
    /// was no room for the job.
    pub fn take_done(&mut self, owner: &'static str) -> Vec<(u64, Option<Fact>)> {
        let done = self.done.extract_if(.., |(key, _)| key.owner == owner);
        done.map(|(key, fact)| (key.number, fact)).collect()
    }

    /// Takes the jobs that are to be started, each with the number it gets.
    fn take_starting(&mut self, mut next: impl FnMut() -> JobId) -> Vec<(JobId, Job)> {
        let started = self.starting.drain(..).map(|(key, job)| {
            let id = next();
            self.running.insert(id, key);
            (id, job)
        });
        started.collect()
    }

    /// Notes that a job has ended, if it is one of these.
    fn note_done(&mut self, id: JobId, fact: Option<Fact>) {
        if let Some(key) = self.running.remove(&id) {
            self.done.push((key, fact));
        }
    }
}

/// Adds the jobs of systems to those of requests.
pub(crate) fn start(world: &mut World) {
    world.resource_scope(|world, mut background: Mut<BackgroundJobs>| {
        let mut parked = world.resource_mut::<Parked>();
        let started = background.take_starting(|| parked.next_job());
        world.resource_mut::<Outbox>().jobs.extend(started);
    });
}

/// Records that a job has ended, with its result unless there was no room for it. Returns the request that waited for
/// it and can now continue.
pub(crate) fn end(world: &mut World, job: JobId, fact: Option<Fact>) -> Option<Command> {
    let Some(command) = world.resource_mut::<Parked>().take_job(job) else {
        world.resource_mut::<BackgroundJobs>().note_done(job, fact);
        return None;
    };
    match fact {
        Some(fact) => Some(Command { fact: Some(fact), ..command }),
        None => {
            command.reply_to.refuse(&Refusal::busy("server busy, retry later"));
            None
        }
    }
}
