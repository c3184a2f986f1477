//! Events that change the same numbers at the same time.

use crate::timed_events::change::EventChange;
use crate::timed_events::rules::{EventRules, TimedEvent};
use crate::windows::first_meeting;
use raidkeep_engine::rules::Report;

/// Reports what events do to each other's changes. The later one in the order of files may say that it is intended.
pub(super) fn check(events: &EventRules, report: &mut Report) {
    let all: Vec<(&str, &TimedEvent)> = events.all().collect();
    for (at, (id, event)) in all.iter().enumerate() {
        for (earlier_id, earlier) in &all[..at] {
            let Some(when) = meeting(earlier, event) else {
                continue;
            };
            for (index, change) in event.changes.iter().enumerate() {
                let Some(met) = earlier.changes.iter().find(|earlier| earlier.of.meets(&change.of)) else {
                    continue;
                };
                if report.is_intended(&EventRules::place_of(id)) {
                    continue;
                }
                let place = EventRules::place_of(id).key("changes").index(index);
                let message = format!("{} {earlier_id}, which runs at the same time{when}", effect(met, change));
                let hint = "if that is meant, say why: intended: \"..\"";
                let is_contradiction = met.set.is_some() && change.set.is_some() && met.set != change.set;
                if is_contradiction {
                    report.error(place, message).hint(hint);
                } else {
                    report.warning(place, message).hint(hint);
                }
            }
        }
    }
}

/// What a later change does to an earlier one.
fn effect(earlier: &EventChange, later: &EventChange) -> &'static str {
    match (earlier.set, later.set) {
        (Some(one), Some(other)) if one != other => "sets otherwise what is set by",
        (_, Some(_)) => "sets, and so undoes, what is changed by",
        (Some(_), None) => "changes what is set by",
        (None, None) => "changes once more what is changed by",
    }
}

/// Whether two events may run at the same time, for some player.
pub(super) fn may_run_together(one: &TimedEvent, other: &TimedEvent) -> bool {
    meeting(one, other).is_some()
}

/// When two events first run at the same time, in words; `None` if they never do.
fn meeting(one: &TimedEvent, other: &TimedEvent) -> Option<String> {
    match (one.player_days, other.player_days) {
        (Some(one), Some(other)) => (one.from <= other.to && other.from <= one.to)
            .then(|| format!(" on day {} of a player", one.from.max(other.from))),
        (Some(_), None) | (None, Some(_)) => Some(" for new players".to_owned()),
        (None, None) => {
            let pairs = one.windows.iter().flat_map(|one| other.windows.iter().map(move |other| (one, other)));
            pairs
                .filter_map(|(one, other)| first_meeting(one, other))
                .next()
                .map(|day| format!(", for example on {day}"))
        }
    }
}
