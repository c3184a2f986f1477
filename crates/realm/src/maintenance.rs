//! `maintenance`, `maintenance_change`, `maintenance_cancel` and `maintenance_list`: when the game is closed to players.
//!
//! The realm keeps what is planned and tells every world all of it after each change. What a world does then is in
//! [`raidkeep_game::maintenance`].

use std::collections::BTreeMap;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use raidkeep_engine::audit::AuditNotes;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::operators::Right;
use raidkeep_engine::request;
use raidkeep_engine::request::lenient::{self, Integer};
use raidkeep_engine::request::{Answer, Call, Code, Operator, Refusal, Success};
use raidkeep_engine::storage::{StorageApp, WorldRow};
use raidkeep_game::case_file::{author, operator_text};
use raidkeep_game::maintenance::{MaintenanceWindow, PlannedMaintenance};

use crate::messages::RealmMessages;

/// The most characters of what players are told.
const MESSAGE_CHARS: usize = 500;
/// The most players who may play all the same.
const ADMITTED_MAX: usize = 1000;
/// How many may be planned at the same time.
const PLANNED_MAX: usize = 50;

/// A player who may play during maintenance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AdmittedPlayer {
    /// The player's world.
    #[serde(default)]
    world: u32,
    /// The account's number.
    player: u64,
}

/// A planned time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Planned {
    /// Unix seconds.
    from: i64,
    until: i64,
    message: String,
    allow: Vec<AdmittedPlayer>,
    /// Who planned it.
    by: String,
}

/// All maintenance that is planned or running, by number.
#[derive(Debug, Default, Resource, Serialize, Deserialize)]
struct MaintenanceBook {
    /// The number of the last one.
    last: u64,
    planned: BTreeMap<u64, Planned>,
}

impl WorldRow for MaintenanceBook {
    const TABLE: &'static str = "realm_maintenance";
}

const NO_SUCH_MAINTENANCE: Refusal = Refusal::new(99, "no such maintenance, or it is over");
const OVERLAPS: i32 = 98;
const TOO_MANY: Refusal = Refusal::new(97, "too much maintenance is planned, cancel some");

impl Planned {
    fn check(&self, now: i64) -> Result<(), Refusal> {
        if self.until <= now {
            return Err(Refusal::malformed("data.until", "a moment that is not over, in unix seconds"));
        }
        if self.until <= self.from {
            return Err(Refusal::malformed("data.until", "a moment after `from`, in unix seconds"));
        }
        if self.allow.len() > ADMITTED_MAX {
            return Err(Refusal::malformed("data.allow", "at most 1000 players"));
        }
        Ok(())
    }

    /// What `world` is told of it.
    fn window(&self, number: u64, world: u32) -> MaintenanceWindow {
        let Self { from, until, ref message, .. } = *self;
        let of_world = self.allow.iter().filter(|admitted| admitted.world == world);
        let admitted = of_world.map(|admitted| admitted.player).collect();
        MaintenanceWindow { number, from, until, message: message.clone(), admitted }
    }
}

impl MaintenanceBook {
    /// Whether one may be put in: it overlaps with no other, and there is room.
    fn check(&self, number: u64, planned: &Planned, now: i64) -> Result<(), Refusal> {
        planned.check(now)?;
        let others = || self.planned.iter().filter(|(other, kept)| **other != number && kept.until > now);
        if let Some((other, _)) = others().find(|(_, kept)| kept.from < planned.until && planned.from < kept.until) {
            return Err(Refusal::saying(OVERLAPS, format!("it overlaps with maintenance {other}")));
        }
        if others().count() >= PLANNED_MAX {
            return Err(TOO_MANY);
        }
        Ok(())
    }

    /// Puts one in, and drops those that are over.
    fn put(&mut self, number: u64, planned: Planned, now: i64) {
        self.planned.retain(|_, kept| kept.until > now);
        self.planned.insert(number, planned);
    }

    /// One that is not over.
    fn ahead(&self, number: i64, now: i64) -> Result<(u64, &Planned), Refusal> {
        let number = u64::try_from(number).map_err(|_| NO_SUCH_MAINTENANCE)?;
        let planned = self.planned.get(&number).filter(|planned| planned.until > now).ok_or(NO_SUCH_MAINTENANCE)?;
        Ok((number, planned))
    }
}

/// The plan, and who is told of it.
#[derive(SystemParam)]
struct Plan<'w> {
    book: ResMut<'w, MaintenanceBook>,
    messages: RealmMessages<'w>,
    notes: ResMut<'w, AuditNotes>,
}

