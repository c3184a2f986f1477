//! Checks of a table's numbers as events change them.

use crate::timed_events::change::{Changeable, EventChange};
use crate::timed_events::conflicts::may_run_together;
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
    let faults = |changes: &[&EventChange]| {
        let (mut changed, mut found) = (table.clone(), Report::default());
        for change in changes {
            changed.apply(change);
        }
        validate(&changed, tables, &mut found);
        found.problems().iter().filter(|problem| problem.severity == Severity::Error).cloned().collect::<Vec<_>>()
    };
    let known = faults(&[]);
    let first_new = |changes: &[&EventChange]| faults(changes).into_iter().find(|fault| !known.contains(fault));
    let all: Vec<(&str, &TimedEvent)> = events.all().collect();
    for (at, (id, event)) in all.iter().enumerate() {
        let own: Vec<(Place, &EventChange)> = placed(id, event).filter(|(_, change)| is_about(table, change)).collect();
        let mut is_sound = true;
        for (place, change) in &own {
            if !change.of.selector().is_range() {
                is_sound = false;
            } else if table.clone().apply(change) == Some(0) {
                report.error(place.clone().key("of"), "changes nothing: there are no such numbers");
                is_sound = false;
            } else if let Some(fault) = first_new(&[change]) {
                report.error(place, told(&fault));
                is_sound = false;
            }
        }
        let Some((place, _)) = own.first().filter(|_| is_sound) else {
            continue;
        };
        let together = all[..at].iter().filter(|(_, earlier)| may_run_together(earlier, event));
        let (names, earlier): (Vec<&str>, Vec<Vec<&EventChange>>) =
            together.map(|(id, earlier)| (*id, earlier.changes.iter().collect::<Vec<_>>())).unzip();
        let changes: Vec<&EventChange> = earlier.into_iter().flatten().chain(&event.changes).collect();
        if let Some(fault) = first_new(&changes) {
            report.error(place, format!("together with {}: {}", names.join(", "), told(&fault)));
        }
    }
}

fn is_about<T: Changeable>(table: &T, change: &EventChange) -> bool {
    table.clone().apply(change).is_some()
}

fn placed<'e>(id: &str, event: &'e TimedEvent) -> impl Iterator<Item = (Place, &'e EventChange)> {
    let place = EventRules::place_of(id).key("changes");
    event.changes.iter().enumerate().map(move |(index, change)| (place.clone().index(index), change))
}

fn told(fault: &Problem) -> String {
    format!("makes {} of {} wrong: {}", fault.key, fault.file, fault.message)
}
