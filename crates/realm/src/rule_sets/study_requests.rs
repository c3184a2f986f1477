//! `rules_study`, `rules_studies`, `rules_study_report` and `rules_study_stop`.

use std::ops::RangeInclusive;
use std::sync::Arc;

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use raidkeep_engine::audit::AuditNotes;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::operators::Right;
use raidkeep_engine::reload::requests::{CHANGE_CODES, reloader};
use raidkeep_engine::reload::{Reloader, Reloading};
use raidkeep_engine::request;
use raidkeep_engine::request::answer::found_when_folded;
use raidkeep_engine::request::{Call, Code, Job, Need, Operator, Refusal, Success, Waits};
use raidkeep_engine::rules::Problem;
use raidkeep_engine::start::RowSource;
use raidkeep_engine::storage::Rows;
use raidkeep_game::case_file::author;

use crate::rule_sets::model::RuleBook;
use crate::rule_sets::requests::NO_SUCH_SET;
use crate::rule_sets::sides::{FOLDER, RUNNING, Side, Unusable, check_known};
use crate::rule_sets::studies::{
    StudyChart, StudyDesk, StudyKind, StudyOrder, StudyReport, StudyRoom, StudyShown, StudySide, StudyTable,
};

const PLAYERS: RangeInclusive<u32> = 1..=2000;
const DAYS: RangeInclusive<u32> = 1..=90;
const SEEDS: RangeInclusive<u32> = 1..=16;
/// Players, days and seeds where they are missing: a study of some seconds that can tell what is chance.
const USUAL: [u32; 3] = [100, 30, 8];

const NO_DESK: Refusal = Refusal::new(94, "this server studies no rules");
const NO_SUCH_STUDY: Refusal = Refusal::new(95, "no such study");
const NO_REPORT: Refusal = Refusal::new(97, "the study has no report");
const IS_OVER: Refusal = Refusal::new(97, "the study is over");
/// The status while another study is under way.
const BUSY: i32 = 97;
/// The status when a set cannot be used.
const UNUSABLE: i32 = 99;

pub(super) fn register(app: &mut App) {
    app.add_waiting_request::<RulesStudy, _>(rules_study).add_waiting_request::<RulesStudies, _>(rules_studies);
    app.add_waiting_request::<RulesStudyReport, _>(rules_study_report);
    app.add_waiting_request::<RulesStudyStop, _>(rules_study_stop);
}

/// `rules_study {kind?, from?, to?, players?, days?, seeds?, seed?}`: has simulated players live under a rule set, in a process
/// beside the server, and answers at once. A set is `running`, `folder`, or a fingerprint of the history.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RulesStudy {
    /// Missing = `compare`.
    kind: Option<StudyKind>,
    /// The set to compare with; missing = `running`. A simulation has none.
    from: Option<String>,
    /// The set to study; missing = `folder`.
    to: Option<String>,
    /// How many players are simulated with each seed; missing = 100.
    #[schemars(range(min = *PLAYERS.start(), max = *PLAYERS.end()))]
    players: Option<u32>,
    /// For how many days; missing = 30.
    #[schemars(range(min = *DAYS.start(), max = *DAYS.end()))]
    days: Option<u32>,
    /// With how many seeds; more make it more certain what is chance and what is not. Missing = 8.
    #[schemars(range(min = *SEEDS.start(), max = *SEEDS.end()))]
    seeds: Option<u32>,
    /// The first seed; missing = 1.
    seed: Option<u64>,
}

request!(
    Operator, "rules_study", RulesStudy => RulesStudyBegun, RIGHT = Right::RULES, IN_REALM = true,
    ACTS_OUTSIDE = true,
    CODES = &[
        CHANGE_CODES[0],
        Code::refusal(UNUSABLE, "a set cannot be used: `problems` lists the errors of the folder, else the message says why"),
        Code::refusal(BUSY, "another study is under way"),
        Code::of(NO_SUCH_SET),
        Code::of(NO_DESK),
    ],
);

/// The reply of `rules_study`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RulesStudyBegun {
    /// The number of the study; absent when none has begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    study: Option<u64>,
    /// The errors of the folder, if it was refused.
    problems: Vec<Problem>,
}

/// What became of an order.
#[derive(Debug, Serialize, Deserialize)]
enum Begun {
    Study(u64),
    Busy(u64),
    Unusable { message: String, problems: Vec<Problem> },
    NoDesk,
}

impl From<Unusable> for Begun {
    fn from(Unusable { message, problems }: Unusable) -> Self {
        Self::Unusable { message, problems }
    }
}

