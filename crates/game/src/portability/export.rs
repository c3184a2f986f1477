//! `player_export`: everything the world stores about a player, as one document.
//!
//! It is assembled from disk, once every change answered before is there. The player need not be in memory, and changes
//! that are not on disk are left out.

use std::collections::BTreeMap;

use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::identity::{find_by_name, find_by_name_with};
use crate::portability::document::{Document, Origin};
use crate::portability::{NO_SUCH_PLAYER, PortabilitySettings};
use raidkeep_engine::account::AccountId;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::operators::Right;
use raidkeep_engine::random::WorldSeed;
use raidkeep_engine::reload::RulesState;
use raidkeep_engine::request;
use raidkeep_engine::request::answer::found_when_folded;
use raidkeep_engine::request::{Call, Code, Fact, Job, Operator, Refusal, Success, Unready, Waits};
use raidkeep_engine::start::RowSource;
use raidkeep_engine::storage::Rows;
use raidkeep_engine::storage::rows::Persistence;
use raidkeep_engine::storage::{Departure, Directory, LoadedPlayer, PlayerPart, PlayerTables, RowError, StorageError};
use raidkeep_engine::travel::{ArchivedMentions, TravelHooks};

/// `player_export {token, name}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PlayerExport {
    /// The player's name.
    name: String,
}

request!(
    Operator, "player_export", PlayerExport => PlayerExported, RIGHT = Right::DATA,
    CODES = &[
        Code::of(NO_SUCH_PLAYER),
        Code::refusal(UNREADABLE, "a row of the player cannot be read"),
        Code::refusal(TOO_LONG, "the document is longer than the setting limits.export_bytes"),
    ],
);

/// The reply of `player_export`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlayerExported {
    /// Everything that the world stores about the player.
    #[schemars(with = "Document")]
    document: Value,
}

/// Everything on disk about a player.
#[derive(Debug, Serialize, Deserialize)]
struct Luggage {
    /// By part: its own rows, then those of the table beside it.
    parts: LoadedPlayer,
    /// By archive, the values only.
    archived: Vec<Vec<Vec<u8>>>,
}

/// Why there is no document.
#[derive(Debug, thiserror::Error)]
pub enum NotExported {
    /// The disk failed.
    #[error("{0}")]
    Storage(#[from] StorageError),
    /// A row is damaged.
    #[error("table {table}: {source}; run raidkeep verify for details")]
    Row {
        /// The table.
        table: &'static str,
        /// What is wrong with the row.
        source: RowError,
    },
}

const UNREADABLE: i32 = 98;
const TOO_LONG: i32 = 97;

pub(super) fn player_export(In(call): In<Call<PlayerExport>>, world: &mut World) -> Waits<PlayerExported> {
    let account = find_by_name(world.resource::<Directory>(), &call.request.name)?.ok_or(NO_SUCH_PLAYER)?;
    let document = document_of(world, account, call.fact, Scope::WithMentions)?.shown();
    check_length(&document, world.resource::<PortabilitySettings>().export_bytes_max)?;
    tracing::info!(player = %call.request.name, %account, "an operator has exported a player");
    Ok(Success::with(PlayerExported { document }))
}

/// What of a player a document has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// All that an import reads.
    Own,
    /// Also what people read: archives are read in full for it, which takes a while.
    WithMentions,
}

/// The document of a player, read once every change before is on disk. `fact` is that of the call.
///
/// # Errors
/// The refusals of `player_export` but that of a long document, or the need for what is on disk.
pub(super) fn document_of(
    world: &mut World,
    account: AccountId,
    fact: Option<Fact>,
    scope: Scope,
) -> Result<Document, Unready> {
    let job = || Ok(reading(world, account, scope));
    let found: Found = found_when_folded(fact, "the player was not read, retry", job)?;
    let refused = |message: String| Refusal::saying(UNREADABLE, message);
    let luggage = found.map_err(refused)?.ok_or(NO_SUCH_PLAYER)?;
    let document = write(world, account, &luggage).map_err(|error| refused(error.to_string()))?;
    Ok(if scope == Scope::Own { document.without_mentions() } else { document })
}

/// Refuses a document that is too long to leave a running world.
pub(super) fn check_length(document: &Value, bytes_max: usize) -> Result<(), Refusal> {
    let bytes = document.to_string().len();
    if bytes <= bytes_max {
        return Ok(());
    }
    let message = format!(
        "the document has {bytes} bytes, and limits.export_bytes allows {bytes_max}; stop the server and \
         use raidkeep export --data"
    );
    Err(Refusal::saying(TOO_LONG, message))
}

