//! When and from where an account has logged in lately, for operators.

use std::net::IpAddr;

use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use raidkeep_engine::clock::Clock;
use raidkeep_engine::storage::{Arrival, EditWorld, PlayerRow, Unfit};

/// How somebody has logged in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LogInWay {
    /// With e-mail address and password.
    Password,
    /// As a guest, with what the device calls itself.
    Device,
}

/// A log-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotedLogIn {
    /// Unix seconds.
    pub at: i64,
    /// Where it came from; `None` from within the process.
    pub address: Option<IpAddr>,
    /// How.
    pub way: LogInWay,
}

/// The latest log-ins of an account.
#[derive(Debug, Default, Component, Serialize, Deserialize)]
pub struct LogIns {
    /// Newest first.
    latest: Vec<NotedLogIn>,
}

impl LogIns {
    /// How many log-ins of an account are kept.
    pub const KEPT: usize = 20;

    fn note(&mut self, log_in: NotedLogIn) {
        self.latest.truncate(Self::KEPT - 1);
        self.latest.insert(0, log_in);
    }

    /// Newest first.
    pub fn latest(&self) -> &[NotedLogIn] {
        &self.latest
    }
}

impl PlayerRow for LogIns {
    const TABLE: &'static str = "log_ins";

    fn newcomer(_: &World) -> Self {
        Self::default()
    }

    fn arrive(&mut self, _: Arrival<'_>) -> Result<(), Unfit> {
        match self.latest.len() <= Self::KEPT {
            true => Ok(()),
            false => Err(Unfit::at("latest", format!("expected {} log-ins at most", Self::KEPT))),
        }
    }
}

/// Notes that a player logs in.
pub(super) fn note(world: &mut World, entity: Entity, address: Option<IpAddr>, way: LogInWay) {
    let at = world.resource::<Clock>().now();
    if let Some(mut log_ins) = world.edit::<LogIns>(entity) {
        log_ins.note(NotedLogIn { at, address, way });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_twenty_log_ins_are_kept_newest_first() {
        let mut log_ins = LogIns::default();
        (1..=25).for_each(|at| log_ins.note(NotedLogIn { at, address: None, way: LogInWay::Device }));
        let kept: Vec<i64> = log_ins.latest().iter().map(|log_in| log_in.at).collect();
        assert_eq!(kept, (6..=25).rev().collect::<Vec<_>>());
    }
}
