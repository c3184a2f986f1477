//! `events/*.ron`: one file for each event.

use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::items::{Amount, ItemRules};
use crate::timed_events::change::{EventChange, Factor};
use crate::timed_events::numbers::Numbers;
use crate::timed_events::{conflicts, potions};
use crate::windows::{self, Opening, Window};
use raidkeep_engine::rules::{Place, Report, Span, Table, Tables};

/// An event: the contents of a file in `events/`, whose name is the event's id.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TimedEvent {
    /// What players call it.
    pub name: Texts,
    /// What it brings, for players.
    #[serde(default)]
    pub about: Option<Texts>,
    /// When it runs, for everybody. One window that is open is enough.
    #[serde(default)]
    pub windows: Vec<Window>,
    /// Instead of windows: the days of each player's own on which it runs for this player.
    #[serde(default)]
    pub player_days: Option<PlayerDays>,
    /// What it changes while it runs, one after the other. Events that run at the same time change in the order of their
    /// files' names; a player's own events come last.
    #[serde(default)]
    pub changes: Vec<EventChange>,
    /// Activity stages that are open while it runs.
    #[serde(default)]
    #[schemars(inner(range(min = 1, max = 1_000_000_000)), extend("unit" = "stage number"))]
    pub opens: Vec<u32>,
    /// What everybody gets when it begins.
    #[serde(default)]
    pub mail: Option<EventMail>,
    /// How long before its beginning `list_events` tells of it.
    #[serde(default = "a_week")]
    pub announced: Span,
}

fn a_week() -> Span {
    Span { seconds: 7 * DAY_SECONDS }
}

const DAY_SECONDS: i64 = 86_400;

/// A text in two languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Texts {
    /// Both, for those whose language is not known.
    pub fn together(&self, between: &str) -> String {
        if self.zh == self.en { self.zh.clone() } else { format!("{}{between}{}", self.zh, self.en) }
    }
}

/// Days of a player's own, of 24 hours each; the first begins when the account is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlayerDays {
    /// The first day, counted from 1.
    #[schemars(range(min = 1, max = 36_500), extend("unit" = "day of the player"))]
    pub from: i64,
    /// The last day: `(from: 1, to: 7)` is a player's first week.
    #[schemars(range(min = 1, max = 36_500), extend("unit" = "day of the player"))]
    pub to: i64,
}

impl PlayerDays {
    /// From when until when (unix seconds) these are, of an account made at that moment.
    pub fn of(self, made_at: i64) -> (i64, i64) {
        let day = |number: i64| made_at.saturating_add(number.saturating_mul(DAY_SECONDS));
        (day(self.from - 1), day(self.to))
    }
}

/// A mail to everybody who is there when an event begins, once for each occurrence of a window.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventMail {
    /// Subject.
    pub subject: Texts,
    /// Text.
    pub body: Texts,
    /// The items in it.
    #[serde(default)]
    pub items: Vec<Amount>,
}

/// The events in the order of their files.
#[derive(Debug, Clone, Default)]
pub struct EventRules {
    events: Vec<(String, TimedEvent)>,
}

impl EventRules {
    /// All events with their ids, in the order in which they change numbers.
    pub fn all(&self) -> impl Iterator<Item = (&str, &TimedEvent)> {
        self.events.iter().map(|(id, event)| (id.as_str(), event))
    }

    /// The event of that id.
    pub fn event(&self, id: &str) -> Option<&TimedEvent> {
        self.all().find(|(known, _)| *known == id).map(|(_, event)| event)
    }

    /// The events that run for everybody at a moment (unix seconds).
    pub fn running(&self, at: i64, zone: &TimeZone) -> impl Iterator<Item = &str> {
        self.all().filter(move |(_, event)| event.is_open(at, zone)).map(|(id, _)| id)
    }

    /// The next moment at which other events may run for everybody, unix seconds; `None` if never.
    pub fn next_change(&self, at: i64, zone: &TimeZone) -> Option<i64> {
        let windows = self.events.iter().flat_map(|(_, event)| &event.windows);
        windows.filter_map(|window| window.next_change(at, zone)).min()
    }

    /// What the own events of a player change at a moment (unix seconds), whose account was made at another.
    pub fn own_changes(&self, made_at: i64, at: i64) -> impl Iterator<Item = &EventChange> {
        let own = self.events.iter().filter(move |(_, event)| event.is_own_at(made_at, at));
        own.flat_map(|(_, event)| &event.changes)
    }

    /// From when until when (unix seconds) the own events of a player run that change such numbers.
    pub fn own_windows(&self, made_at: i64, is_meant: fn(&EventChange) -> bool) -> impl Iterator<Item = (i64, i64)> {
        let meant = self.events.iter().filter(move |(_, event)| event.changes.iter().any(is_meant));
        meant.filter_map(move |(_, event)| Some(event.player_days?.of(made_at)))
    }

    /// An event and those before it that may run at the same time, which together change numbers while it runs.
    pub fn together_with(&self, id: &str) -> Vec<String> {
        let Some(event) = self.event(id) else {
            return Vec::new();
        };
        let before = self.all().take_while(|(known, _)| *known != id);
        let together = before.filter(|(_, earlier)| conflicts::may_run_together(earlier, event));
        together.map(|(id, _)| id).chain([id]).map(str::to_owned).collect()
    }

    /// The place of an event in its file.
    pub fn place_of(id: &str) -> Place {
        Place::file(format!("{}{id}.ron", Self::PATH))
    }
}

