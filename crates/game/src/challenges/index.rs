//! Where challenges are and when they end. In memory only: it is rebuilt from the challenges.

use std::collections::{BTreeSet, HashMap};

use bevy_ecs::prelude::*;

use crate::challenges::model::Challenge;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::due::Occasion;

/// When an unanswered challenge ends, by its number.
pub const UNANSWERED: Occasion = Occasion("challenge unanswered");

/// All open challenges.
#[derive(Debug, Default, Resource)]
pub struct ChallengeIndex {
    by_id: HashMap<u64, Entity>,
    /// By number, so oldest first.
    sent: HashMap<AccountId, BTreeSet<u64>>,
    received: HashMap<AccountId, BTreeSet<u64>>,
}

impl ChallengeIndex {
    /// Adds a challenge.
    pub fn enlist(&mut self, entity: Entity, id: u64, challenger: AccountId, challenged: AccountId) {
        self.by_id.insert(id, entity);
        self.sent.entry(challenger).or_default().insert(id);
        self.received.entry(challenged).or_default().insert(id);
    }

    /// Forgets a challenge.
    pub fn forget(&mut self, challenge: &Challenge) {
        self.by_id.remove(&challenge.id);
        for (list, account) in [(&mut self.sent, challenge.challenger), (&mut self.received, challenge.challenged)] {
            if let Some(ids) = list.get_mut(&account) {
                ids.remove(&challenge.id);
                if ids.is_empty() {
                    list.remove(&account);
                }
            }
        }
    }

    /// The challenge of that number.
    pub fn find(&self, id: u64) -> Option<Entity> {
        self.by_id.get(&id).copied()
    }

    /// Those that a player has sent, in the order in which they were made.
    pub fn sent(&self, account: AccountId) -> impl ExactSizeIterator<Item = u64> {
        self.sent.get(&account).unwrap_or(const { &BTreeSet::new() }).iter().copied()
    }

    /// Those that a player has received, in the order in which they were made.
    pub fn received(&self, account: AccountId) -> impl ExactSizeIterator<Item = u64> {
        self.received.get(&account).unwrap_or(const { &BTreeSet::new() }).iter().copied()
    }

    /// How many are open.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether none are open.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }
}
