//! Purchases that make no sense.

use crate::tickets::{Purchase, TicketRules};
use raidkeep_engine::rules::{Place, Report};

impl TicketRules {
    /// Reports a purchase that nobody can make, or that is not worth making.
    pub(super) fn check_sense(&self, index: usize, purchase: &Purchase, place: &Place, report: &mut Report) {
        if self.kind(purchase.allowance).is_some_and(|allowance| !allowance.is_given()) {
            let message = format!("nobody can ever buy this: kind {} allows 0 a day", purchase.allowance);
            report.warning(place.clone().key("allowance"), message);
        }
        if self.purchases[..index].iter().any(|earlier| earlier.mode == purchase.mode) {
            let message = "nobody can ever buy this: an earlier purchase has the same mode";
            report.error(place.clone().key("mode"), message);
        }
        if purchase.ticket == purchase.allowance {
            report.warning(place.clone().key("ticket"), "buying uses up the very ticket that it gives");
        }
        if purchase.price.is_empty() {
            report.warning(place.clone().key("price"), "costs nothing");
        }
    }
}
