//! `client_minimum`, `client_minimum_remove` and `client_minimum_list`: the oldest versions of clients that are served.
//!
//! The realm's world writes the [`ClientDirectory`], and the way in reads it: a request of an older client reaches no world.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use raidkeep_engine::audit::AuditNotes;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::operators::Right;
use raidkeep_engine::request;
use raidkeep_engine::request::client::{ClientUpdate, ClientVersion, SaidClient};
use raidkeep_engine::request::{Answer, Call, Code, Operator, Refusal, Success, status};
use raidkeep_engine::start::StartApp;
use raidkeep_engine::storage::{Rows, StorageApp, StorageError, WorldRow};
use raidkeep_game::case_file::{author, operator_text};

/// The most characters of a client's name, and of where to get it.
const NAME_CHARS: usize = 40;
const URL_CHARS: usize = 500;
/// How many clients may have a minimum.
const CLIENTS_MAX: usize = 100;

/// The oldest version of a client that is served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Minimum {
    version: String,
    url: String,
    /// Who has set it.
    by: String,
}

/// By the client's name.
#[derive(Debug, Default, Resource, Serialize, Deserialize)]
struct ClientBook(BTreeMap<String, Minimum>);

impl WorldRow for ClientBook {
    const TABLE: &'static str = "realm_clients";
}

/// Which clients are served. Clones are the same directory.
#[derive(Debug, Default, Clone, Resource)]
pub struct ClientDirectory(Arc<RwLock<HashMap<Box<str>, (ClientVersion, ClientUpdate)>>>);

impl ClientDirectory {
    /// Checks `data.client` of a request. Who says none, or one without a minimum, is served.
    ///
    /// # Errors
    /// Status 19 when its version is older than the minimum, 13 when that cannot be read.
    pub fn check(&self, said: Option<&RawValue>) -> Result<(), Refusal> {
        let Some(SaidClient { name: Some(name), version: Some(version) }) = said.and_then(SaidClient::read) else {
            return Ok(());
        };
        let minimums = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let Some((minimum, update)) = minimums.get(&*name) else {
            return Ok(());
        };
        let version: ClientVersion = version
            .parse()
            .map_err(|_| Refusal::malformed("data.client.version", "numbers with dots between them, such as 1.4.2"))?;
        if version >= *minimum {
            return Ok(());
        }
        let message = format!("{name} has to be updated to {} or later", update.minimum);
        Err(Refusal::saying(status::CLIENT_TOO_OLD, message).updated_by(update.clone()))
    }

    /// Takes over what the realm with these rows has, which may be on another node.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn follow(&self, realm: &Rows) -> Result<(), StorageError> {
        let unreadable = |source| StorageError::Row { table: ClientBook::TABLE, source };
        let row = realm.only_row(ClientBook::TABLE)?;
        let book = row.map(|row| ClientBook::read(&row)).transpose().map_err(unreadable)?;
        self.renew(&book.unwrap_or_default());
        Ok(())
    }

    /// Takes over what the realm has now.
    fn renew(&self, book: &ClientBook) {
        let minimums = book.0.iter().filter_map(|(name, Minimum { version, url, .. })| {
            let update = ClientUpdate { minimum: version.as_str().into(), url: url.as_str().into() };
            Some((name.as_str().into(), (version.parse().ok()?, update)))
        });
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = minimums.collect();
    }
}

/// The functions as a plugin.
pub struct ClientsPlugin;

impl Plugin for ClientsPlugin {
    fn build(&self, app: &mut App) {
        app.add_world_row::<ClientBook>().init_resource::<ClientDirectory>();
        app.add_start_hook(|world| world.resource::<ClientDirectory>().renew(world.resource()));
        app.add_request::<ClientMinimum, _>(client_minimum);
        app.add_request::<ClientMinimumRemove, _>(client_minimum_remove);
        app.add_request::<ClientMinimumList, _>(client_minimum_list);
    }
}

