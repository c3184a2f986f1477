//! What can be had for nothing only while an event runs.

use crate::economy::names::GoodNames;
use crate::economy::{Oddity, gifts, trades};
use crate::event_calendar::derive;
use crate::timed_events::EventRules;
use raidkeep_engine::rules::{Report, Tables};

/// Tells, at the changes of each event, what they and those of earlier events that run at the same time give away.
/// `always` is what is told of the numbers without events.
pub(super) fn look(always: &[Oddity], tables: &Tables, report: &mut Report) {
    let Some(events) = tables.get::<EventRules>() else {
        return;
    };
    for (id, _) in events.all().filter(|(_, event)| !event.changes.is_empty()) {
        let changed = derive(tables, &events.together_with(id));
        let names = GoodNames::of(&changed);
        let is_new = |oddity: &Oddity| always.iter().all(|known| known.place != oddity.place);
        // What follows is seen once the first is mended.
        if let Some(oddity) = gifts(&trades(&changed), &names).into_iter().find(is_new) {
            let message = format!("while it runs, {}: {}", report.shown(&oddity.place), oddity.message);
            report.warning(EventRules::place_of(id).key("changes"), message).hint(oddity.hint);
        }
    }
}