impl Plan<'_> {
    /// Tells every world what is planned now.
    fn tell(&mut self, now: i64) {
        for world in 0..self.messages.worlds() {
            let ahead = self.book.planned.iter().filter(|(_, planned)| planned.until > now);
            let windows = ahead.map(|(number, planned)| planned.window(*number, world)).collect();
            self.messages.send(world, &PlannedMaintenance { windows });
        }
    }
}

/// The functions as a plugin.
pub struct RealmMaintenancePlugin;

impl Plugin for RealmMaintenancePlugin {
    fn build(&self, app: &mut App) {
        app.add_world_row::<MaintenanceBook>();
        app.add_request::<PlanMaintenance, _>(maintenance);
        app.add_request::<MaintenanceChange, _>(maintenance_change);
        app.add_request::<MaintenanceCancel, _>(maintenance_cancel);
        app.add_request::<MaintenanceList, _>(maintenance_list);
    }
}

/// `maintenance {from?, until, message, allow?}`: closes the game to players for a time.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PlanMaintenance {
    /// When it begins, unix seconds; missing = now.
    #[serde(default, deserialize_with = "lenient::optional_integer")]
    #[schemars(with = "Option<Integer>")]
    from: Option<i64>,
    /// When it ends, unix seconds.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    until: i64,
    /// Why, for players.
    #[serde(deserialize_with = "operator_text::<MESSAGE_CHARS, _>")]
    #[schemars(length(min = 1, max = 500))]
    message: String,
    /// Who may play all the same.
    #[serde(default)]
    #[schemars(length(max = 1000))]
    allow: Vec<AdmittedPlayer>,
}

const OVERLAPS_CODE: Code = Code::refusal(OVERLAPS, "it overlaps with other maintenance");

request!(
    Operator, "maintenance", PlanMaintenance => MaintenanceNumber, RIGHT = Right::EVERYBODY, IN_REALM = true,
    CODES = &[OVERLAPS_CODE, Code::of(TOO_MANY)],
);

/// The reply of `maintenance`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MaintenanceNumber {
    /// What to name it by.
    number: u64,
}

fn maintenance(In(call): In<Call<PlanMaintenance>>, mut plan: Plan, clock: Res<Clock>) -> Answer<MaintenanceNumber> {
    let now = clock.now();
    let PlanMaintenance { from, until, message, allow } = call.request;
    let planned = Planned { from: from.unwrap_or(now), until, message, allow, by: author(&call.caller) };
    let number = plan.book.last + 1;
    plan.book.check(number, &planned, now)?;
    plan.book.put(number, planned, now);
    plan.book.last = number;
    plan.notes.add(format!("maintenance {number} is planned"));
    plan.tell(now);
    Ok(Success::with(MaintenanceNumber { number }))
}

/// `maintenance_change {number, from?, until?, message?, allow?}`: changes what is given.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct MaintenanceChange {
    /// As `maintenance` has replied.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    number: i64,
    /// When it begins, unix seconds.
    #[serde(default, deserialize_with = "lenient::optional_integer")]
    #[schemars(with = "Option<Integer>")]
    from: Option<i64>,
    /// When it ends, unix seconds.
    #[serde(default, deserialize_with = "lenient::optional_integer")]
    #[schemars(with = "Option<Integer>")]
    until: Option<i64>,
    /// Why, for players.
    #[serde(default, deserialize_with = "optional_message")]
    #[schemars(length(min = 1, max = 500))]
    message: Option<String>,
    /// Who may play all the same.
    #[serde(default)]
    #[schemars(length(max = 1000))]
    allow: Option<Vec<AdmittedPlayer>>,
}

fn optional_message<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    operator_text::<MESSAGE_CHARS, _>(deserializer).map(Some)
}

request!(
    Operator, "maintenance_change", MaintenanceChange => (), RIGHT = Right::EVERYBODY, IN_REALM = true,
    CODES = &[Code::of(NO_SUCH_MAINTENANCE), OVERLAPS_CODE, Code::of(TOO_MANY)],
);

