//! `announce`, `announce_list` and `announce_withdraw`: texts for everybody who is connected.
//!
//! The realm keeps them and tells each world all of its own after each change. What a world does then is in
//! [`raidkeep_game::announcements`].

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
use raidkeep_game::announcements::{Announcement, CurrentAnnouncements};
use raidkeep_game::case_file::{author, operator_text};

use crate::messages::RealmMessages;

/// The most characters of an announcement.
const TEXT_CHARS: usize = 500;
/// How many may be kept at the same time.
const KEPT_MAX: usize = 50;
/// The most minutes between two times: a week.
const REPEAT_MINUTES_MAX: i64 = 10_080;
/// For how many seconds one is kept that is told once: a world that starts in between still tells it.
const ONCE_KEPT_SECONDS: i64 = 600;

/// An announcement as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct KeptAnnouncement {
    announcement: Announcement,
    /// The worlds that tell it; empty = all.
    worlds: Vec<u32>,
    /// Who made it.
    by: String,
}

/// All announcements that are not over, by number.
#[derive(Debug, Default, Resource, Serialize, Deserialize)]
struct AnnouncementBook {
    /// The number of the last one.
    last: u64,
    kept: BTreeMap<u64, KeptAnnouncement>,
}

impl WorldRow for AnnouncementBook {
    const TABLE: &'static str = "realm_announcements";
}

const NO_SUCH_ANNOUNCEMENT: Refusal = Refusal::new(99, "no such announcement, or it is over");
const TOO_MANY: Refusal = Refusal::new(97, "too many announcements, withdraw some");

impl AnnouncementBook {
    fn current(&self, now: i64) -> impl Iterator<Item = (&u64, &KeptAnnouncement)> {
        self.kept.iter().filter(move |(_, kept)| kept.announcement.until > now)
    }

    /// What `world` is to tell.
    fn of_world(&self, world: u32, now: i64) -> Vec<Announcement> {
        let tells = |kept: &KeptAnnouncement| kept.worlds.is_empty() || kept.worlds.contains(&world);
        let current = self.current(now).filter(|(_, kept)| tells(kept));
        current.map(|(_, kept)| kept.announcement.clone()).collect()
    }
}

/// The announcements, and who is told of them.
#[derive(SystemParam)]
struct Board<'w> {
    book: ResMut<'w, AnnouncementBook>,
    messages: RealmMessages<'w>,
    notes: ResMut<'w, AuditNotes>,
}

impl Board<'_> {
    /// Tells every world what it is to tell now.
    fn tell(&mut self, now: i64) {
        for world in 0..self.messages.worlds() {
            let announcements = self.book.of_world(world, now);
            self.messages.send(world, &CurrentAnnouncements { announcements });
        }
    }
}

/// The functions as a plugin.
pub struct RealmAnnouncementsPlugin;

impl Plugin for RealmAnnouncementsPlugin {
    fn build(&self, app: &mut App) {
        app.add_world_row::<AnnouncementBook>();
        app.add_request::<Announce, _>(announce);
        app.add_request::<AnnounceList, _>(announce_list);
        app.add_request::<AnnounceWithdraw, _>(announce_withdraw);
    }
}

/// `announce {text, at?, repeat_minutes?, until?, worlds?}`: tells everybody who is connected.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Announce {
    /// What it says.
    #[serde(deserialize_with = "operator_text::<TEXT_CHARS, _>")]
    #[schemars(length(min = 1, max = 500))]
    text: String,
    /// When it is told first, unix seconds; missing = now.
    #[serde(default, deserialize_with = "lenient::optional_integer")]
    #[schemars(with = "Option<Integer>")]
    at: Option<i64>,
    /// Minutes from one time to the next, 1 to 10,080; missing = it is told once.
    #[serde(default, deserialize_with = "lenient::optional_integer")]
    #[schemars(with = "Option<Integer>")]
    repeat_minutes: Option<i64>,
    /// With `repeat_minutes`: it is told before this moment only, unix seconds.
    #[serde(default, deserialize_with = "lenient::optional_integer")]
    #[schemars(with = "Option<Integer>")]
    until: Option<i64>,
    /// The worlds that tell it; missing or empty = all.
    #[serde(default)]
    worlds: Vec<u32>,
}

request!(
    Operator, "announce", Announce => AnnouncementNumber, RIGHT = Right::EVERYBODY, IN_REALM = true,
    CODES = &[Code::of(TOO_MANY)],
);

/// The reply of `announce`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AnnouncementNumber {
    /// What to name it by.
    number: u64,
}

