//! What a player was paid for: a window by its name, on one of its dates (docs/contract/stages.md#activity-stages).

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::windows::{OpenSpan, Window};
use raidkeep_engine::mend::Mend;
use raidkeep_engine::rules::{Place, Report};

/// One time that a window is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occurrence {
    /// The window's name.
    pub name: String,
    /// The number of the local date on which it opened; `None` where the name alone counts.
    date: Option<i32>,
    opens: i64,
    closes: i64,
}

impl Occurrence {
    /// It was noted under a clock that was ahead: it counts as one that is open at the mend.
    pub fn mend(&mut self, mend: &Mend) {
        if self.opens > mend.at {
            (self.opens, self.closes) = (mend.at, mend.at);
            self.date = self.date.map(|date| mend.begun_date(date));
        }
    }
}

/// The windows of a stage that are open at one moment, and the time around it that counts as one window.
#[derive(Debug, PartialEq, Eq)]
pub struct Opening {
    open: Vec<Occurrence>,
    /// When the first of the windows that touch or overlap opens.
    opens: i64,
    /// When the last of them closes.
    closes: i64,
}

impl Opening {
    /// What is open at a moment (unix seconds); `None` when nothing is.
    pub fn at(windows: &[Window], moment: i64, zone: &TimeZone) -> Option<Self> {
        let (mut open, mut closed) = (Vec::new(), Vec::new());
        for (place, window) in windows.iter().enumerate() {
            match window.open_at(moment, zone) {
                Some(OpenSpan { date, opens, closes }) => {
                    let date = (!window.has_one_occurrence()).then_some(date);
                    open.push(Occurrence { name: name_of(window, place), date, opens, closes });
                }
                None => closed.push(window),
            }
        }
        let opens = open.iter().map(|open| open.opens).min()?;
        let closes = open.iter().map(|open| open.closes).max()?;
        Some(Self { open, opens: first_of_chain(opens, &closed, zone), closes: last_of_chain(closes, &closed, zone) })
    }

    /// The windows that are open.
    pub fn occurrences(&self) -> &[Occurrence] {
        &self.open
    }

    /// When the first of the windows that touch or overlap opens, and when the last of them closes (unix seconds).
    pub fn times(&self) -> (i64, i64) {
        (self.opens, self.closes)
    }

    /// Whether this counts as paid when the stage paid in that occurrence: it is the same one, or one of a window that
    /// touches or overlaps. An occurrence that begins before the other has ended is the same one: its begin was moved
    /// while it was open.
    pub fn is_paid_by(&self, paid: &Occurrence) -> bool {
        let mut namesakes = self.open.iter().filter(|open| open.name == paid.name).peekable();
        if namesakes.peek().is_none() {
            return paid.opens <= self.closes && paid.closes >= self.opens;
        }
        namesakes.any(|open| {
            let is_date_over = open.date.is_none_or(|date| paid.date.is_some_and(|paid| paid >= date));
            is_date_over || open.opens < paid.closes
        })
    }

    /// Whether it had begun when a window opened of which only this moment is known.
    pub fn has_begun_by(&self, opened: i64) -> bool {
        self.opens <= opened
    }
}

/// When a chain of windows begins that each touch or overlap the next, the last of which opens at `opens`. A window that
/// would come a second time, on another date, ends the chain.
fn first_of_chain(mut opens: i64, windows: &[&Window], zone: &TimeZone) -> i64 {
    let mut left = windows.to_vec();
    let reaches = |window: &Window, opens: i64| {
        window.between(opens, opens, zone).find(|span| span.opens < opens && span.closes >= opens)
    };
    while let Some((at, span)) = left.iter().enumerate().find_map(|(at, window)| Some((at, reaches(window, opens)?))) {
        left.swap_remove(at);
        opens = span.opens;
    }
    opens
}

/// When a chain ends that goes on from a window that closes at `closes`.
fn last_of_chain(mut closes: i64, windows: &[&Window], zone: &TimeZone) -> i64 {
    let mut left = windows.to_vec();
    let reaches = |window: &Window, closes: i64| {
        window.between(closes, closes, zone).find(|span| span.opens <= closes && span.closes > closes)
    };
    while let Some((at, span)) = left.iter().enumerate().find_map(|(at, window)| Some((at, reaches(window, closes)?))) {
        left.swap_remove(at);
        closes = span.closes;
    }
    closes
}

/// The name of a window; one without a name has its place among the windows of its stage as one.
fn name_of(window: &Window, place: usize) -> String {
    window.name().map_or_else(|| (place + 1).to_string(), str::to_owned)
}

