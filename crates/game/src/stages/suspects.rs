//! Players whose clients report what an honest one does not: the records of them, and `suspect_list` for operators.

use std::cmp::Reverse;
use std::time::Duration;

use bevy_app::App;
use bevy_ecs::prelude::*;
use bevy_time::{Real, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::boss::BossField;
use crate::stages::requests::RaiderItem;
use crate::stages::session::StageSession;
use crate::stages::terms::SessionTables;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::meters::Meters;
use raidkeep_engine::operators::Right;
use raidkeep_engine::realm::incidents::{self, IncidentKind};
use raidkeep_engine::request;
use raidkeep_engine::request::answer::rows_found;
use raidkeep_engine::request::lenient::{self, Given, Integer};
use raidkeep_engine::request::{Call, Operator, Refusal, Success, Waits};
use raidkeep_engine::start::StartApp;
use raidkeep_engine::storage::{Archive, ArchivedRow, FoundRows, RowQuery};
use raidkeep_engine::throttle::LogThrottle;
use raidkeep_engine::travel::{PortabilityApp, Traveller};
use raidkeep_engine::verify::VerifyApp;

pub(super) fn register(app: &mut App) {
    app.init_resource::<Misdeeds>().add_start_hook(|world| {
        let meters = world.resource::<Meters>();
        let counters =
            Misdeed::ALL.map(|misdeed| meters.counter("raidkeep_abnormal_data_total", &[("what", misdeed.label())]));
        world.resource_mut::<Misdeeds>().counters = Some(counters);
    });
    app.add_waiting_request::<SuspectList, _>(suspect_list);
    app.add_archived_rows::<Suspect>().add_farewell(forget);
}

/// What a client does that an honest one does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Misdeed {
    /// It reports no damage, or more than a player can have dealt.
    Damage,
    /// It enters a stage while it is in another that cannot be left at will.
    StillInside,
    /// It leaves a stage that it has not entered.
    NotEntered,
}

impl Misdeed {
    const ALL: [Self; 3] = [Self::Damage, Self::StillInside, Self::NotEntered];

    /// As in the metrics and in `suspect_list`.
    fn label(self) -> &'static str {
        match self {
            Self::Damage => "damage",
            Self::StillInside => "still_inside",
            Self::NotEntered => "not_entered",
        }
    }

    /// As an incident.
    fn words(self) -> &'static str {
        match self {
            Self::Damage => "a client reports damage that its player cannot have dealt, or none",
            Self::StillInside => "a client enters a stage while it is in another",
            Self::NotEntered => "a client leaves a stage that it has not entered",
        }
    }
}

/// Abnormal data in the log and in the metrics.
#[derive(Default, Resource)]
pub(super) struct Misdeeds {
    throttle: LogThrottle,
    /// In the order of [`Misdeed::ALL`]; `None` before the world starts.
    counters: Option<[metrics::Counter; 3]>,
}

impl Misdeeds {
    /// Notes an anomaly of a suspect at `now` (real time).
    fn note(&mut self, account: AccountId, suspect: &Suspect, now: Duration) {
        let Suspect { name, counts: (_, _, so_far), last, .. } = suspect;
        if let Some(counters) = &self.counters {
            counters[last.what as usize].increment(1);
        }
        if let Some(events) = self.throttle.note(now) {
            let Anomaly { what, stage, damage, most, .. } = last;
            tracing::warn!(
                incident = "abnormal_data", player = %name, %account, what = what.label(), stage, damage, most, so_far, events,
                "a client sends abnormal data; suspect_list shows all such players"
            );
        }
    }
}

/// Records an anomaly, in the metrics and the log too. `counts` are the player's entries, exits and anomalies.
///
/// It is a command, since honest players' requests need nothing of what it touches.
pub(super) fn note(
    account: AccountId,
    name: String,
    counts: (u64, u64, u32),
    last: Anomaly,
) -> impl FnOnce(&mut World) + Send {
    move |world| {
        let suspect = Suspect { name, counts, last, at: world.resource::<Clock>().now() };
        world.resource_mut::<Archive>().put(&account.to_key(), &suspect);
        let now = world.resource::<Time<Real>>().elapsed();
        world.resource_mut::<Misdeeds>().note(account, &suspect, now);
        incidents::note(world, IncidentKind::AbnormalData, last.what.words(), "", &last.circumstances(account));
    }
}

/// An anomaly and its circumstances.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) struct Anomaly {
    /// What was abnormal.
    what: Misdeed,
    /// The stage that it was about.
    stage: i64,
    /// The reported damage, if there was one.
    damage: Option<i64>,
    /// The most that would have been believed.
    most: Option<u64>,
    /// The player's level, and the seconds it had been in the stage.
    level: Option<u32>,
    /// How long the player had been in the stage.
    seconds: Option<i64>,
}

impl Anomaly {
    /// One that is not about damage.
    pub(super) fn new(what: Misdeed, stage: i64) -> Self {
        Self { what, stage, damage: None, most: None, level: None, seconds: None }
    }

