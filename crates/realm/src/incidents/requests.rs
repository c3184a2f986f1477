//! `incident_list`, `incident_seen` and `incident_close`.

use std::cmp::Reverse;

use bevy_app::App;
use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use raidkeep_engine::audit::AuditNotes;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::meters::Meters;
use raidkeep_engine::operators::Right;
use raidkeep_engine::realm::incidents::IncidentKind;
use raidkeep_engine::request;
use raidkeep_engine::request::lenient::{self, Integer};
use raidkeep_engine::request::{Answer, Call, Code, Operator, Refusal, Success};
use raidkeep_engine::storage::Edit;
use raidkeep_game::case_file::{REASON_CHARS, author, operator_text};

use crate::incidents::model::{Handled, Incident, IncidentState};
use crate::incidents::shelf::{Shelf, tell_open_of};

pub(super) fn register(app: &mut App) {
    app.add_request::<IncidentList, _>(incident_list);
    app.add_request::<IncidentSeen, _>(incident_seen).add_request::<IncidentClose, _>(incident_close);
}

const NO_SUCH_INCIDENT: Refusal = Refusal::new(99, "no such incident");
const IS_CLOSED: Refusal = Refusal::new(98, "the incident is closed");

/// `incident_list {state?, kind?, before?, limit?}`: what went wrong, in the worlds and in the process. What happened last
/// comes first.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct IncidentList {
    /// Only those in this state.
    state: Option<IncidentState>,
    /// Only those of this kind.
    kind: Option<IncidentKind>,
    /// Only those that happened before: `next` of the page before.
    #[serde(default, deserialize_with = "lenient::optional_integer")]
    #[schemars(with = "Option<Integer>")]
    before: Option<i64>,
    /// Missing = 50, at most 500.
    #[serde(default, deserialize_with = "lenient::optional_integer")]
    #[schemars(with = "Option<Integer>")]
    limit: Option<i64>,
}

request!(Operator, "incident_list", IncidentList => IncidentsShown, RIGHT = Right::VIEW, IN_REALM = true);

/// The reply of `incident_list`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct IncidentsShown {
    /// What happened last comes first.
    incidents: Vec<IncidentShown>,
    /// `before` of the next page; null when this was the last.
    next: Option<u64>,
    /// How many are open, whatever the filters say.
    open: u64,
}

/// An incident, as operators see it.
#[derive(Debug, Serialize, JsonSchema)]
struct IncidentShown {
    /// Its number.
    incident: u64,
    /// What was done about it.
    state: IncidentState,
    /// What kind of thing went wrong.
    kind: IncidentKind,
    /// What went wrong.
    what: Box<str>,
    /// Where: file, line and column of rules; the part of the program that wrote the line of the log; empty for others.
    source: Box<str>,
    /// The circumstances of the last time.
    detail: Box<str>,
    /// The world; null = the process, as its log says.
    world: Option<u32>,
    /// How often it has happened.
    count: u64,
    /// The first time, unix seconds.
    first_at: i64,
    /// The last time, unix seconds.
    last_at: i64,
    /// When it was marked as seen or closed last, unix seconds; null = never.
    handled_at: Option<i64>,
    /// Who did that; null = nobody has, or it was over by itself.
    by: Option<String>,
    /// What they said about it.
    note: String,
}

impl IncidentShown {
    fn of(incident: &Incident) -> Self {
        let Incident { number, world, ref news, first_at, last_at, state, ref handled, .. } = *incident;
        Self {
            incident: number,
            state,
            kind: news.kind,
            what: news.what.clone(),
            source: news.source.clone(),
            detail: news.detail.clone(),
            world,
            count: news.count,
            first_at,
            last_at,
            handled_at: handled.as_ref().map(|handled| handled.at),
            by: handled.as_ref().and_then(|handled| handled.by.clone()),
            note: handled.as_ref().map(|handled| handled.note.clone()).unwrap_or_default(),
        }
    }
}