impl TimedEvent {
    /// Which of its windows are open at a moment (unix seconds).
    pub fn opening(&self, at: i64, zone: &TimeZone) -> Option<Opening> {
        Opening::at(&self.windows, at, zone)
    }

    fn is_open(&self, at: i64, zone: &TimeZone) -> bool {
        self.windows.iter().any(|window| window.open_at(at, zone).is_some())
    }

    fn is_own_at(&self, made_at: i64, at: i64) -> bool {
        self.player_days.is_some_and(|days| {
            let (from, until) = days.of(made_at);
            (from..until).contains(&at)
        })
    }

    fn check(&self, place: &Place, tables: &Tables, report: &mut Report) {
        let mut texts = vec![(place.clone().key("name"), &self.name)];
        texts.extend(self.about.as_ref().map(|about| (place.clone().key("about"), about)));
        if let Some(mail) = &self.mail {
            let place = place.clone().key("mail");
            texts.extend([(place.clone().key("subject"), &mail.subject), (place.clone().key("body"), &mail.body)]);
            if let Some(items) = tables.get::<ItemRules>() {
                items.check_all(&mail.items, 1, &place.key("items"), report);
            }
        }
        texts.into_iter().for_each(|(place, texts)| check_texts(texts, place, report));
        if self.changes.is_empty() && self.opens.is_empty() && self.mail.is_none() {
            let message = "does nothing: expected changes, opens or a mail";
            report.warning(place.clone().key("name"), message);
        }
        self.check_times(place, report);
        for (index, change) in self.changes.iter().enumerate() {
            self.check_change(change, (place, index), report);
        }
    }

    fn check_times(&self, place: &Place, report: &mut Report) {
        windows::check_all(&self.windows, &place.clone().key("windows"), report);
        let days = place.clone().key("player_days");
        match self.player_days {
            None if self.windows.is_empty() => {
                let message = "never runs: expected windows, or player_days for days of each player's own";
                report.error(place.clone().key("windows"), message);
            }
            None => {}
            Some(_) if !self.windows.is_empty() => {
                report.error(days, "expected windows or player_days, not both");
            }
            Some(PlayerDays { from, to }) => {
                if from < 1 || to < from || to > LAST_DAY {
                    report.error(days, format!("expected 1 <= from <= to <= {LAST_DAY}"));
                }
                if self.mail.is_some() {
                    report.error(place.clone().key("mail"), "an event of a player's own days sends no mail");
                }
                if !self.opens.is_empty() {
                    report.error(place.clone().key("opens"), "an event of a player's own days opens no stages");
                }
            }
        }
    }

    fn check_change(&self, change: &EventChange, (event, index): (&Place, usize), report: &mut Report) {
        let place = &event.clone().key("changes").index(index);
        let given = [change.multiply.is_some(), change.add.is_some(), change.set.is_some()];
        if given.iter().filter(|given| **given).count() != 1 {
            report.error(place, "expected one of multiply, add and set");
        }
        let (from, to) = change.of.selector().range();
        if !change.of.selector().is_range() {
            report.error(place.clone().key("of"), format!("expected from <= to, found {from} to {to}"));
        }
        if change.multiply.is_some_and(Factor::is_one) || change.add == Some(0) {
            report.warning(place, "changes nothing");
        }
        if let Numbers::DropWeights { item: None, leads_to: None, .. } = change.of
            && change.multiply.is_some_and(|factor| !factor.is_one())
        {
            let message = "changes no chance: all weights of a table grow or shrink alike";
            report.error(place.clone().key("of"), message).hint("name the entries, by item or by leads_to");
        }
        if matches!(change.of, Numbers::LevelNeeds { .. }) && !report.is_intended(event) {
            let message = "players fall back to the levels of before when the event ends";
            let hint = "to let them keep what they gain, change stage_exp; if it is meant, say why: intended: \"..\"";
            report.warning(place.clone().key("of"), message).hint(hint);
        }
        if self.player_days.is_some() && !change.of.may_be_of_a_player() {
            let message = "is the same for everybody; a player's own days change rewards, costs, offers and chances";
            report.error(place.clone().key("of"), message).hint("give the event windows instead of player_days");
        }
    }
}

/// Days of players beyond this are a slip: ten years.
const LAST_DAY: i64 = 3660;
/// The longest text for players, in characters.
const TEXT_CHARS_MAX: usize = 2000;

fn check_texts(texts: &Texts, place: Place, report: &mut Report) {
    for (key, text) in [("zh", &texts.zh), ("en", &texts.en)] {
        if text.trim().is_empty() || text.chars().count() > TEXT_CHARS_MAX {
            report.error(place.clone().key(key), format!("expected a text of 1 to {TEXT_CHARS_MAX} characters"));
        }
    }
}

impl Table for EventRules {
    const PATH: &'static str = "events/";
    const IS_NEEDED: bool = false;
    type File = TimedEvent;

    fn assemble(files: Vec<(String, TimedEvent)>, _: &mut Report) -> Self {
        let id = |file: &str| file.trim_start_matches(Self::PATH).trim_end_matches(".ron").to_owned();
        Self { events: files.into_iter().map(|(file, event)| (id(&file), event)).collect() }
    }

    fn validate(&self, tables: &Tables, report: &mut Report) {
        for (id, event) in self.all() {
            event.check(&Self::place_of(id), tables, report);
        }
        conflicts::check(self, report);
        potions::check(tables, report);
    }
}