/// Reports windows beside each other that make no sense.
pub fn check_all(windows: &[Window], place: &Place, report: &mut Report) {
    let mut names: Vec<String> = Vec::new();
    for (at, window) in windows.iter().enumerate() {
        let place = place.clone().index(at);
        window.check(&place, report);
        let name = name_of(window, at);
        if name.trim().is_empty() || name.chars().count() > 64 {
            report.error(place.key("name"), "expected 1 to 64 characters");
        } else if names.contains(&name) {
            report.error(place.key("name"), format!("another window beside it has the name \"{name}\""));
        }
        names.push(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use raidkeep_engine::calendar::first_moment;
    use raidkeep_engine::clock::time_zone;

    const DAYS: &str = "[monday, tuesday, wednesday, thursday, friday, saturday, sunday]";

    fn weekly(name: &str, from: &str, to: &str) -> Window {
        ron::from_str(&format!("Weekly(name: Some(\"{name}\"), weekdays: {DAYS}, from: \"{from}\", to: \"{to}\")"))
            .expect("a window")
    }

    fn dates(name: &str, from: &str, to: &str) -> Window {
        ron::from_str(&format!("Dates(name: {name}, from: \"{from}\", to: \"{to}\")")).expect("a window")
    }

    fn opening(windows: &[Window], local: &str) -> Option<Opening> {
        let zone = time_zone("Asia/Shanghai").expect("a known zone");
        Opening::at(windows, first_moment(local.parse().expect("a local time"), &zone), &zone)
    }

    /// Whether a player who is paid at the first moment is paid at the second as well.
    fn pays_twice(before: &[Window], first: &str, after: &[Window], second: &str) -> bool {
        let paid = opening(before, first).expect("it is open at first");
        let then = opening(after, second).expect("it is open at last");
        !paid.occurrences().iter().any(|paid| then.is_paid_by(paid))
    }

    #[test]
    fn an_occurrence_is_the_name_and_the_date_on_which_it_opened() {
        let night = [weekly("night", "22:00", "02:00")];
        assert!(!pays_twice(&night, "2026-03-09T22:00", &night, "2026-03-10T01:59"), "over midnight it is one");
        assert!(pays_twice(&night, "2026-03-09T22:00", &night, "2026-03-10T22:00"), "each evening is another");
        assert!(!pays_twice(&night, "2026-03-10T22:00", &night, "2026-03-09T22:00"), "also when the clock jumps back");
        let all_day = [weekly("day", "00:00", "24:00")];
        assert!(pays_twice(&all_day, "2026-03-09T23:59", &all_day, "2026-03-10T00:00"), "and each whole day");
    }

    #[test]
    fn an_occurrence_keeps_its_date_when_its_begin_is_moved_while_it_is_open() {
        let (before, after) = ([weekly("night", "22:00", "02:00")], [weekly("night", "00:30", "02:00")]);
        assert!(!pays_twice(&before, "2026-03-09T23:00", &after, "2026-03-10T01:00"), "moved over midnight");
        assert!(pays_twice(&before, "2026-03-09T23:00", &after, "2026-03-11T01:00"), "the next night pays");
        let (before, after) = ([weekly("noon", "12:00", "14:00")], [weekly("noon", "13:00", "15:00")]);
        assert!(!pays_twice(&before, "2026-03-09T12:00", &after, "2026-03-09T14:30"), "moved within the day");
    }

    #[test]
    fn a_range_of_dates_pays_once_by_its_name_alone() {
        let first = [dates("Some(\"festival\")", "2026-03-01", "2026-03-10")];
        let moved = [dates("Some(\"festival\")", "2026-04-01", "2026-04-10")];
        let other = [dates("Some(\"spring\")", "2026-04-01", "2026-04-10")];
        assert!(!pays_twice(&first, "2026-03-05T12:00", &moved, "2026-04-05T12:00"));
        assert!(pays_twice(&first, "2026-03-05T12:00", &other, "2026-04-05T12:00"));
        let (first, moved) = ([dates("None", "2026-03-01", "2026-03-10")], [dates("None", "2026-04-01", "2026-04-10")]);
        assert!(pays_twice(&first, "2026-03-05T12:00", &moved, "2026-04-05T12:00"), "a place is used again");
    }

    #[test]
    fn who_was_paid_under_any_name_of_windows_that_touch_or_overlap_was_paid() {
        let touching = [weekly("a", "10:00", "12:00"), weekly("b", "12:00", "14:00"), weekly("c", "13:00", "15:00")];
        assert!(!pays_twice(&touching, "2026-03-09T10:00", &touching, "2026-03-09T12:00"), "they touch");
        assert!(!pays_twice(&touching, "2026-03-09T10:00", &touching, "2026-03-09T14:30"), "also by one between them");
        assert!(!pays_twice(&touching, "2026-03-09T14:30", &touching, "2026-03-09T10:00"), "in either order");
        assert!(
            pays_twice(&touching, "2026-03-09T14:30", &touching, "2026-03-10T10:00"),
            "the next day does not touch"
        );
        let apart = [weekly("a", "10:00", "12:00"), weekly("b", "12:01", "14:00")];
        assert!(pays_twice(&apart, "2026-03-09T10:00", &apart, "2026-03-09T13:00"), "a minute apart");
        let festival = [dates("Some(\"festival\")", "2026-03-01", "2026-03-10"), weekly("noon", "12:00", "14:00")];
        assert!(!pays_twice(&festival, "2026-03-05T12:00", &festival, "2026-03-06T12:00"), "all noons of a festival");
    }

    #[test]
    fn windows_around_the_clock_pay_once_a_day_and_not_for_ever() {
        let halves = [weekly("a", "00:00", "12:00"), weekly("b", "12:00", "24:00")];
        assert!(!pays_twice(&halves, "2026-03-09T01:00", &halves, "2026-03-09T13:00"));
        assert!(pays_twice(&halves, "2026-03-09T01:00", &halves, "2026-03-10T01:00"));
        assert!(pays_twice(&halves, "2026-03-09T13:00", &halves, "2026-03-10T13:00"));
    }

    #[test]
    fn a_window_that_is_renamed_or_given_a_name_while_it_is_open_pays_no_second_time() {
        let unnamed: Window =
            ron::from_str(&format!("Weekly(weekdays: {DAYS}, from: \"12:00\", to: \"14:00\")")).expect("a window");
        let (before, after) = ([unnamed], [weekly("noon", "12:00", "14:00")]);
        assert!(!pays_twice(&before, "2026-03-09T12:00", &after, "2026-03-09T13:00"));
        assert!(pays_twice(&before, "2026-03-09T12:00", &after, "2026-03-10T12:00"));
    }
}
