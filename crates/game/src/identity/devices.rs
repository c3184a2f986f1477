//! Devices of guests. What a device calls itself is all that a guest logs in with, so it is a secret like a token, and kept
//! as a hash like one.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use bevy_app::App;
use bevy_ecs::change_detection::DetectChangesMut;
use bevy_ecs::prelude::*;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::identity::Account;
use crate::identity::model::account_in_row;
use raidkeep_engine::request::registry::reads_record;
use raidkeep_engine::start::StartApp;
use raidkeep_engine::storage::directory::INDEX_TABLE;
use raidkeep_engine::storage::rows::RowScan;
use raidkeep_engine::storage::{Archive, ArchivedRow, Directory, IndexKey, PlayerRow, StorageApp, WorldRow};
use raidkeep_engine::verify::inspection::account_of;

/// In front of a hash, where people read it.
const HASH_MARK: &str = "sha256:";

/// The SHA-256 hash of a device's `unique_id`. In rows it is bytes, in documents a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceHash([u8; 32]);

impl DeviceHash {
    /// The hash of a `unique_id`.
    pub fn of(unique_id: &str) -> Self {
        Self(Sha256::digest(unique_id.as_bytes()).into())
    }

    /// Reads what [`Serialize`] writes for people.
    fn from_text(text: &str) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text.strip_prefix(HASH_MARK)?).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// What people read of it.
    pub fn text(&self) -> String {
        format!("{HASH_MARK}{}", BASE64_URL_SAFE_NO_PAD.encode(self.0))
    }

    /// Its key in the index.
    pub(super) fn key(&self) -> IndexKey {
        IndexKey::new("unique_id", &self.0)
    }
}

impl Serialize for DeviceHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(&self.text())
        } else {
            self.0.serialize(serializer)
        }
    }
}

/// Documents of earlier programs have the `unique_id` itself.
impl<'de> Deserialize<'de> for DeviceHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let text = String::deserialize(deserializer)?;
            Ok(Self::from_text(&text).unwrap_or_else(|| Self::of(&text)))
        } else {
            <[u8; 32]>::deserialize(deserializer).map(Self)
        }
    }
}

/// A `unique_id` in a request. It is recorded as a hash, and a hash is taken from a record only: whoever has read one
/// somewhere cannot log in with it.
#[derive(Clone)]
pub(super) enum GivenId {
    /// By a client.
    Sent(String),
    /// By a record.
    Recorded(DeviceHash),
}

impl GivenId {
    pub(super) fn hash(&self) -> DeviceHash {
        match self {
            Self::Sent(text) => DeviceHash::of(text),
            Self::Recorded(hash) => hash.clone(),
        }
    }
}

impl Serialize for GivenId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.hash().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for GivenId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            return Err(D::Error::custom("requests are JSON"));
        }
        let text = String::deserialize(deserializer)?;
        let recorded = Some(&text).filter(|_| reads_record()).and_then(|text| DeviceHash::from_text(text));
        Ok(recorded.map_or(Self::Sent(text), Self::Recorded))
    }
}

/// Whether all devices are in rows and index as hashes.
#[derive(Debug, Default, Resource, Serialize, Deserialize)]
pub(super) struct DeviceIndex {
    is_hashed: bool,
    #[serde(skip)]
    is_new: bool,
}

impl DeviceIndex {
    /// Whether they are. Otherwise the next start hashes them.
    pub(super) fn is_hashed(&self) -> bool {
        self.is_hashed
    }
}

impl WorldRow for DeviceIndex {
    const TABLE: &'static str = "device_index";
}

/// The row of an account, written without its player in memory.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct AccountRow(Account);

impl ArchivedRow for AccountRow {
    const TABLE: &'static str = <Account as PlayerRow>::TABLE;
    const VERSION: u16 = <Account as PlayerRow>::VERSION;
}

/// Hashes the devices that earlier programs have stored as they were sent. A start reader of the accounts.
fn hash_devices(world: &mut World, scan: RowScan<'_>) {
    if world.resource::<DeviceIndex>().is_hashed {
        return;
    }
    world.resource_scope(|world, mut archive: Mut<Archive>| {
        let mut directory = world.resource_mut::<Directory>();
        scan(&mut |key, value| {
            let Some(row) = account_in_row(value) else { return };
            if let (Some(account), Some(device)) = (account_of(key), row.device()) {
                directory.set(device.key(), Some(account));
                archive.put(key, &AccountRow(row));
            }
        });
    });
    *world.resource_mut::<DeviceIndex>() = DeviceIndex { is_hashed: true, is_new: true };
}

/// The kind of entries under which earlier programs kept devices.
const FORMER_KIND: &str = "device:";

/// Removes the entries with what the devices have sent. A start reader of the index.
fn forget_former(world: &mut World, scan: RowScan<'_>) {
    if !world.resource::<DeviceIndex>().is_new {
        return;
    }
    let mut directory = world.resource_mut::<Directory>();
    scan(&mut |key, _| {
        if key.starts_with(FORMER_KIND.as_bytes()) {
            directory.set(IndexKey::from_bytes(key.to_vec()), None);
        }
    });
}

/// Stores in the first batch what the readers have made. A start hook.
fn store_new_index(world: &mut World) {
    let mut index = world.resource_mut::<DeviceIndex>();
    if index.is_new {
        index.set_changed();
    }
}

pub(super) fn register(app: &mut App) {
    app.add_world_row::<DeviceIndex>().add_start_reader(<Account as PlayerRow>::TABLE, hash_devices);
    app.add_start_reader(INDEX_TABLE, forget_former).add_start_hook(store_new_index);
}
