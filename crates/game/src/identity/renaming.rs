//! What an operator changes about who an account is: its name, its e-mail address, its device.

use bevy_ecs::prelude::*;

use crate::identity::devices::DeviceHash;
use crate::identity::platform_names::{NameKind, TakenNames};
use crate::identity::rules::is_plausible_email;
use crate::identity::{Account, NameRules, names};
use raidkeep_engine::account::AccountId;
use raidkeep_engine::rules::Rules;
use raidkeep_engine::storage::{Archive, Directory, EditWorld, NotLookedUp};
use raidkeep_engine::travel::Traveller;

/// Why an account cannot be called or reached so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdentityFault {
    /// It is no such name or address.
    Illegal,
    /// Another account has it, or one that looks the same.
    Taken,
}

/// Whether an account may be called so from now on.
pub fn may_be_called(world: &World, account: AccountId, name: &str) -> Result<Option<IdentityFault>, NotLookedUp> {
    if !world.resource::<Rules<NameRules>>().is_legal_name(name) {
        return Ok(Some(IdentityFault::Illegal));
    }
    let likeness = world.resource::<Directory>().find(&names::likeness(name))?;
    let is_taken = names::is_name_taken(world, name, Some(account))? || likeness.is_some_and(|other| other != account);
    Ok(is_taken.then_some(IdentityFault::Taken))
}

/// Gives an account another name, which [may be its](may_be_called). It keeps its names on platforms.
pub fn rename(world: &mut World, player: Traveller, name: &str) {
    let Some(mut row) = world.edit::<Account>(player.entity) else {
        return;
    };
    let former = row.rename(name.to_owned());
    let wname = row.wname().to_owned();
    names::leave(world, player.account, &former);
    names::enter(world, player.account, name);
    // Its purse followed from the former name, which the next account may get.
    world.resource_scope(|world, mut archive: Mut<Archive>| {
        world.resource_mut::<TakenNames>().set(&mut archive, NameKind::Wname, &wname, Some(player.account));
    });
}

/// Whether an account may get this e-mail address.
pub fn may_be_reached(world: &World, email: &str) -> Result<Option<IdentityFault>, NotLookedUp> {
    if !is_plausible_email(email) {
        return Ok(Some(IdentityFault::Illegal));
    }
    let owner = world.resource::<Directory>().find(&names::email(email))?;
    Ok(owner.map(|_| IdentityFault::Taken))
}

/// Gives an account without an e-mail address one, which [may be its](may_be_reached).
pub fn give_email(world: &mut World, player: Traveller, email: String) {
    world.resource_mut::<Directory>().set(names::email(&email), Some(player.account));
    if let Some(mut row) = world.edit::<Account>(player.entity) {
        row.set_email(email);
    }
}

/// Takes its device from an account, which has an e-mail address. Whoever has the device begins anew.
pub fn unbind_device(world: &mut World, player: Traveller) {
    let device = world.edit::<Account>(player.entity).and_then(|mut row| row.take_device());
    if let Some(key) = device.as_ref().map(DeviceHash::key) {
        world.resource_mut::<Directory>().set(key, None);
    }
}
