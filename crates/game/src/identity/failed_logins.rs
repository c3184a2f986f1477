//! Failed log-ins in the log and in the metrics. The log names the address and never what was typed.

use std::net::IpAddr;

use bevy_app::App;
use bevy_ecs::prelude::*;
use bevy_time::{Real, Time};

use raidkeep_engine::meters::Meters;
use raidkeep_engine::start::StartApp;
use raidkeep_engine::throttle::LogThrottle;

/// The counter of failed log-ins.
const COUNTER: &str = "raidkeep_logins_failed_total";

/// Why a log-in failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LoginFailure {
    /// No account has the e-mail address.
    NotRegistered,
    /// The password is wrong.
    WrongPassword,
    /// Too many have failed before.
    TooManyAttempts,
}

impl LoginFailure {
    const ALL: [Self; 3] = [Self::NotRegistered, Self::WrongPassword, Self::TooManyAttempts];

    fn label(self) -> &'static str {
        match self {
            Self::NotRegistered => "not_registered",
            Self::WrongPassword => "wrong_password",
            Self::TooManyAttempts => "too_many_attempts",
        }
    }
}

#[derive(Default, Resource)]
struct FailedLogins(LogThrottle);

pub(super) fn register(app: &mut App) {
    app.init_resource::<FailedLogins>().add_start_hook(|world| {
        let meters = world.resource::<Meters>();
        LoginFailure::ALL.iter().for_each(|failure| drop(meters.counter(COUNTER, &[("why", failure.label())])));
    });
}

/// Notes a failed log-in.
pub(super) fn note(world: &mut World, address: Option<IpAddr>, failure: LoginFailure) {
    world.resource::<Meters>().counter(COUNTER, &[("why", failure.label())]).increment(1);
    let now = world.resource::<Time<Real>>().elapsed();
    if let Some(log_ins) = world.resource_mut::<FailedLogins>().0.note(now) {
        let address = address.map(|address| address.to_string());
        tracing::warn!(address, why = failure.label(), log_ins, "log-ins fail; the address is that of the last one");
    }
}