/// What is needed to begin a study, but for the files.
struct Order {
    /// One name, or two.
    names: Vec<String>,
    order: StudyOrder,
}

impl Order {
    fn read(request: RulesStudy, by: String, at: i64) -> Result<Self, Refusal> {
        let RulesStudy { kind, from, to, players, days, seeds, seed } = request;
        let to = to.unwrap_or_else(|| FOLDER.to_owned());
        let names = match (kind.unwrap_or_default(), from) {
            (StudyKind::Compare, from) => vec![from.unwrap_or_else(|| RUNNING.to_owned()), to],
            (StudyKind::Simulate, None) => vec![to],
            (StudyKind::Simulate, Some(_)) => {
                return Err(Refusal::malformed("data.from", "nothing, as a simulation compares with nothing"));
            }
        };
        let players = within(players, "data.players", &PLAYERS, USUAL[0])?;
        let days = within(days, "data.days", &DAYS, USUAL[1])?;
        let seeds = within(seeds, "data.seeds", &SEEDS, USUAL[2])?;
        let seed = seed.unwrap_or(1);
        Ok(Self { names, order: StudyOrder { sides: Vec::new(), players, days, seeds, seed, by, at } })
    }

    /// Reads the files, and has the study begun.
    fn begin(self, desk: Option<Arc<dyn StudyDesk>>, rows: &Rows, reloader: &Arc<Reloader>) -> Begun {
        let Some(desk) = desk else {
            return Begun::NoDesk;
        };
        let Self { names, mut order } = self;
        for name in names {
            let side = Side { name, rows: rows.clone(), reloader: reloader.clone() };
            match side.usable_files() {
                Ok(files) => order.sides.push(StudySide { name: side.name, files }),
                Err(unusable) => return unusable.into(),
            }
        }
        desk.begin(order).map_or_else(Begun::Busy, Begun::Study)
    }
}

fn within(given: Option<u32>, field: &str, range: &RangeInclusive<u32>, usual: u32) -> Result<u32, Refusal> {
    let number = given.unwrap_or(usual);
    if range.contains(&number) {
        return Ok(number);
    }
    Err(Refusal::malformed(field, &format!("a number from {} to {}", range.start(), range.end())))
}

fn rules_study(
    In(call): In<Call<RulesStudy>>,
    (book, rows, clock): (Res<RuleBook>, Res<RowSource>, Res<Clock>),
    (room, reloading): (Res<StudyRoom>, Option<Res<Reloading>>),
    mut notes: ResMut<AuditNotes>,
) -> Waits<RulesStudyBegun> {
    let reloader = reloader(reloading.as_deref())?;
    let order = Order::read(call.request, author(&call.caller), clock.now())?;
    let names = order.names.clone();
    let begun: Begun = found_when_folded(call.fact, "it is not known whether it has begun, retry", || {
        check_known(&order.names, &book)?;
        let (desk, rows) = (room.0.clone(), rows.0.clone());
        Ok(Job::at_leisure(move || order.begin(desk, &rows, &reloader)))
    })?;
    settled(begun, &names, &mut notes)
}

fn settled(begun: Begun, names: &[String], notes: &mut AuditNotes) -> Waits<RulesStudyBegun> {
    match begun {
        Begun::Study(study) => {
            notes.add(format!("study {study} has begun, of {}", names.join(" and ")));
            Ok(Success::with(RulesStudyBegun { study: Some(study), problems: Vec::new() }))
        }
        Begun::Busy(study) => {
            Err(Refusal::saying(BUSY, format!("study {study} is under way; wait for it, or stop it")).into())
        }
        Begun::Unusable { message, problems } => {
            Ok(Success::with(RulesStudyBegun { study: None, problems }).status(UNUSABLE).message(message))
        }
        Begun::NoDesk => Err(NO_DESK.into()),
    }
}

/// `rules_studies {}`: the last studies since the server was started.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RulesStudies {}

request!(Operator, "rules_studies", RulesStudies => RulesStudiesShown, RIGHT = Right::RULES, IN_REALM = true);

/// The reply of `rules_studies`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RulesStudiesShown {
    /// The newest first, at most 10.
    studies: Vec<StudyShown>,
}

fn rules_studies(In(call): In<Call<RulesStudies>>, room: Res<StudyRoom>) -> Waits<RulesStudiesShown> {
    if let Some(studies) = call.fact.and_then(|fact| fact.downcast::<Vec<StudyShown>>().ok()) {
        return Ok(Success::with(RulesStudiesShown { studies: *studies }));
    }
    let room = StudyRoom::clone(&room);
    Err(Need::Job(Job::new(move || room.list())).into())
}

