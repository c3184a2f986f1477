//! The document of a player.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::identity::Account;
use crate::portability::moments;
use raidkeep_engine::storage::{PlayerRow, Unfit};

/// The format of the documents that this program writes, and the only one it reads.
const FORMAT: u64 = 1;

/// Everything a world stores about one player.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// The format of the document.
    format: u64,
    /// The program that wrote it; for people.
    program: String,
    /// The fingerprint of the rules that were in force; for people.
    rules: String,
    /// Identifies the world that it comes from, whose own numbers mean nothing in another world.
    pub(super) world: String,
    /// The number that the player had there.
    pub(super) account: u64,
    /// When it was written on the game's clock, unix seconds.
    exported_at: i64,
    /// By table name.
    pub(super) parts: BTreeMap<String, Value>,
    /// Records that mention the player and stay in their world, by table name; for people.
    #[serde(default)]
    mentions: BTreeMap<String, Vec<Value>>,
}

/// Where a document comes from.
#[derive(Debug)]
pub(super) struct Origin {
    pub(super) rules: String,
    pub(super) world: String,
    pub(super) account: u64,
    pub(super) exported_at: i64,
}

/// Why a document cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Another program wrote it.
    #[error("the document has format {found}; this program reads format {FORMAT}")]
    OtherFormat {
        /// The value found instead.
        found: Value,
    },
    /// Something in it is wrong.
    #[error("{0}")]
    Unfit(#[from] Unfit),
}

impl Document {
    /// A document in this program's format.
    pub(super) fn new(origin: Origin, parts: BTreeMap<String, Value>, mentions: BTreeMap<String, Vec<Value>>) -> Self {
        let Origin { rules, world, account, exported_at } = origin;
        let program = format!("raidkeep {}", env!("CARGO_PKG_VERSION"));
        Self { format: FORMAT, program, rules, world, account, exported_at, parts, mentions }
    }

    /// The same without what its world says of the player.
    pub(super) fn without_mentions(self) -> Self {
        Self { mentions: BTreeMap::new(), ..self }
    }

    /// The player's name; empty if the account is missing, which an import refuses.
    pub(super) fn player_name(&self) -> &str {
        let account = self.parts.get(<Account as PlayerRow>::TABLE);
        account.and_then(|account| account.get("name")).and_then(Value::as_str).unwrap_or_default()
    }

    /// When the player's account was made, unix seconds; 0 if that is missing.
    pub(super) fn made_at(&self) -> i64 {
        let account = self.parts.get(<Account as PlayerRow>::TABLE);
        account.and_then(|account| account.get("created_at")).and_then(Value::as_i64).unwrap_or_default()
    }

    /// The document with each timestamp spelled out, for people.
    pub fn shown(&self) -> Value {
        let mut shown = serde_json::to_value(self).unwrap_or_default();
        moments::spell_out(&mut shown);
        shown
    }

    /// Reads the output of [`Document::shown`].
    pub fn read(mut shown: Value) -> Result<Self, Unreadable> {
        match shown.get("format") {
            Some(found) if *found != FORMAT => return Err(Unreadable::OtherFormat { found: found.clone() }),
            _ => {}
        }
        if let Some(fields) = shown.as_object_mut() {
            // For people only, so not validated.
            fields.remove("mentions");
        }
        moments::read_back(&mut shown)?;
        serde_path_to_error::deserialize(&shown).map_err(|error| {
            let path = error.path().to_string();
            Unfit::at(if path == "." { String::new() } else { path }, error.inner().to_string()).into()
        })
    }
}
