//! A family and its members.

use bevy_ecs::lifecycle::HookContext;
use bevy_ecs::prelude::*;
use bevy_ecs::world::DeferredWorld;
use serde::{Deserialize, Serialize};

use crate::families::index::FamilyIndex;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::storage::{WorldEntity, WorldRow};
use raidkeep_engine::travel::Mention;

/// A member of a family.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The account.
    pub account: AccountId,
    /// The username.
    pub name: String,
    /// When it joined, unix seconds.
    pub joined_at: i64,
}

/// A family. It has at least one member.
#[derive(Debug, Clone, PartialEq, Eq, Component, Serialize, Deserialize)]
#[component(on_add = enlist)]
pub struct Family {
    id: u64,
    name: String,
    /// When it was founded, unix seconds.
    founded_at: i64,
    /// In the order in which they joined. The first is the leader.
    members: Vec<Member>,
}

impl Family {
    /// A new family, led by its founder.
    pub fn found(id: u64, name: String, founder: Member) -> Self {
        Self { id, name, founded_at: founder.joined_at, members: vec![founder] }
    }

    /// Its number, unique in the world and never reused.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The name that players see.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// When it was founded, unix seconds.
    pub fn founded_at(&self) -> i64 {
        self.founded_at
    }

    /// The members in the order in which they joined.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// The leader: the member who joined first. When the founder leaves, the next member takes over.
    pub fn leader(&self) -> Option<&Member> {
        self.members.first()
    }

    /// Adds a member, unless it is one already.
    pub fn join(&mut self, member: Member) {
        if self.members.iter().all(|known| known.account != member.account) {
            self.members.push(member);
        }
    }

    /// A member has another name.
    pub fn rename(&mut self, account: AccountId, name: &str) {
        for member in self.members.iter_mut().filter(|member| member.account == account) {
            name.clone_into(&mut member.name);
        }
    }

    /// Removes a member. Returns whether nobody is left.
    pub fn leave(&mut self, account: AccountId) -> bool {
        self.members.retain(|member| member.account != account);
        self.members.is_empty()
    }
}

impl WorldEntity for Family {
    const TABLE: &'static str = "families";

    fn key(&self) -> u64 {
        self.id
    }
}

impl Mention for Family {
    fn names(&self, account: AccountId) -> bool {
        self.members.iter().any(|member| member.account == account)
    }
}

/// Indexes a family that is founded or restored after a restart.
fn enlist(mut world: DeferredWorld<'_>, context: HookContext) {
    if let Some(family) = world.get::<Family>(context.entity).cloned() {
        world.resource_mut::<FamilyIndex>().enlist(context.entity, &family);
    }
}

/// The number of the last family; numbers are never reused.
#[derive(Debug, Default, Resource, Serialize, Deserialize)]
pub struct LastFamily(u64);

impl LastFamily {
    /// That number.
    pub fn number(&self) -> u64 {
        self.0
    }

    /// The number of the next one.
    pub fn next_id(&mut self) -> u64 {
        self.0 += 1;
        self.0
    }
}

impl WorldRow for LastFamily {
    const TABLE: &'static str = "last_family";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(number: u64) -> Member {
        Member { account: AccountId(number), name: format!("玩家{number}"), joined_at: 100 }
    }

    #[test]
    fn who_joined_next_leads_when_the_founder_leaves_and_the_last_one_ends_it() {
        let mut family = Family::found(1, "青云门".to_owned(), member(7));
        family.join(member(3));
        family.join(member(5));
        family.join(member(3));
        let leader = |family: &Family| family.leader().map(|leader| leader.account.0);
        assert_eq!((family.members().len(), leader(&family)), (3, Some(7)), "nobody is in it twice");
        assert!(!family.leave(AccountId(7)));
        assert_eq!(leader(&family), Some(3), "by when they joined, not by their numbers");
        family.join(member(7));
        assert!(!family.leave(AccountId(3)));
        assert_eq!(leader(&family), Some(5), "a founder who returns is the youngest member");
        assert!(!family.leave(AccountId(5)));
        assert!(family.leave(AccountId(7)), "nobody is left");
    }
}
