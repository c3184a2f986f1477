//! The operators' function for families: `family_list`.

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::families::index::Families;
use crate::families::model::Family;
use crate::families::requests::NO_SUCH_FAMILY;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::operators::Right;
use raidkeep_engine::request;
use raidkeep_engine::request::lenient::{self, Integer};
use raidkeep_engine::request::{Answer, Call, Code, Operator, Refusal, Success};

pub(super) fn register(app: &mut App) {
    app.add_request::<FamilyList, _>(family_list);
}

/// `family_list {token, name?, after?, limit?}`: in the order in which they were founded, or the one of that name.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct FamilyList {
    /// Only the family of this name.
    #[serde(default)]
    name: Option<String>,
    /// Only families with greater numbers: `next` of the page before.
    #[serde(default, deserialize_with = "raidkeep_engine::request::lenient::optional_integer")]
    #[schemars(with = "Option<Integer>")]
    after: Option<i64>,
    /// Missing = 50, at most 500.
    #[serde(default, deserialize_with = "raidkeep_engine::request::lenient::optional_integer")]
    #[schemars(with = "Option<Integer>")]
    limit: Option<i64>,
}

request!(Operator, "family_list", FamilyList => FamiliesShown, RIGHT = Right::VIEW, CODES = &[Code::of(NO_SUCH_FAMILY)]);

/// The reply of `family_list`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FamiliesShown {
    /// How many families there are in all.
    count: usize,
    /// In the order in which they were founded.
    families: Vec<FamilyRecord>,
    /// The `after` of the next page.
    next: Option<u64>,
}

/// A family as operators see it.
#[derive(Debug, Serialize, JsonSchema)]
struct FamilyRecord {
    /// Its number.
    id: u64,
    /// Its name.
    family: String,
    /// Unix seconds.
    founded_at: i64,
    /// In the order in which they joined, the leader first.
    members: Vec<MemberRecord>,
}

/// A member as operators see it.
#[derive(Debug, Serialize, JsonSchema)]
struct MemberRecord {
    /// The account's number.
    account: u64,
    /// The player's name.
    name: String,
    /// Unix seconds.
    joined_at: i64,
}

impl FamilyRecord {
    fn of(family: &Family) -> Self {
        let members = family.members().iter().map(|member| MemberRecord {
            account: member.account.0,
            name: member.name.clone(),
            joined_at: member.joined_at,
        });
        Self {
            id: family.id(),
            family: family.name().to_owned(),
            founded_at: family.founded_at(),
            members: members.collect(),
        }
    }
}

fn family_list(In(call): In<Call<FamilyList>>, families: Families) -> Answer<FamiliesShown> {
    let FamilyList { name, after, limit } = call.request;
    let limit = lenient::page_size(limit).ok_or_else(|| Refusal::malformed("data.limit", "1 to 500"))?;
    let count = families.count();
    if let Some(name) = name {
        let family = families.named(&name).ok_or(NO_SUCH_FAMILY)?;
        return Ok(Success::with(FamiliesShown { count, families: vec![FamilyRecord::of(family)], next: None }));
    }
    let after = after.and_then(|after| u64::try_from(after).ok()).unwrap_or(0);
    let mut shown: Vec<FamilyRecord> = families.after(after).take(limit + 1).map(FamilyRecord::of).collect();
    let has_more = shown.len() > limit;
    shown.truncate(limit);
    let next = shown.last().filter(|_| has_more).map(|last| last.id);
    Ok(Success::with(FamiliesShown { count, families: shown, next }))
}
