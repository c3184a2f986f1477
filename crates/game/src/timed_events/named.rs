//! The ids that changes of events name.

use crate::items::ITEM;
use crate::timed_events::numbers::Numbers;
use raidkeep_engine::rules::{Naming, Place, Report};

/// Says which items a change names, and which entries of the table whose numbers it changes. `place` is that of `of`.
pub(super) fn mention(of: &Numbers, kind: Option<Naming>, place: &Place, report: &mut Report) {
    for (kind, (key, id)) in kind.into_iter().flat_map(|kind| ids(of).into_iter().map(move |id| (kind, id))) {
        report.name_mentioned(kind, id, place.clone().key(key));
    }
    if let Some(item) = of.selector().item() {
        report.name_mentioned(ITEM, item.to_string(), place.clone().key("item"));
    }
}

/// The ids of entries, each behind its key.
fn ids(of: &Numbers) -> Vec<(&'static str, String)> {
    let selector = of.selector();
    let (id, leads_to) = (selector.id().map(str::to_owned), selector.leads_to().map(str::to_owned));
    let named = match of {
        Numbers::OfferPrice { .. } | Numbers::OfferItems { .. } => [("offer", id), ("", None)],
        Numbers::BossLife { .. } | Numbers::BossGift { .. } => [("boss", id), ("", None)],
        Numbers::TicketPrice { ticket } | Numbers::TicketsDaily { ticket } => {
            [("ticket", Some(ticket.0.to_string())), ("", None)]
        }
        Numbers::DropWeights { .. } | Numbers::DropDraws { .. } | Numbers::DropGuarantee { .. } => {
            [("table", id), ("leads_to", leads_to)]
        }
        _ => return Vec::new(),
    };
    named.into_iter().filter_map(|(key, id)| Some((key, id?))).collect()
}