fn incident_list(
    In(call): In<Call<IncidentList>>,
    incidents: Query<&Incident>,
    shelf: Res<Shelf>,
) -> Answer<IncidentsShown> {
    let IncidentList { state, kind, before, limit } = call.request;
    let limit =
        lenient::page_size(limit).ok_or_else(|| Refusal::malformed("data.limit", "an integer from 1 to 500"))?;
    let before = match before.map(u64::try_from) {
        None => u64::MAX,
        Some(before) => before.map_err(|_| Refusal::malformed("data.before", "a number that a page named"))?,
    };
    let all: Vec<&Incident> = shelf.entities().filter_map(|entity| incidents.get(entity).ok()).collect();
    let open = all.iter().filter(|incident| incident.state == IncidentState::Open).count() as u64;
    let is_wanted = |incident: &&&Incident| {
        incident.turn < before
            && state.is_none_or(|state| incident.state == state)
            && kind.is_none_or(|kind| incident.news.kind == kind)
    };
    let mut found: Vec<&Incident> = all.iter().filter(is_wanted).copied().collect();
    found.sort_unstable_by_key(|incident| Reverse(incident.turn));
    let next = if found.len() > limit { found.get(limit - 1).map(|last| last.turn) } else { None };
    let incidents = found.into_iter().take(limit).map(IncidentShown::of).collect();
    Ok(Success::with(IncidentsShown { incidents, next, open }))
}

/// `incident_seen {incident, note?}`: marks an incident as known. It stays so when it happens again.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct IncidentSeen {
    /// Its number.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    incident: i64,
    /// What is known about it, for other operators.
    #[serde(default, deserialize_with = "optional_note")]
    #[schemars(length(min = 1, max = 200))]
    note: Option<String>,
}

fn optional_note<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    struct Given(#[serde(deserialize_with = "operator_text::<REASON_CHARS, _>")] String);
    Ok(Option::<Given>::deserialize(deserializer)?.map(|Given(text)| text))
}

request!(
    Operator, "incident_seen", IncidentSeen => (), RIGHT = Right::HELP, IN_REALM = true,
    CODES = &[Code::of(NO_SUCH_INCIDENT), Code::of(IS_CLOSED)],
);

/// `incident_close {incident, reason}`: an incident is done with. It opens again by itself when it happens again.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct IncidentClose {
    /// Its number.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    incident: i64,
    /// Why, for other operators.
    #[serde(deserialize_with = "operator_text::<REASON_CHARS, _>")]
    #[schemars(length(min = 1, max = 200))]
    reason: String,
}

request!(
    Operator, "incident_close", IncidentClose => (), RIGHT = Right::HELP, IN_REALM = true,
    CODES = &[Code::of(NO_SUCH_INCIDENT), Code::of(IS_CLOSED)],
);

/// Changes what was done about incidents.
#[derive(SystemParam)]
struct Changes<'w, 's> {
    incidents: Edit<'w, 's, &'static mut Incident>,
    shelf: Res<'w, Shelf>,
    meters: Res<'w, Meters>,
    clock: Res<'w, Clock>,
    notes: ResMut<'w, AuditNotes>,
}

impl Changes<'_, '_> {
    fn handle(&mut self, number: i64, state: IncidentState, by: String, note: String) -> Result<(), Refusal> {
        let number = u64::try_from(number).map_err(|_| NO_SUCH_INCIDENT)?;
        let is_it = |entity: &Entity| self.incidents.get(*entity).is_ok_and(|incident| incident.number == number);
        let entity = self.shelf.entities().find(is_it).ok_or(NO_SUCH_INCIDENT)?;
        let mut incident = self.incidents.get_mut(entity).map_err(|_| NO_SUCH_INCIDENT)?;
        let what = incident.news.what.clone();
        if !incident.handle(state, Handled { at: self.clock.now(), by: Some(by), note }) {
            return Err(IS_CLOSED);
        }
        self.notes.add(what);
        tell_open_of(&self.meters, self.shelf.entities().filter_map(|entity| self.incidents.get(entity).ok()));
        Ok(())
    }
}

fn incident_seen(In(call): In<Call<IncidentSeen>>, mut changes: Changes) -> Answer<()> {
    let IncidentSeen { incident, note } = call.request;
    changes.handle(incident, IncidentState::Seen, author(&call.caller), note.unwrap_or_default())?;
    Ok(Success::empty())
}

fn incident_close(In(call): In<Call<IncidentClose>>, mut changes: Changes) -> Answer<()> {
    let IncidentClose { incident, reason } = call.request;
    changes.handle(incident, IncidentState::Closed, author(&call.caller), reason)?;
    Ok(Success::empty())
}
