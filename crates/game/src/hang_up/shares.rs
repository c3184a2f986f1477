//! The minutes of a hang-up, by the rates that pay them.

use crate::hang_up::model::{Hanging, SECONDS_PER_MINUTE};
use crate::hang_up::rates::Rates;
use crate::hang_up::terms::HangUpTerms;
use crate::timed_events::EventChange;
use raidkeep_engine::history::Piece;

/// Minutes under the same rules.
pub(super) struct Share<'h> {
    pub(super) terms: &'h HangUpTerms,
    /// Equal terms have the same number.
    pub(super) number: usize,
    /// What the player's own days change of them.
    pub(super) own: Vec<&'h EventChange>,
    /// How many are paid.
    pub(super) minutes: i64,
    /// How many of them have not been rolled yet.
    pub(super) unrolled: i64,
}

impl Hanging {
    /// The minutes since the last settlement, grouped by the rules that pay them.
    pub(super) fn shares<'h>(&self, minutes: i64, rates: &Rates<'h>) -> Vec<Share<'h>> {
        let begun =
            |moment: i64| moment.saturating_sub(self.since).saturating_add(SECONDS_PER_MINUTE - 1) / SECONDS_PER_MINUTE;
        let until = self.since.saturating_add(minutes * SECONDS_PER_MINUTE);
        let mut shares: Vec<Share<'h>> = Vec::new();
        for Piece { terms, number, mut from, until } in rates.history.pieces(self.since, until) {
            for until in rates.cuts(terms, from, until).into_iter().chain([until]) {
                let (first, last) = (begun(from), begun(until).min(terms.rules.minutes_max()));
                let (minutes, unrolled) = ((last - first).max(0), (last - first.max(self.rolled_minutes)).max(0));
                let own = rates.own_changes(terms, from);
                match shares.iter_mut().find(|share| share.number == number && share.own == own) {
                    Some(share) => {
                        share.minutes += minutes;
                        share.unrolled += unrolled;
                    }
                    None => shares.push(Share { terms, number, own, minutes, unrolled }),
                }
                from = until;
            }
        }
        shares
    }
}
