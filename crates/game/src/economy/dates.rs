//! What is over, and windows that are open at the same time.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::boss::BossRules;
use crate::schedule::Schedule;
use crate::stages::StageRules;
use crate::stages::rules::StageBlock;
use crate::timed_events::{EventRules, TimedEvent};
use crate::windows::{Window, first_meeting};
use raidkeep_engine::calendar::{date_number, date_of};
use raidkeep_engine::rules::{AsOf, Place, Report, Table, Tables};

pub(super) fn look(tables: &Tables, as_of: Option<AsOf<'_>>, report: &mut Report) {
    let empty = EventRules::default();
    let events = tables.get::<EventRules>().unwrap_or(&empty);
    for (file, mode) in tables.get::<StageRules>().into_iter().flat_map(StageRules::modes) {
        if let Some(resets) = &mode.resets {
            look_at_schedule(resets, &Place::file(file).key("resets"), as_of, report);
        }
        for block in &mode.stages {
            let place = Place::file(file).key("stages").index(block.entry);
            look_at_windows(&block.windows, &place.clone().key("windows"), as_of, report);
            look_at_events(block, events, &place.key("by_events"), as_of, report);
        }
    }
    for (id, event) in events.all() {
        look_at_windows(&event.windows, &EventRules::place_of(id).key("windows"), as_of, report);
    }
    if let Some(bosses) = tables.get::<BossRules>() {
        look_at_schedule(&bosses.season, &Place::file(<BossRules as Table>::PATH).key("season"), as_of, report);
    }
}

fn look_at_windows(windows: &[Window], list: &Place, as_of: Option<AsOf<'_>>, report: &mut Report) {
    for (at, window) in windows.iter().enumerate() {
        let place = list.clone().index(at);
        if let Some(closed) = as_of.and_then(|as_of| over_since(window, as_of)) {
            let hint = "delete it, or give it new dates and, if it has one, another name: a name pays once";
            report.warning(place, format!("is over since {closed} and never opens again")).hint(hint);
            continue;
        }
        let earlier = windows[..at].iter().enumerate();
        let met = earlier.filter_map(|(at, earlier)| Some((at, earlier, first_meeting(earlier, window)?))).next();
        if let Some((at, earlier, day)) = met {
            let name = earlier.name().map_or_else(|| format!("window {}", at + 1), |name| format!("\"{name}\""));
            let message = format!("is open at the same time as {name}, for example on {day}");
            report.warning(place, message).hint("windows that overlap are one and pay once");
        }
    }
}

/// The date on which a window that never opens again has closed.
fn over_since(window: &Window, AsOf { moment, zone }: AsOf<'_>) -> Option<String> {
    let is_over = window.open_at(moment, zone).is_none() && window.next_change(moment, zone).is_none();
    let last = is_over.then(|| window.between(i64::MIN, moment, zone).last()).flatten()?;
    Some(local_date(last.closes, zone)?.to_string())
}

fn local_date(moment: i64, zone: &TimeZone) -> Option<jiff::civil::Date> {
    Some(Timestamp::from_second(moment).ok()?.to_zoned(zone.clone()).date())
}

/// Reports a stage that only events open, all of which are over.
fn look_at_events(
    block: &StageBlock,
    events: &EventRules,
    place: &Place,
    as_of: Option<AsOf<'_>>,
    report: &mut Report,
) {
    let Some(as_of) = as_of.filter(|_| block.by_events && block.windows.is_empty()) else {
        return;
    };
    let is_opening = |event: &TimedEvent| event.opens.iter().any(|stage| block.contains(*stage));
    let mut opening = events.all().filter(|(_, event)| is_opening(event)).peekable();
    let is_over = |event: &TimedEvent| event.windows.iter().all(|window| over_since(window, as_of).is_some());
    // That there is none is told with the stages.
    if opening.peek().is_some() && opening.all(|(_, event)| is_over(event)) {
        report.warning(place, "every event that opens this stage is over, so nobody can ever enter it again");
    }
}

fn look_at_schedule(schedule: &Schedule, place: &Place, as_of: Option<AsOf<'_>>, report: &mut Report) {
    let today = as_of.and_then(|as_of| local_date(as_of.moment, as_of.zone));
    let Some(today) = today.map(date_number).filter(|today| schedule.next_due(*today).is_none()) else {
        return;
    };
    let message = format!("all its dates are over on {}: it never starts anew", date_of(today));
    report.warning(place, message).hint("add a later date");
}
