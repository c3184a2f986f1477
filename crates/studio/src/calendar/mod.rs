//! The calendar of events: which run when, for some months from a date.

mod drawing;
mod text;

use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use raidkeep_engine::calendar::first_moment;
use raidkeep_game::timed_events::{EventRules, TimedEvent};

/// The events of some months.
#[derive(Debug)]
pub struct Calendar<'r> {
    events: Vec<Row<'r>>,
    months: Vec<Month>,
}

/// An event and when it runs.
#[derive(Debug)]
struct Row<'r> {
    id: &'r str,
    event: &'r TimedEvent,
    /// Unix seconds, in order; those that touch or overlap are one.
    times: Vec<(i64, i64)>,
}

/// A month, day by day.
#[derive(Debug)]
struct Month {
    first: Date,
    /// When each day begins, and the last one ends, unix seconds.
    midnights: Vec<i64>,
}

impl<'r> Calendar<'r> {
    /// The calendar of this many months, the first of which contains the date.
    pub fn new(rules: &'r EventRules, from: Date, months: usize, zone: &TimeZone) -> Self {
        let first = from.first_of_month();
        let starts = first.series(1.month()).take(months);
        let months: Vec<Month> = starts.map(|first| Month::new(first, zone)).collect();
        let (from, until) = match (months.first(), months.last()) {
            (Some(first), Some(last)) => (first.begins_at(), last.ends_at()),
            _ => (0, 0),
        };
        let row = |(id, event): (&'r str, &'r TimedEvent)| Row { id, event, times: times(event, from, until, zone) };
        Self { events: rules.all().map(row).collect(), months }
    }
}

/// When an event runs between two moments; what touches or overlaps is one.
fn times(event: &TimedEvent, from: i64, until: i64, zone: &TimeZone) -> Vec<(i64, i64)> {
    let spans = event.windows.iter().flat_map(|window| window.between(from, until, zone));
    let mut spans: Vec<(i64, i64)> = spans.map(|span| (span.opens.max(from), span.closes.min(until))).collect();
    spans.retain(|(opens, closes)| opens < closes);
    spans.sort_unstable();
    let mut times: Vec<(i64, i64)> = Vec::new();
    for (opens, closes) in spans {
        match times.last_mut() {
            Some((_, last)) if opens <= *last => *last = closes.max(*last),
            _ => times.push((opens, closes)),
        }
    }
    times
}

impl Month {
    fn new(first: Date, zone: &TimeZone) -> Self {
        let days = first.series(1.day()).take(usize::try_from(first.days_in_month()).unwrap_or(31) + 1);
        Self { first, midnights: days.map(|date| first_moment(date.into(), zone)).collect() }
    }

    fn begins_at(&self) -> i64 {
        self.midnights.first().copied().unwrap_or(0)
    }

    fn ends_at(&self) -> i64 {
        self.midnights.last().copied().unwrap_or(0)
    }

    fn title(&self) -> String {
        self.first.strftime("%B %Y").to_string()
    }

    /// Each day with when it begins and ends.
    fn days(&self) -> impl Iterator<Item = (Date, i64, i64)> {
        let dates = self.first.series(1.day());
        dates.zip(self.midnights.windows(2)).map(|(date, ends)| (date, ends[0], ends[1]))
    }
}

impl Row<'_> {
    /// What it is, in one line for each thing to know.
    fn words(&self) -> Vec<String> {
        let TimedEvent { windows, player_days, changes, opens, mail, .. } = self.event;
        let mut words: Vec<String> = windows.iter().map(|window| format!("runs {window}")).collect();
        words.extend(player_days.map(|days| format!("runs on days {} to {} of each player", days.from, days.to)));
        words.extend(changes.iter().map(ToString::to_string));
        if !opens.is_empty() {
            let stages: Vec<String> = opens.iter().map(u32::to_string).collect();
            words.push(format!("opens {}", stages.join(", ")));
        }
        words.extend(mail.as_ref().map(|mail| format!("mail: {}", mail.subject.together(" / "))));
        words
    }
}
