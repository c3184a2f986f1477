//! Where families are, by member and by name. In memory only: it is rebuilt from the families.

use std::collections::{BTreeMap, HashMap};

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;

use crate::families::model::Family;
use crate::spelling::{folded, likeness};
use raidkeep_engine::account::AccountId;
use raidkeep_engine::storage::EditWorld;

/// All families.
#[derive(Debug, Default, Resource)]
pub struct FamilyIndex {
    by_id: BTreeMap<u64, Entity>,
    /// Never iterated.
    by_name: HashMap<String, u64>,
    /// Never iterated.
    by_likeness: HashMap<String, u64>,
    /// Never iterated.
    by_member: HashMap<AccountId, u64>,
}

impl FamilyIndex {
    /// Adds a family with its members.
    pub fn enlist(&mut self, entity: Entity, family: &Family) {
        self.by_id.insert(family.id(), entity);
        self.by_name.insert(folded(family.name()), family.id());
        self.by_likeness.insert(likeness(family.name()), family.id());
        self.by_member.extend(family.members().iter().map(|member| (member.account, family.id())));
    }

    /// Notes that a player has joined a family.
    pub fn join(&mut self, account: AccountId, family: u64) {
        self.by_member.insert(account, family);
    }

    /// Notes that a player has left its family.
    pub fn leave(&mut self, account: AccountId) {
        self.by_member.remove(&account);
    }

    /// Removes a family without members; its name becomes free.
    pub fn forget(&mut self, family: &Family) {
        self.by_id.remove(&family.id());
        self.by_name.remove(&folded(family.name()));
        self.by_likeness.remove(&likeness(family.name()));
    }

    /// The family that a player is in.
    pub fn of(&self, account: AccountId) -> Option<Entity> {
        self.by_id.get(self.by_member.get(&account)?).copied()
    }

    /// The family of that name. Names are compared as usernames are.
    pub fn named(&self, name: &str) -> Option<Entity> {
        self.by_id.get(self.by_name.get(&folded(name))?).copied()
    }

    /// Whether a family has this name or one that looks like it.
    pub fn is_taken(&self, name: &str) -> bool {
        self.by_name.contains_key(&folded(name)) || self.by_likeness.contains_key(&likeness(name))
    }

    /// Those with numbers above `after`, in the order in which they were founded.
    pub fn after(&self, after: u64) -> impl Iterator<Item = Entity> {
        self.by_id.range(after.saturating_add(1)..).map(|(_, entity)| *entity)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }
}

/// Tells a player's family that it has another name.
pub fn rename_member(world: &mut World, account: AccountId, name: &str) {
    let family = world.resource::<FamilyIndex>().of(account);
    if let Some(mut family) = family.and_then(|family| world.edit::<Family>(family)) {
        family.rename(account, name);
    }
}

/// The families, to be looked up.
#[derive(SystemParam)]
pub struct Families<'w, 's> {
    index: Res<'w, FamilyIndex>,
    families: Query<'w, 's, &'static Family>,
}

impl Families<'_, '_> {
    /// The family that a player is in.
    pub fn of(&self, account: AccountId) -> Option<&Family> {
        self.families.get(self.index.of(account)?).ok()
    }

    /// The family of that name.
    pub fn named(&self, name: &str) -> Option<&Family> {
        self.families.get(self.index.named(name)?).ok()
    }

    /// Those with numbers above `after`, in the order in which they were founded.
    pub fn after(&self, after: u64) -> impl Iterator<Item = &Family> {
        self.index.after(after).filter_map(|entity| self.families.get(entity).ok())
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.index.len()
    }
}
