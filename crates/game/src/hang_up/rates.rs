//! By what a player's minutes are paid: the rules that were in force, and the player's own days.

use std::borrow::Cow;

use crate::drops::DropRules;
use crate::hang_up::terms::{BesideRates, HangUpTerms, OwnDays};
use crate::timed_events::{Changeable, EventChange};
use raidkeep_engine::history::History;

/// The rates of a player.
#[derive(Debug, Clone, Copy)]
pub struct Rates<'r> {
    /// What was in force, as of when.
    pub history: &'r History<HangUpTerms>,
    /// When the account was made, unix seconds.
    pub made_at: i64,
    /// The drop tables in force for everybody.
    pub drops: &'r DropRules,
}

impl<'r> Rates<'r> {
    fn beside(&self, terms: &'r HangUpTerms) -> Option<&'r BesideRates> {
        terms.beside.as_ref().or_else(|| self.history.in_force()?.beside.as_ref())
    }

    fn own(&self, terms: &'r HangUpTerms) -> impl Iterator<Item = &'r OwnDays> {
        self.beside(terms).into_iter().flat_map(|beside| &beside.own)
    }

    /// When own days under these terms begin or end between two moments (unix seconds), both not included.
    pub(super) fn cuts(&self, terms: &'r HangUpTerms, from: i64, until: i64) -> Vec<i64> {
        let ends = self.own(terms).map(|own| own.days.of(self.made_at)).flat_map(|(begins, ends)| [begins, ends]);
        let mut cuts: Vec<i64> = ends.filter(|cut| from < *cut && *cut < until).collect();
        cuts.sort_unstable();
        cuts.dedup();
        cuts
    }

    /// What the player's own days under these terms change at a moment (unix seconds).
    pub(super) fn own_changes(&self, terms: &'r HangUpTerms, at: i64) -> Vec<&'r EventChange> {
        let is_day = |own: &&OwnDays| {
            let (begins, ends) = own.days.of(self.made_at);
            (begins..ends).contains(&at)
        };
        self.own(terms).filter(is_day).flat_map(|own| &own.changes).collect()
    }

    /// The drop tables under these terms, as own changes make them.
    pub(super) fn tables(&self, terms: &'r HangUpTerms, own: &[&EventChange]) -> Cow<'r, DropRules> {
        let is_present = self.history.in_force().is_some_and(|present| std::ptr::eq(present, terms));
        let kept = self.beside(terms).filter(|_| !is_present);
        let tables =
            kept.map_or(Cow::Borrowed(self.drops), |kept| Cow::Owned(DropRules::of_tables(kept.tables.clone())));
        match tables.under(own.iter().copied()) {
            Cow::Owned(changed) => Cow::Owned(changed),
            Cow::Borrowed(_) => tables,
        }
    }
}