impl StudyRoom {
    fn list(&self) -> Vec<StudyShown> {
        self.0.as_ref().map(|desk| desk.list()).unwrap_or_default()
    }

    fn find(&self, study: u64) -> Option<StudyShown> {
        self.list().into_iter().find(|shown| shown.study == study)
    }

    fn look_up(&self, study: u64, with_page: bool) -> Found {
        let Some(shown) = self.find(study) else {
            return Found::Nothing;
        };
        match self.0.as_ref().and_then(|desk| desk.report(study)) {
            Some(report) if with_page => Found::Report(Box::new((shown, report))),
            Some(report) => Found::Report(Box::new((shown, StudyReport { page: String::new(), ..report }))),
            None => Found::NoReport,
        }
    }

    fn stop(&self, study: u64) -> Stopped {
        match &self.0 {
            Some(desk) if self.find(study).is_some() => Stopped::Known { was_running: desk.stop(study) },
            _ => Stopped::Unknown,
        }
    }
}

/// `rules_study_report {study, page?}`: what a study has found.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RulesStudyReport {
    /// Its number.
    study: u64,
    /// Whether to give the whole report, too, as an HTML page.
    #[serde(default)]
    page: bool,
}

request!(
    Operator, "rules_study_report", RulesStudyReport => RulesStudyReported, RIGHT = Right::RULES, IN_REALM = true,
    CODES = &[
        Code::of(NO_REPORT).meaning("the study is under way, was stopped or has failed, and has no report"),
        Code::of(NO_SUCH_STUDY).meaning("no such study: of those before the start of the server nothing is known"),
    ],
);

/// The reply of `rules_study_report`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RulesStudyReported {
    /// The study.
    study: StudyShown,
    /// What it has found, in a sentence or two of English.
    verdict: String,
    /// How to read the tables.
    notes: Vec<String>,
    /// What it has found.
    tables: Vec<StudyTable>,
    /// How the clearest figures developed, day by day.
    charts: Vec<StudyChart>,
    /// Everything as an HTML page that needs nothing else; null = it was not asked for.
    page: Option<String>,
}

/// What is known of a report.
#[derive(Debug, Serialize, Deserialize)]
enum Found {
    Report(Box<(StudyShown, StudyReport)>),
    NoReport,
    Nothing,
}

fn rules_study_report(In(call): In<Call<RulesStudyReport>>, room: Res<StudyRoom>) -> Waits<RulesStudyReported> {
    let RulesStudyReport { study, page: with_page } = call.request;
    let Some(found) = call.fact.and_then(|fact| fact.downcast::<Found>().ok()) else {
        let room = StudyRoom::clone(&room);
        return Err(Need::Job(Job::new(move || room.look_up(study, with_page))).into());
    };
    match *found {
        Found::Report(found) => {
            let (study, StudyReport { verdict, notes, tables, charts, page }) = *found;
            let page = with_page.then_some(page);
            Ok(Success::with(RulesStudyReported { study, verdict, notes, tables, charts, page }))
        }
        Found::NoReport => Err(NO_REPORT.into()),
        Found::Nothing => Err(NO_SUCH_STUDY.into()),
    }
}

/// `rules_study_stop {study}`: ends a study that is under way.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RulesStudyStop {
    /// Its number.
    study: u64,
}

request!(
    Operator, "rules_study_stop", RulesStudyStop => (), RIGHT = Right::RULES, IN_REALM = true,
    ACTS_OUTSIDE = true,
    CODES = &[Code::of(IS_OVER), Code::of(NO_SUCH_STUDY)],
);

/// What became of stopping.
#[derive(Debug, Serialize, Deserialize)]
enum Stopped {
    Known { was_running: bool },
    Unknown,
}

fn rules_study_stop(
    In(call): In<Call<RulesStudyStop>>,
    room: Res<StudyRoom>,
    mut notes: ResMut<AuditNotes>,
) -> Waits<()> {
    let RulesStudyStop { study } = call.request;
    let Some(stopped) = call.fact.and_then(|fact| fact.downcast::<Stopped>().ok()) else {
        let room = StudyRoom::clone(&room);
        return Err(Need::Job(Job::new(move || room.stop(study))).into());
    };
    match *stopped {
        Stopped::Known { was_running: true } => {
            notes.add(format!("study {study} was stopped"));
            Ok(Success::empty())
        }
        Stopped::Known { was_running: false } => Err(IS_OVER.into()),
        Stopped::Unknown => Err(NO_SUCH_STUDY.into()),
    }
}