/// `client_minimum {name, version, url}`: older versions of a client are no longer served, from now on.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ClientMinimum {
    /// The client's name, as it says it.
    #[serde(deserialize_with = "operator_text::<NAME_CHARS, _>")]
    #[schemars(length(min = 1, max = 40))]
    name: String,
    /// The oldest version that is served: up to four numbers with dots between them.
    version: String,
    /// Where players get a newer one.
    #[serde(deserialize_with = "operator_text::<URL_CHARS, _>")]
    #[schemars(length(min = 1, max = 500))]
    url: String,
}

const TOO_MANY: Refusal = Refusal::new(97, "too many clients have a minimum, remove some");
const NO_SUCH_CLIENT: Refusal = Refusal::new(99, "this client has no minimum");

request!(
    Operator, "client_minimum", ClientMinimum => (), RIGHT = Right::EVERYBODY, IN_REALM = true,
    CODES = &[Code::of(TOO_MANY)],
);

fn client_minimum(
    In(call): In<Call<ClientMinimum>>,
    mut book: ResMut<ClientBook>,
    directory: Res<ClientDirectory>,
    mut notes: ResMut<AuditNotes>,
) -> Answer<()> {
    let ClientMinimum { name, version, url } = call.request;
    if version.parse::<ClientVersion>().is_err() {
        return Err(Refusal::malformed("data.version", "numbers with dots between them, such as 1.4.2"));
    }
    let before = book.0.get(&name).map(|minimum| minimum.version.clone());
    if before.is_none() && book.0.len() >= CLIENTS_MAX {
        return Err(TOO_MANY);
    }
    notes.add(format!("minimum of {name} {} -> {version}", before.as_deref().unwrap_or("none")));
    book.0.insert(name, Minimum { version, url, by: author(&call.caller) });
    directory.renew(&book);
    Ok(Success::empty())
}

/// `client_minimum_remove {name}`: every version of a client is served.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ClientMinimumRemove {
    /// The client's name.
    name: String,
}

request!(
    Operator, "client_minimum_remove", ClientMinimumRemove => (), RIGHT = Right::EVERYBODY, IN_REALM = true,
    CODES = &[Code::of(NO_SUCH_CLIENT)],
);

fn client_minimum_remove(
    In(call): In<Call<ClientMinimumRemove>>,
    mut book: ResMut<ClientBook>,
    directory: Res<ClientDirectory>,
    mut notes: ResMut<AuditNotes>,
) -> Answer<()> {
    if !book.0.contains_key(&call.request.name) {
        return Err(NO_SUCH_CLIENT);
    }
    if let Some(removed) = book.0.remove(&call.request.name) {
        notes.add(format!("minimum of {} {} -> none", call.request.name, removed.version));
    }
    directory.renew(&book);
    Ok(Success::empty())
}

/// `client_minimum_list {}`: the clients that have a minimum.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ClientMinimumList {}

request!(Operator, "client_minimum_list", ClientMinimumList => ClientMinimumsShown, RIGHT = Right::VIEW, IN_REALM = true);

/// The reply of `client_minimum_list`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ClientMinimumsShown {
    /// By name.
    clients: Vec<ClientMinimumEntry>,
}

/// A minimum as operators see it.
#[derive(Debug, Serialize, JsonSchema)]
struct ClientMinimumEntry {
    /// The client's name.
    name: String,
    /// The oldest version that is served.
    version: String,
    /// Where players get a newer one.
    url: String,
    /// Who has set it.
    by: String,
}

fn client_minimum_list(_: In<Call<ClientMinimumList>>, book: Res<ClientBook>) -> Answer<ClientMinimumsShown> {
    let entry = |(name, minimum): (&String, &Minimum)| {
        let Minimum { version, url, by } = minimum.clone();
        ClientMinimumEntry { name: name.clone(), version, url, by }
    };
    Ok(Success::with(ClientMinimumsShown { clients: book.0.iter().map(entry).collect() }))
}