fn maintenance_change(In(call): In<Call<MaintenanceChange>>, mut plan: Plan, clock: Res<Clock>) -> Answer<()> {
    let now = clock.now();
    let MaintenanceChange { number, from, until, message, allow } = call.request;
    let (number, before) = plan.book.ahead(number, now)?;
    let before = before.clone();
    let planned = Planned {
        from: from.unwrap_or(before.from),
        until: until.unwrap_or(before.until),
        message: message.unwrap_or_else(|| before.message.clone()),
        allow: allow.unwrap_or_else(|| before.allow.clone()),
        by: before.by,
    };
    let moments = format!("{}-{} -> {}-{}", before.from, before.until, planned.from, planned.until);
    plan.book.check(number, &planned, now)?;
    plan.book.put(number, planned, now);
    plan.notes.add(format!("maintenance {number}: {moments}"));
    plan.tell(now);
    Ok(Success::empty())
}

/// `maintenance_cancel {number}`: it does not take place; one that is running ends.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct MaintenanceCancel {
    /// As `maintenance` has replied.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    number: i64,
}

request!(
    Operator, "maintenance_cancel", MaintenanceCancel => (), RIGHT = Right::EVERYBODY, IN_REALM = true,
    CODES = &[Code::of(NO_SUCH_MAINTENANCE)],
);

fn maintenance_cancel(In(call): In<Call<MaintenanceCancel>>, mut plan: Plan, clock: Res<Clock>) -> Answer<()> {
    let now = clock.now();
    let (number, planned) = plan.book.ahead(call.request.number, now)?;
    let what = if planned.from <= now { "ended" } else { "cancelled" };
    plan.book.planned.remove(&number);
    plan.notes.add(format!("maintenance {number} is {what}"));
    plan.tell(now);
    Ok(Success::empty())
}

/// `maintenance_list {}`: what is planned or running.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct MaintenanceList {}

request!(Operator, "maintenance_list", MaintenanceList => MaintenanceShown, RIGHT = Right::VIEW, IN_REALM = true);

/// The reply of `maintenance_list`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MaintenanceShown {
    /// By number.
    maintenance: Vec<MaintenanceEntry>,
}

/// Maintenance as operators see it.
#[derive(Debug, Serialize, JsonSchema)]
struct MaintenanceEntry {
    /// What to name it by.
    number: u64,
    /// When it begins, unix seconds.
    from: i64,
    /// When it ends, unix seconds.
    until: i64,
    /// Whether it has begun.
    is_running: bool,
    /// Why, for players.
    message: String,
    /// Who may play all the same.
    allow: Vec<AdmittedPlayer>,
    /// Who planned it.
    by: String,
}

fn maintenance_list(
    _: In<Call<MaintenanceList>>,
    book: Res<MaintenanceBook>,
    clock: Res<Clock>,
) -> Answer<MaintenanceShown> {
    let now = clock.now();
    let entry = |(number, planned): (&u64, &Planned)| {
        let Planned { from, until, message, allow, by } = planned.clone();
        MaintenanceEntry { number: *number, from, until, is_running: from <= now, message, allow, by }
    };
    let ahead = book.planned.iter().filter(|(_, planned)| planned.until > now);
    Ok(Success::with(MaintenanceShown { maintenance: ahead.map(entry).collect() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(from: i64, until: i64) -> Planned {
        Planned { from, until, message: "Back soon.".into(), allow: Vec::new(), by: "ann".into() }
    }

    #[test]
    fn maintenance_does_not_overlap_but_may_follow_at_once() {
        let mut book = MaintenanceBook::default();
        book.put(1, planned(100, 200), 0);
        let check = |book: &MaintenanceBook, number, from, until, now| {
            book.check(number, &planned(from, until), now).map_err(|refusal| refusal.status)
        };
        for (from, until) in [(100, 200), (0, 101), (199, 300), (50, 300), (120, 130)] {
            assert_eq!(check(&book, 2, from, until, 0), Err(OVERLAPS), "{from}-{until}");
        }
        assert_eq!(check(&book, 2, 200, 300, 0), Ok(()), "one may follow at once");
        assert_eq!(check(&book, 1, 90, 200, 0), Ok(()), "one does not overlap with itself");
        assert_eq!(check(&book, 3, 100, 260, 200), Ok(()), "nor with one that is over");
        assert!(book.ahead(1, 199).is_ok() && book.ahead(1, 200).is_err() && book.ahead(-1, 0).is_err());
    }

    #[test]
    fn a_world_is_told_of_its_own_players() {
        let allow = [(0, 5), (1, 6), (0, 7)].map(|(world, player)| AdmittedPlayer { world, player });
        let planned = Planned { allow: allow.to_vec(), ..planned(100, 200) };
        assert_eq!((planned.window(1, 0).admitted, planned.window(1, 1).admitted), (vec![5, 7], vec![6]));
    }
}