    /// In words, for the incident.
    fn circumstances(&self, account: AccountId) -> String {
        let compared = match (self.damage, self.most) {
            (Some(damage), Some(most)) => format!(": damage {damage}, at most {most} is believed"),
            _ => String::new(),
        };
        format!("player {} in stage {}{compared}; suspect_list shows all such players", account.0, self.stage)
    }
}

/// The damage reported by a client, if any.
pub(super) fn reported_damage(damage: Given) -> Result<Option<i64>, Refusal> {
    match damage {
        Given::Missing => Ok(None),
        Given::Number(damage) => Ok(Some(damage)),
        Given::Other => Err(Refusal::malformed("data.damage", "an integer")),
    }
}

/// The damage that a player reports, if it is plausible in this session.
pub(super) fn believe(
    player: &RaiderItem,
    session: StageSession,
    reported: Option<i64>,
    tables: &SessionTables,
    field: &BossField,
) -> Result<u64, Anomaly> {
    let level = tables.levels.standing(player.experience.total).level;
    let open = session.open();
    let seconds = tables.clock.now().saturating_sub(open.entered_at).max(0);
    let rules = tables.stages_of(Some(session)).mode(open.mode).and_then(|rules| rules.stage(open.stage));
    let most = tables.former.get(session.terms(), &field.rules).most_damage(
        rules.and_then(|block| block.plausible_damage),
        level,
        seconds,
    );
    let damage = reported.and_then(|damage| u64::try_from(damage).ok()).filter(|damage| *damage <= most);
    damage.ok_or(Anomaly {
        what: Misdeed::Damage,
        stage: open.stage.into(),
        damage: reported,
        most: Some(most),
        level: Some(level),
        seconds: Some(seconds),
    })
}

/// The record of a suspicious player for operators: one row each, by account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Suspect {
    pub(super) name: String,
    /// How often stages were entered and left, and how often something was abnormal.
    pub(super) counts: (u64, u64, u32),
    /// The last anomaly, and when it was, unix seconds.
    pub(super) last: Anomaly,
    pub(super) at: i64,
}

impl ArchivedRow for Suspect {
    const TABLE: &'static str = "suspects";
}

fn forget(world: &mut World, player: Traveller) {
    world.resource_mut::<Archive>().delete::<Suspect>(&player.account.to_key());
}

/// How many are examined: those with the newest accounts.
const READ_MAX: usize = 20_000;

/// `suspect_list {limit}`: players with anomalies, those with the most first.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SuspectList {
    /// Missing = 50.
    #[serde(default, deserialize_with = "lenient::optional_integer")]
    #[schemars(with = "Option<Integer>")]
    limit: Option<i64>,
}

request!(Operator, "suspect_list", SuspectList => Suspects, RIGHT = Right::VIEW);

/// The reply of `suspect_list`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Suspects {
    /// How many there are in all.
    total: usize,
    /// Those with the most anomalies first.
    suspects: Vec<SuspectShown>,
}

/// A suspicious player as an operator sees it.
#[derive(Debug, Serialize, JsonSchema)]
struct SuspectShown {
    /// The player's name.
    name: String,
    /// The account's number.
    account: u64,
    /// How often something was abnormal.
    anomalies: u32,
    /// How many stages were entered.
    entered: u64,
    /// How many stages were left.
    left: u64,
    /// When the last anomaly was, unix seconds.
    at: i64,
    /// The same as local date and time, `YYYY-MM-DD HH:MM:SS`.
    time: String,
    /// The last anomaly.
    last: Anomaly,
}

fn suspect_list(In(call): In<Call<SuspectList>>, clock: Res<Clock>) -> Waits<Suspects> {
    let limit = lenient::page_size(call.request.limit)
        .ok_or_else(|| Refusal::malformed("data.limit", "an integer from 1 to 500"))?;
    let query = RowQuery::range(Suspect::TABLE, &[], &[u8::MAX; 9]).newest(READ_MAX);
    let mut suspects = read(&rows_found(query, call.fact)?)?;
    suspects.sort_by_key(|(account, suspect)| (Reverse(suspect.counts.2), Reverse(suspect.at), account.0));
    let shown = |(account, suspect): (AccountId, Suspect)| SuspectShown {
        name: suspect.name,
        account: account.0,
        anomalies: suspect.counts.2,
        entered: suspect.counts.0,
        left: suspect.counts.1,
        at: suspect.at,
        time: clock.local_time(suspect.at),
        last: suspect.last,
    };
    let total = suspects.len();
    Ok(Success::with(Suspects { total, suspects: suspects.into_iter().take(limit).map(shown).collect() }))
}

fn read(rows: &FoundRows) -> Result<Vec<(AccountId, Suspect)>, Refusal> {
    let read = |(key, value): &(Vec<u8>, Vec<u8>)| {
        let account = key.first_chunk::<8>().map(|key| AccountId::from_key(*key));
        account.zip(Suspect::read(value).ok())
    };
    rows.iter().map(read).collect::<Option<_>>().ok_or_else(|| {
        tracing::error!("a row of the suspects cannot be read; the row is left as it is and the list refused");
        Refusal::internal()
    })
}
