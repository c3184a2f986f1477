//! Where challenges are and when they end. In memory only: it is rebuilt from the challenges.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bevy_ecs::prelude::*;

use crate::challenges::model::Challenge;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::due::Occasion;

/// When an unanswered challenge ends, by its number.
pub const UNANSWERED: Occasion = Occasion("challenge unanswered");

/// When it is checked whether the portrait of an accepted challenge is still needed, by the challenge's number.
pub const PORTRAIT_KEPT: Occasion = Occasion("answer portrait kept");

/// All open challenges, and the portraits of accepted ones.
#[derive(Debug, Default, Resource)]
pub struct ChallengeIndex {
    by_id: HashMap<u64, Entity>,
    /// By number, so oldest first.
    sent: HashMap<AccountId, BTreeSet<u64>>,
    received: HashMap<AccountId, BTreeSet<u64>>,
    /// By the challenge's number.
    portraits: BTreeMap<u64, Entity>,
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

    /// Adds the portrait of an accepted challenge.
    pub fn keep_portrait(&mut self, entity: Entity, id: u64) {
        self.portraits.insert(id, entity);
    }

    /// The portrait of an accepted challenge.
    pub fn portrait(&self, id: u64) -> Option<Entity> {
        self.portraits.get(&id).copied()
    }

    /// Forgets the portrait of an accepted challenge.
    pub fn forget_portrait(&mut self, id: u64) {
        self.portraits.remove(&id);
    }

    /// The numbers of the challenges whose portrait is kept, oldest first.
    pub fn portraits(&self) -> Vec<u64> {
        self.portraits.keys().copied().collect()
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
