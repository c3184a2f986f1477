//! Closes the game to players while it is under maintenance.
//!
//! A closed game refuses players' requests and log-ins with status 18, before anything of the player is loaded. Operators,
//! functions without a player, routes of platforms and answers of platforms go on, and so does a request that has begun
//! before. Who closes and opens it is not here.

use std::collections::BTreeSet;

use bevy_ecs::prelude::*;

use crate::account::AccountId;
use crate::request::{Refusal, status};

/// What players are told while the game is closed, and who may play all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// Why, for players.
    pub message: Box<str>,
    /// When it ends, unix seconds.
    pub until: i64,
    /// Who may play.
    pub admitted: BTreeSet<AccountId>,
}

impl Closed {
    /// What this account, or one that does not exist yet, is answered; `None` = it may play.
    fn refusal(&self, account: Option<AccountId>) -> Option<Refusal> {
        let is_admitted = account.is_some_and(|account| self.admitted.contains(&account));
        let refusal = || Refusal::saying(status::MAINTENANCE, self.message.to_string()).until(Some(self.until));
        (!is_admitted).then(refusal)
    }
}

/// Whether the game is closed. It is in memory only: who closes it does so again at a start.
#[derive(Debug, Default, Resource)]
pub struct Closure(Option<Closed>);

impl Closure {
    /// Closes the game, or opens it with `None`.
    pub fn set(&mut self, closed: Option<Closed>) {
        self.0 = closed;
    }

    /// Whether the game is closed.
    pub fn is_closed(&self) -> bool {
        self.0.is_some()
    }

    /// What this account is answered; `None` = it may play.
    pub fn refusal(&self, account: AccountId) -> Option<Refusal> {
        self.0.as_ref()?.refusal(Some(account))
    }

    /// Whether new accounts may be made.
    ///
    /// # Errors
    /// What somebody is answered who wants one while the game is closed.
    pub fn admit_newcomers(&self) -> Result<(), Refusal> {
        self.0.as_ref().and_then(|closed| closed.refusal(None)).map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_game_admits_those_it_names_and_an_open_one_everybody() {
        let (ann, bob) = (AccountId(1), AccountId(2));
        let mut closing = Closure::default();
        assert_eq!((closing.refusal(ann), closing.admit_newcomers()), (None, Ok(())));
        closing.set(Some(Closed { message: "Back soon.".into(), until: 100, admitted: BTreeSet::from([ann]) }));
        let told = Refusal::saying(status::MAINTENANCE, "Back soon.").until(Some(100));
        assert_eq!((closing.refusal(ann), closing.refusal(bob)), (None, Some(told.clone())));
        assert_eq!(closing.admit_newcomers(), Err(told), "nobody has admitted who does not exist yet");
        closing.set(None);
        assert_eq!(closing.refusal(bob), None);
    }
}
