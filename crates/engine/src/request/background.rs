//! Jobs that systems start by themselves, for no request.

use std::collections::HashMap;

use bevy_ecs::prelude::*;

use crate::numbers::JobId;
use crate::request::{Fact, Job};

/// Jobs of systems. Each has the key under which its feature asks for the result; like a request that waits for a job,
/// none of them outlives the process.
#[derive(Debug, Default, Resource)]
pub struct BackgroundJobs {
    starting: Vec<(JobKey, Job)>,
    running: HashMap<JobId, JobKey>,
    done: Vec<(JobKey, Option<Fact>)>,
}

/// Whose job it is, and which of that feature's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobKey {
    /// The feature.
    pub owner: &'static str,
    /// A number of its own.
    pub number: u64,
}

impl BackgroundJobs {
    /// Starts a job.
    pub fn start(&mut self, key: JobKey, job: Job) {
        self.starting.push((key, job));
    }

    /// The jobs of a feature that have ended, in the order in which they did: number and result, which is `None` when
    /// there was no room for the job.
    pub fn take_done(&mut self, owner: &'static str) -> Vec<(u64, Option<Fact>)> {
        let done = self.done.extract_if(.., |(key, _)| key.owner == owner);
        done.map(|(key, fact)| (key.number, fact)).collect()
    }

    /// Takes the jobs that are to be started, each with the number it gets.
    pub(crate) fn take_starting(&mut self, mut next: impl FnMut() -> JobId) -> Vec<(JobId, Job)> {
        let started = self.starting.drain(..).map(|(key, job)| {
            let id = next();
            self.running.insert(id, key);
            (id, job)
        });
        started.collect()
    }

    /// Notes that a job has ended, if it is one of these.
    pub(crate) fn note_done(&mut self, id: JobId, fact: Option<Fact>) {
        if let Some(key) = self.running.remove(&id) {
            self.done.push((key, fact));
        }
    }
}
