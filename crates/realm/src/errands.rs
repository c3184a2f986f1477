//! Questions that the realm asks worlds: each by a key, once at a time, and again after a while where there was no answer.

use std::collections::{BTreeMap, BTreeSet};

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;
use serde::de::DeserializeOwned;

use raidkeep_engine::clock::Clock;
use raidkeep_engine::due::{Agenda, Due, Occasion};
use raidkeep_engine::exchange::Exchange;
use raidkeep_engine::exchange::lines::{Done, Exchanges, Owner};
use raidkeep_engine::numbers::ExchangeId;
use raidkeep_engine::realm::{REALM_LINE, RealmAnswer};

/// Seconds after which a world that has not answered, or has nothing to tell yet, is asked again.
pub(crate) const AGAIN_AFTER_SECONDS: i64 = 1;
/// Seconds after which it is asked again when it has refused, which is a bug.
pub(crate) const REFUSED_AGAIN_AFTER_SECONDS: i64 = 60;

/// The line to the worlds, and the time.
#[derive(SystemParam)]
pub(crate) struct LineToWorlds<'w> {
    exchanges: ResMut<'w, Exchanges>,
    agenda: ResMut<'w, Agenda>,
    clock: Res<'w, Clock>,
}

impl LineToWorlds<'_> {
    /// The game's clock, unix seconds.
    pub(crate) fn now(&self) -> i64 {
        self.clock.now()
    }
}

/// What worlds are to be asked, and what they were.
#[derive(Debug)]
pub(crate) struct Errands {
    owner: Owner,
    again: Occasion,
    due: BTreeSet<u64>,
    under_way: BTreeMap<ExchangeId, u64>,
}

impl Errands {
    /// None yet. Their exchanges and pauses go by these names.
    pub(crate) const fn new(owner: Owner, again: Occasion) -> Self {
        Self { owner, again, due: BTreeSet::new(), under_way: BTreeMap::new() }
    }

    /// Has this asked as soon as what was asked before under the same key is answered.
    pub(crate) fn add(&mut self, key: u64) {
        self.due.insert(key);
    }

    /// Takes what was answered in this tick.
    pub(crate) fn answers<T: DeserializeOwned>(&mut self, line: &mut LineToWorlds<'_>) -> Vec<(u64, RealmAnswer<T>)> {
        let done = line.exchanges.take_done(self.owner).into_iter();
        let answer = |Done { number, outcome, .. }| Some((self.under_way.remove(&number)?, RealmAnswer::of(&outcome)));
        done.filter_map(answer).collect()
    }

    /// Has this asked after so many seconds.
    pub(crate) fn add_later(&self, key: u64, seconds: i64, line: &mut LineToWorlds<'_>) {
        let at = line.now() + seconds;
        line.agenda.set(self.again, key, at);
    }

    /// Asks what is due. `question` says what to ask under a key; `None` = nothing any more.
    pub(crate) fn ask(&mut self, line: &mut LineToWorlds<'_>, mut question: impl FnMut(u64) -> Option<Exchange>) {
        let now = line.now();
        while let Some(Due { key, .. }) = line.agenda.pop(self.again, now) {
            self.due.insert(key);
        }
        for key in self.take_due() {
            let Some(exchange) = question(key) else { continue };
            match line.exchanges.start(REALM_LINE, self.owner, exchange, now) {
                Ok(number) => drop(self.under_way.insert(number, key)),
                Err(_) => self.add_later(key, AGAIN_AFTER_SECONDS, line),
            }
        }
    }

    /// What to ask now: not what was asked and is not answered yet.
    fn take_due(&mut self) -> Vec<u64> {
        let waits = |key: &u64| !self.under_way.values().any(|asked| asked == key);
        self.due.extract_if(.., |key| waits(key)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_asked_once_at_a_time() {
        let mut errands = Errands::new(Owner("test"), Occasion("test"));
        (0..2).for_each(|key| errands.add(key));
        assert_eq!(errands.take_due(), [0, 1]);
        errands.under_way.insert(ExchangeId::default(), 0);
        (0..2).for_each(|key| errands.add(key));
        assert_eq!(errands.take_due(), [1], "its answer is awaited");
        errands.under_way.clear();
        assert_eq!(errands.take_due(), [0], "what has changed meanwhile is asked for");
    }
}
