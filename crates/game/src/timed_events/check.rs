//! Checks of a table's numbers as events change them.

use std::cell::LazyCell;

use crate::timed_events::change::{Changeable, EventChange};
use crate::timed_events::conflicts::may_run_together;
use crate::timed_events::named;
use crate::timed_events::rules::{EventRules, TimedEvent};
use raidkeep_engine::rules::{Place, Problem, Report, Severity, Tables};

/// Reports changes that change nothing in this table, and those that make it invalid, each alone and together with the
/// events before it. `validate` is how the table checks its own numbers.
pub fn check_changes<T: Changeable>(
    table: &T,
    tables: &Tables,
    report: &mut Report,
    validate: impl Fn(&T, &Tables, &mut Report),
) {
    let Some(events) = tables.get::<EventRules>() else {
        return;
    };
    let faults = |table: &T| {
        let mut found = Report::default();
        validate(table, tables, &mut found);
        found.problems().iter().filter(|problem| problem.severity == Severity::Error).cloned().collect::<Vec<_>>()
    };
    // Most tables are checked on every reload and changed by no event.
    let known = LazyCell::new(|| faults(table));
    // Where the table itself is wrong, what a change makes of it says nothing new.
    let is_known = |fault: &Problem| known.iter().any(|own| (&own.file, &own.key) == (&fault.file, &fault.key));
    let first_new = |changed: &T| faults(changed).into_iter().find(|fault| !is_known(fault));
    let all: Vec<(&str, &TimedEvent)> = events.all().collect();
    for (at, (id, event)) in all.iter().enumerate() {
        let own: Vec<(Place, &EventChange)> = placed(id, event).filter(|(_, change)| T::has(&change.of)).collect();
        let mut is_sound = true;
        for (place, change) in &own {
            named::mention(&change.of, T::NAMED, &place.clone().key("of"), report);
            if !change.of.selector().is_range() {
                is_sound = false;
                continue;
            }
            let mut changed = table.clone();
            if changed.apply(change) == 0 {
                report_nothing(table, change, place.clone().key("of"), report);
                is_sound = false;
            } else if let Some(fault) = first_new(&changed) {
                report.error(place, told(&fault));
                is_sound = false;
            }
        }
        let Some((place, ..)) = own.first().filter(|_| is_sound) else {
            continue;
        };
        let together: Vec<_> = all[..at].iter().filter(|(_, earlier)| may_run_together(earlier, event)).collect();
        let changed = table.under(together.iter().flat_map(|(_, earlier)| &earlier.changes).chain(&event.changes));
        if let Some(fault) = first_new(&changed) {
            let names: Vec<&str> = together.iter().map(|(id, _)| *id).collect();
            report.error(place, format!("together with {}: {}", names.join(", "), told(&fault)));
        }
    }
}

fn report_nothing<T: Changeable>(table: &T, change: &EventChange, place: Place, report: &mut Report) {
    let names = table.names();
    match change.of.selector().id().filter(|id| !names.is_empty() && !names.contains(id)) {
        Some(id) => {
            let message = format!("changes nothing: there is no \"{id}\" in {}", T::PATH);
            report.error(place, message).nearest(id, names);
        }
        None => drop(report.error(place, "changes nothing: there are no such numbers")),
    }
}

fn placed<'e>(id: &str, event: &'e TimedEvent) -> impl Iterator<Item = (Place, &'e EventChange)> {
    let place = EventRules::place_of(id).key("changes");
    event.changes.iter().enumerate().map(move |(index, change)| (place.clone().index(index), change))
}

fn told(fault: &Problem) -> String {
    format!("makes {} of {} wrong: {}", fault.key, fault.file, fault.message)
}