/// The job's result, in a form that a journal can store: errors as text.
type Found = Result<Option<Luggage>, String>;

fn reading(world: &World, account: AccountId, scope: Scope) -> Job {
    let source = world.resource::<RowSource>().clone();
    let (parts, mut archives) = kinds(world);
    if scope == Scope::Own {
        archives.clear();
    }
    let identity = world.resource::<Persistence>().identity().table;
    Job::new(move || -> Found {
        read(&source.0, &parts, identity, &archives, account).map_err(|error| error.to_string())
    })
}

fn kinds(world: &World) -> (Vec<PlayerPart>, Vec<ArchivedMentions>) {
    (world.resource::<Persistence>().player_parts(), world.resource::<TravelHooks>().archives.clone())
}

/// The account's own rows come from one snapshot. An archive holds only finished records and is scanned in full: it is
/// not ordered by account, and exports are rare.
fn read(
    rows: &Rows,
    parts: &[PlayerPart],
    identity: &'static str,
    archives: &[ArchivedMentions],
    account: AccountId,
) -> Result<Option<Luggage>, StorageError> {
    let tables = parts.iter().flat_map(|part| [Some(part.table), part.beside]).flatten().collect();
    let Some(parts) = rows.load_player(&PlayerTables { tables, identity }, account)? else {
        return Ok(None);
    };
    let mut archived = Vec::with_capacity(archives.len());
    for archive in archives {
        let mut naming = Vec::new();
        rows.scan(archive.table, &mut |_, value| {
            if (archive.names)(value, account) {
                naming.push(value.to_vec());
            }
        })?;
        archived.push(naming);
    }
    Ok(Some(Luggage { parts, archived }))
}

fn write(world: &mut World, account: AccountId, luggage: &Luggage) -> Result<Document, NotExported> {
    let (kinds, archives) = kinds(world);
    let mut rows = luggage.parts.iter().map(Vec::as_slice);
    let mut parts = BTreeMap::new();
    for part in kinds {
        let own = rows.next().unwrap_or_default();
        let beside = part.beside.and_then(|_| rows.next()).unwrap_or_default();
        let packed = (part.pack)(own, Departure { account, beside, world });
        let packed = packed.map_err(|source| NotExported::Row { table: part.table, source })?;
        parts.insert(part.table.to_owned(), packed);
    }
    let mut mentions = BTreeMap::new();
    for mention in world.resource::<TravelHooks>().mentions.clone() {
        mentions.insert(mention.table.to_owned(), (mention.tell)(world, account));
    }
    for (archive, values) in archives.iter().zip(&luggage.archived) {
        mentions.insert(archive.table.to_owned(), values.iter().filter_map(|value| (archive.tell)(value)).collect());
    }
    let origin = Origin {
        rules: world.resource::<RulesState>().fingerprint_shown(),
        world: world.resource::<WorldSeed>().world_id().to_string(),
        account: account.0,
        exported_at: world.resource::<Clock>().now(),
    };
    Ok(Document::new(origin, parts, mentions))
}

/// The document of a player in a world that is loaded but not running; `None` when there is no such player.
pub fn export_at_rest(world: &mut World, name: &str) -> Result<Option<Document>, NotExported> {
    let rows = world.resource::<RowSource>().0.clone();
    let identity = world.resource::<Persistence>().identity().table;
    // Entries made at the start are in the directory but not on disk.
    let directory = world.resource::<Directory>();
    let found = find_by_name_with(name, |key| directory.find(key).or_else(|_| rows.look_up(key)))?;
    let Some(account) = found else {
        return Ok(None);
    };
    let (parts, archives) = kinds(world);
    let luggage = read(&rows, &parts, identity, &archives, account)?;
    luggage.map(|luggage| write(world, account, &luggage)).transpose()
}

/// The same without mentions, for rows of which only the player's own are of the moment that is asked for.
pub fn export_past(world: &mut World, account: AccountId) -> Result<Option<Document>, NotExported> {
    let rows = world.resource::<RowSource>().0.clone();
    let identity = world.resource::<Persistence>().identity().table;
    let luggage = read(&rows, &kinds(world).0, identity, &[], account)?;
    let document = luggage.map(|luggage| write(world, account, &luggage)).transpose()?;
    Ok(document.map(Document::without_mentions))
}