/// Seconds from one time to the next, and when an announcement is over that is told first `at`.
fn terms(request: &Announce, at: i64, now: i64) -> Result<(i64, i64), Refusal> {
    match (request.repeat_minutes, request.until) {
        (None, None) if at + ONCE_KEPT_SECONDS > now => Ok((0, at + ONCE_KEPT_SECONDS)),
        (None, None) => Err(Refusal::malformed("data.at", "a moment that is not over, in unix seconds")),
        (None, Some(_)) => Err(Refusal::malformed("data.repeat_minutes", "a number, as there is an `until`")),
        (Some(minutes), _) if !(1..=REPEAT_MINUTES_MAX).contains(&minutes) => {
            Err(Refusal::malformed("data.repeat_minutes", "1 to 10080"))
        }
        (Some(minutes), Some(until)) if until > now.max(at) => Ok((60 * minutes, until)),
        (Some(_), _) => {
            Err(Refusal::malformed("data.until", "a moment that is not over and after `at`, in unix seconds"))
        }
    }
}

fn announce(In(call): In<Call<Announce>>, mut board: Board, clock: Res<Clock>) -> Answer<AnnouncementNumber> {
    let now = clock.now();
    let at = call.request.at.unwrap_or(now);
    if at < 0 {
        return Err(Refusal::malformed("data.at", "a moment in unix seconds"));
    }
    let (every_seconds, until) = terms(&call.request, at, now)?;
    board.messages.check_worlds(&call.request.worlds)?;
    if board.book.current(now).count() >= KEPT_MAX {
        return Err(TOO_MANY);
    }
    let Announce { text, worlds, .. } = call.request;
    let number = board.book.last + 1;
    let announcement = Announcement { number, text, at, every_seconds, until };
    let kept = KeptAnnouncement { announcement, worlds, by: author(&call.caller) };
    board.book.last = number;
    board.book.kept.retain(|_, kept| kept.announcement.until > now);
    board.book.kept.insert(number, kept);
    board.notes.add(format!("announcement {number} is made"));
    board.tell(now);
    Ok(Success::with(AnnouncementNumber { number }))
}

/// `announce_withdraw {number}`: it is not told again.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AnnounceWithdraw {
    /// As `announce` has replied.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    number: i64,
}

request!(
    Operator, "announce_withdraw", AnnounceWithdraw => (), RIGHT = Right::EVERYBODY, IN_REALM = true,
    CODES = &[Code::of(NO_SUCH_ANNOUNCEMENT)],
);

fn announce_withdraw(In(call): In<Call<AnnounceWithdraw>>, mut board: Board, clock: Res<Clock>) -> Answer<()> {
    let now = clock.now();
    let number = u64::try_from(call.request.number).map_err(|_| NO_SUCH_ANNOUNCEMENT)?;
    if board.book.current(now).all(|(current, _)| *current != number) {
        return Err(NO_SUCH_ANNOUNCEMENT);
    }
    board.book.kept.remove(&number);
    board.notes.add(format!("announcement {number} is withdrawn"));
    board.tell(now);
    Ok(Success::empty())
}

/// `announce_list {}`: all that are not over.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AnnounceList {}

request!(Operator, "announce_list", AnnounceList => AnnouncementsShown, RIGHT = Right::VIEW, IN_REALM = true);

/// The reply of `announce_list`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AnnouncementsShown {
    /// By number.
    announcements: Vec<AnnouncementEntry>,
}

/// An announcement as operators see it.
#[derive(Debug, Serialize, JsonSchema)]
struct AnnouncementEntry {
    /// What to name it by.
    number: u64,
    /// What it says.
    text: String,
    /// When it is told first, unix seconds.
    at: i64,
    /// Minutes from one time to the next; null = it is told once.
    repeat_minutes: Option<i64>,
    /// When it is over, unix seconds.
    until: i64,
    /// The worlds that tell it; empty = all.
    worlds: Vec<u32>,
    /// Who made it.
    by: String,
}

fn announce_list(
    _: In<Call<AnnounceList>>,
    book: Res<AnnouncementBook>,
    clock: Res<Clock>,
) -> Answer<AnnouncementsShown> {
    let entry = |(_, kept): (&u64, &KeptAnnouncement)| {
        let KeptAnnouncement { announcement, worlds, by } = kept.clone();
        let Announcement { number, text, at, every_seconds, until } = announcement;
        let repeat_minutes = (every_seconds > 0).then_some(every_seconds / 60);
        AnnouncementEntry { number, text, at, repeat_minutes, until, worlds, by }
    };
    Ok(Success::with(AnnouncementsShown { announcements: book.current(clock.now()).map(entry).collect() }))
}
