//! `player_import`: imports a player from a document, completely or not at all.

use std::collections::BTreeMap;

use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::identity::{self, Account};
use crate::portability::NOTHING_CHANGED;
use crate::portability::delete::{depart, find_departing};
use crate::portability::document::{Document, Unreadable};
use crate::portability::pieces::{DocumentKey, NOT_WHOLE, Pieces};
use raidkeep_engine::account::AccountId;
use raidkeep_engine::operators::Right;
use raidkeep_engine::random::WorldSeed;
use raidkeep_engine::request;
use raidkeep_engine::request::{Call, Code, Operator, Refusal, Success, Unready, Waits, status};
use raidkeep_engine::storage::portable::Unpacked;
use raidkeep_engine::storage::rows::Persistence;
use raidkeep_engine::storage::{Arrival, Claim, Directory, PlayerRow, Unfit};
use raidkeep_engine::travel::{TravelHooks, Traveller};

/// `player_import {token, document?, hash?, replace?, dry_run?}`: without a document, the one that came in pieces on this connection, with
/// the hash that its pieces named.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PlayerImport {
    /// As `player_export` gives it; missing = the one that came in pieces.
    #[serde(default)]
    document: Option<Value>,
    /// The SHA-256 of the document in hexadecimal, where its pieces named one.
    #[serde(default)]
    hash: Option<String>,
    /// Whether the player of the document is here already and is replaced: deleted and imported in one step.
    #[serde(default)]
    replace: bool,
    /// Only says what would happen.
    #[serde(default)]
    dry_run: bool,
}

request!(
    Operator, "player_import", PlayerImport => PlayerImported, RIGHT = Right::DATA,
    CODES = &[
        Code::refusal(OTHER_FORMAT, "the document has an unknown format"),
        Code::refusal(TAKEN, "the name, e-mail address, unique_id or SUD uid is taken"),
        Code::of(NO_DOCUMENT),
        Code::refusal(NOT_WHOLE, "the pieces are not the document with this hash"),
        Code::of(NOBODY_TO_REPLACE),
        Code::refusal(OBSTACLE, "the replaced player has an unsettled order"),
    ],
);

/// The reply of `player_import`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlayerImported {
    /// A guest is named after its account number, which is a new one here.
    name: String,
    /// The number of its account here.
    account: u64,
    /// The account that was replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    replaced: Option<u64>,
}

const OTHER_FORMAT: i32 = 99;
const TAKEN: i32 = 98;
const NOBODY_TO_REPLACE: Refusal = Refusal::new(
    95,
    "no player here has the e-mail address, unique_id or name of the document; import it without replacing",
);
const OBSTACLE: i32 = 94;
const NO_DOCUMENT: Refusal = Refusal::new(97, "there is no document: send one, or its pieces with player_import_piece");

impl From<Unreadable> for Refusal {
    fn from(error: Unreadable) -> Self {
        match error {
            Unreadable::OtherFormat { .. } => Self::saying(OTHER_FORMAT, error.to_string()),
            Unreadable::Unfit(unfit) => {
                let Unfit { path, what } = unfit.within("data.document");
                Self::saying(status::MALFORMED, format!("{path}: {what}"))
            }
        }
    }
}

pub(super) fn player_import(In(call): In<Call<PlayerImport>>, world: &mut World) -> Waits<PlayerImported> {
    let key = DocumentKey::new(call.caller, call.request.hash)?;
    let is_in_pieces = call.request.document.is_none();
    let document = Document::read(given(call.request.document, &key, world)?).map_err(Refusal::from)?;
    let replaced = if call.request.replace { Some(find_replaced(world, &document)?) } else { None };
    let parts = check(world, &document, replaced)?;
    if call.request.dry_run {
        let name = document.player_name().to_owned();
        return Ok(told(name, identity::next_account(world), replaced).message(NOTHING_CHANGED));
    }
    // From here on nothing can fail, and the rows of both players change in one batch.
    if let Some(account) = replaced {
        depart(world, account)?;
    }
    let (account, name) = settle(world, parts);
    if is_in_pieces {
        world.resource_mut::<Pieces>().remove(&key);
    }
    match replaced {
        None => tracing::info!(player = %name, %account, "an operator has imported a player"),
        Some(replaced) => {
            tracing::info!(player = %name, %account, %replaced, "an operator has replaced a player by a document");
        }
    }
    Ok(told(name, account, replaced))
}

