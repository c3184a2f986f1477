//! At the start, accounts that share a purse at the payment platform are listed for the operator. Only the accounts of
//! all worlds together show them, so this is not for a world to find.

use std::thread::{Builder, JoinHandle};

use raidkeep_engine::storage::Rows;
use raidkeep_game::identity::collisions::{shared_purses, told};

/// How many purses are listed one by one.
const LISTED_MAX: usize = 50;

/// A search through the accounts of all worlds, beside everything else. Dropping it waits for its end.
pub(super) struct PurseSearch(Option<JoinHandle<()>>);

impl PurseSearch {
    pub(super) fn start(worlds: Vec<Rows>) -> Option<Self> {
        let started = Builder::new().name("raidkeep-purses".into()).spawn(move || list(&worlds));
        let started = started.map_err(|error| tracing::warn!(%error, "accounts that share a purse are not looked for"));
        started.ok().map(|thread| Self(Some(thread)))
    }
}

impl Drop for PurseSearch {
    fn drop(&mut self) {
        if self.0.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the search for accounts that share a purse panicked");
        }
    }
}

fn list(worlds: &[Rows]) {
    let purses = match shared_purses(worlds) {
        Ok(purses) => purses,
        Err(error) => return tracing::error!(%error, "accounts that share a purse cannot be looked for"),
    };
    for sharers in purses.iter().take(LISTED_MAX) {
        tracing::warn!("{}", told(sharers));
    }
    if purses.len() > LISTED_MAX {
        tracing::warn!("{} more purses are shared; raidkeep verify lists all", purses.len() - LISTED_MAX);
    }
}
