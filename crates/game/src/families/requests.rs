//! `found_family`, `join_family`, `leave_family`, `family_members` (docs/contract/world-boss-and-ranking.md#families).

use bevy_app::App;
use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case_file::{MUTED, Voices};
use crate::families::index::{Families, FamilyIndex};
use crate::families::model::{Family, LastFamily, Member};
use crate::families::rules::FamilyRules;
use crate::identity::{Account, NameRules};
use raidkeep_engine::account::AccountId;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::request;
use raidkeep_engine::request::{Answer, Call, Code, Player, Refusal, Success};
use raidkeep_engine::rules::Rules;
use raidkeep_engine::storage::{Discarded, Edit};
use raidkeep_engine::travel::Traveller;

pub(super) fn register(app: &mut App) {
    app.add_request::<FoundFamily, _>(found_family);
    app.add_request::<JoinFamily, _>(join_family);
    app.add_request::<LeaveFamily, _>(leave_family);
    app.add_request::<FamilyMembers, _>(family_members);
}

const ILLEGAL_NAME: Refusal = Refusal::new(99, "illegal family name");
pub(super) const NO_SUCH_FAMILY: Refusal = Refusal::new(98, "no such family");
const ALREADY_IN_ONE: Refusal = Refusal::new(97, "already in a family");
const NAME_TAKEN: Refusal = Refusal::new(96, "there is a family of this name");
const FULL: Refusal = Refusal::new(95, "the family is full");
const IN_NONE: Refusal = Refusal::new(94, "not in a family");

/// Everything that changes families.
#[derive(SystemParam)]
pub struct Kinship<'w, 's> {
    families: Edit<'w, 's, &'static mut Family>,
    index: ResMut<'w, FamilyIndex>,
    last: ResMut<'w, LastFamily>,
    discarded: ResMut<'w, Discarded>,
    names: Res<'w, Rules<NameRules>>,
    rules: Res<'w, Rules<FamilyRules>>,
    clock: Res<'w, Clock>,
    commands: Commands<'w, 's>,
}

impl Kinship<'_, '_> {
    fn member(&self, account: AccountId, name: &str) -> Member {
        Member { account, name: name.to_owned(), joined_at: self.clock.now() }
    }

    /// Founds a family, with the player as its leader.
    fn found(&mut self, account: AccountId, player: &str, name: String) -> Result<Family, Refusal> {
        if !self.names.is_legal_name(&name) {
            return Err(ILLEGAL_NAME);
        }
        if self.index.of(account).is_some() {
            return Err(ALREADY_IN_ONE);
        }
        if self.index.is_taken(&name) {
            return Err(NAME_TAKEN);
        }
        let family = Family::found(self.last.next_id(), name, self.member(account, player));
        self.commands.spawn(family.clone());
        Ok(family)
    }

    fn join(&mut self, account: AccountId, player: &str, name: &str) -> Result<Family, Refusal> {
        if self.index.of(account).is_some() {
            return Err(ALREADY_IN_ONE);
        }
        let entity = self.index.named(name).ok_or(NO_SUCH_FAMILY)?;
        let known = self.families.get(entity).map_err(|_| NO_SUCH_FAMILY)?;
        if known.members().len() >= self.rules.members_max {
            return Err(FULL);
        }
        let member = self.member(account, player);
        let mut family = self.families.get_mut(entity).map_err(|_| NO_SUCH_FAMILY)?;
        family.join(member);
        self.index.join(account, family.id());
        Ok(family.clone())
    }

    /// Removes a player from its family, which ends with its last member. Returns whether the player was in one.
    fn leave(&mut self, account: AccountId) -> bool {
        let Some(entity) = self.index.of(account) else {
            return false;
        };
        self.index.leave(account);
        if let Ok(mut family) = self.families.get_mut(entity)
            && family.leave(account)
        {
            self.index.forget(&family);
            self.discarded.push(entity);
        }
        true
    }
}

/// A player who is being deleted leaves its family.
pub(super) fn part(In(player): In<Traveller>, mut kinship: Kinship) {
    kinship.leave(player.account);
}

/// A family as players see it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FamilyShown {
    /// Its name.
    family: String,
    /// The username of the member who leads.
    leader: String,
    /// Usernames in the order in which they joined, the leader first.
    members: Vec<String>,
    /// The most members it may have.
    max: usize,
}

impl FamilyShown {
    fn of(family: &Family, rules: &FamilyRules) -> Self {
        Self {
            family: family.name().to_owned(),
            leader: family.leader().map(|leader| leader.name.clone()).unwrap_or_default(),
            members: family.members().iter().map(|member| member.name.clone()).collect(),
            max: rules.members_max,
        }
    }
}

/// `found_family {name}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct FoundFamily {
    /// The family's name.
    name: String,
}

request!(
    Player, "found_family", FoundFamily => FamilyShown,
    CODES = &[Code::of(ILLEGAL_NAME), Code::of(ALREADY_IN_ONE), Code::of(NAME_TAKEN), MUTED],
);

fn found_family(
    In(call): In<Call<FoundFamily>>,
    mut kinship: Kinship,
    accounts: Query<&Account>,
    voices: Voices,
) -> Answer<FamilyShown> {
    voices.may_say(call.caller.entity, &call.request.name)?;
    let player = call.caller.get(&accounts)?.name();
    let family = kinship.found(call.caller.account, player, call.request.name)?;
    Ok(Success::with(FamilyShown::of(&family, &kinship.rules)))
}

/// `join_family {name}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct JoinFamily {
    /// The family's name.
    name: String,
}

request!(
    Player, "join_family", JoinFamily => FamilyShown,
    CODES = &[Code::of(NO_SUCH_FAMILY), Code::of(ALREADY_IN_ONE), Code::of(FULL)],
);

fn join_family(In(call): In<Call<JoinFamily>>, mut kinship: Kinship, accounts: Query<&Account>) -> Answer<FamilyShown> {
    let player = call.caller.get(&accounts)?.name();
    let family = kinship.join(call.caller.account, player, &call.request.name)?;
    Ok(Success::with(FamilyShown::of(&family, &kinship.rules)))
}

/// `leave_family {}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct LeaveFamily {}

request!(Player, "leave_family", LeaveFamily => (), CODES = &[Code::of(IN_NONE)]);

fn leave_family(In(call): In<Call<LeaveFamily>>, mut kinship: Kinship) -> Answer<()> {
    if kinship.leave(call.caller.account) { Ok(Success::empty()) } else { Err(IN_NONE) }
}

/// `family_members {name?}`: a family, by default the caller's own.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct FamilyMembers {
    /// Which family; missing = the caller's own.
    #[serde(default)]
    name: Option<String>,
}

request!(
    Player, "family_members", FamilyMembers => FamilyShown,
    CODES = &[Code::of(NO_SUCH_FAMILY), Code::of(IN_NONE)],
);

fn family_members(
    In(call): In<Call<FamilyMembers>>,
    families: Families,
    rules: Res<Rules<FamilyRules>>,
) -> Answer<FamilyShown> {
    let family = match &call.request.name {
        Some(name) => families.named(name).ok_or(NO_SUCH_FAMILY)?,
        None => families.of(call.caller.account).ok_or(IN_NONE)?,
    };
    Ok(Success::with(FamilyShown::of(family, &rules)))
}