/// Unpacks a document, if its player may come to this world.
///
/// # Errors
/// The refusals of `player_import` that are about the document, or the need to look up a name.
pub(super) fn check(world: &World, document: &Document, replaced: Option<AccountId>) -> Result<Vec<Unpacked>, Unready> {
    let parts = unpack(world, document, replaced)?;
    name_must_be_free(world, document, replaced)?;
    Ok(parts)
}

/// Makes a player of what [`check`] has unpacked; returns its number and its name here.
pub(super) fn settle(world: &mut World, parts: Vec<Unpacked>) -> (AccountId, String) {
    let (account, entity) = identity::admit(world, |player| parts.into_iter().for_each(|part| (part.put_on)(player)));
    world.resource_scope(|world, hooks: Mut<TravelHooks>| {
        hooks.arrivals.iter().for_each(|arrive| arrive(world, Traveller { account, entity }));
    });
    let name = world.get::<Account>(entity).map(|account| account.name().to_owned()).unwrap_or_default();
    (account, name)
}

fn told(name: String, account: AccountId, replaced: Option<AccountId>) -> Success<PlayerImported> {
    Success::with(PlayerImported { name, account: account.0, replaced: replaced.map(|account| account.0) })
}

/// The player whom the document replaces, loaded, if nothing prevents its deletion.
fn find_replaced(world: &mut World, document: &Document) -> Result<AccountId, Unready> {
    let account = document.parts.get(<Account as PlayerRow>::TABLE).unwrap_or(&Value::Null);
    let account = identity::find_owner(world.resource::<Directory>(), account)?.ok_or(NOBODY_TO_REPLACE)?;
    find_departing(world, account, OBSTACLE)?;
    Ok(account)
}

fn given(document: Option<Value>, key: &DocumentKey, world: &World) -> Result<Value, Refusal> {
    match document {
        Some(document) => Ok(document),
        None => {
            let text = world.resource::<Pieces>().text(key)?.ok_or(NO_DOCUMENT)?;
            serde_json::from_str(text)
                .map_err(|error| Unreadable::Unfit(Unfit::at("", format!("is not JSON: {error}"))).into())
        }
    }
}

/// Unpacks every part of the document. Parts that it lacks start as a newcomer's do; only the account is required.
///
/// The account sorts first among the part names, so a name that is taken is reported before the errors it causes.
fn unpack(world: &World, document: &Document, replaced: Option<AccountId>) -> Result<Vec<Unpacked>, Unready> {
    let kinds = world.resource::<Persistence>().player_parts();
    let kinds: BTreeMap<&str, _> = kinds.into_iter().map(|part| (part.table, part)).collect();
    let arrival = Arrival {
        account: identity::next_account(world),
        former: AccountId(document.account),
        is_same_world: document.world == world.resource::<WorldSeed>().world_id().to_string(),
        replaced,
        world,
    };
    if !document.parts.contains_key(<Account as PlayerRow>::TABLE) {
        let missing = Unfit::at(<Account as PlayerRow>::TABLE, "is missing").within("parts");
        return Err(Refusal::from(Unreadable::Unfit(missing)).into());
    }
    let mut unpacked = Vec::with_capacity(document.parts.len());
    for (name, part) in &document.parts {
        let kind = kinds.get(name.as_str()).ok_or_else(|| {
            Unfit::at(name, "unknown part; the document comes from another version of the program").within("parts")
        });
        let part =
            kind.and_then(|kind| (kind.unpack)(part, arrival).map_err(|unfit| unfit.within(name).within("parts")));
        let part = part.map_err(|unfit| Refusal::from(Unreadable::Unfit(unfit)))?;
        for claim in &part.claims {
            must_be_free(world.resource::<Directory>(), claim, replaced)?;
        }
        unpacked.push(part);
    }
    Ok(unpacked)
}

/// Earlier accounts may share a key, which the directory then assigns to none of them.
fn name_must_be_free(world: &World, document: &Document, replaced: Option<AccountId>) -> Result<(), Unready> {
    let name = document.player_name();
    if identity::is_name_taken(world, name, replaced)? {
        Err(taken(&format!("the name {name}")).into())
    } else {
        Ok(())
    }
}

fn taken(what: &str) -> Refusal {
    Refusal::saying(TAKEN, format!("{what} is taken in this world"))
}

fn must_be_free(directory: &Directory, claim: &Claim, replaced: Option<AccountId>) -> Result<(), Unready> {
    match directory.find(&claim.key)? {
        holder if holder.is_none() || holder == replaced => Ok(()),
        _ => Err(taken(&claim.what).into()),
    }
}
