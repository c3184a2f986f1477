//! `player_import_piece`: a document too long for one frame is sent in pieces.
//!
//! Pieces belong to a connection and, if the operator names it, to the hash of their document, so several documents may
//! be received side by side. They are dropped when their document is imported, their connection closes, or no piece
//! follows for a while.

use std::collections::BTreeMap;
use std::time::Duration;

use bevy_ecs::prelude::*;
use bevy_time::{Real, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::portability::PortabilitySettings;
use raidkeep_engine::operators::Right;
use raidkeep_engine::request;
use raidkeep_engine::request::lenient::{self, Integer};
use raidkeep_engine::request::reply::ConnectionId;
use raidkeep_engine::request::{Answer, Call, Code, Operator, Refusal, Success};

/// Real time after which a document that gets no further piece is forgotten.
const IDLE_MAX: Duration = Duration::from_secs(600);
/// All documents together may have this many times the bytes of the longest one.
const LONGEST_MAX: usize = 4;
/// The most documents being received side by side.
const DOCUMENTS_MAX: usize = 256;

/// Which document a piece belongs to: by its connection, and the SHA-256 of its text in hexadecimal, empty if the
/// operator names none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct DocumentKey {
    connection: Option<ConnectionId>,
    hash: String,
}

impl DocumentKey {
    /// The document with this hash on the operator's connection.
    pub(super) fn new(operator: Operator, hash: Option<String>) -> Result<Self, Refusal> {
        let is_hash = |hash: &String| hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        if hash.as_ref().is_some_and(|hash| !is_hash(hash)) {
            return Err(Refusal::malformed("data.hash", "the SHA-256 of the document, 64 hexadecimal digits"));
        }
        let hash = hash.unwrap_or_default().to_ascii_lowercase();
        Ok(Self { connection: operator.connection, hash })
    }
}

/// The pieces of one document received so far, concatenated.
#[derive(Debug, Default)]
struct Unfinished {
    text: String,
    count: i64,
    last_at: Duration,
}

/// The documents being received.
#[derive(Debug, Default, Resource)]
pub(super) struct Pieces(BTreeMap<DocumentKey, Unfinished>);

impl Pieces {
    /// Appends a piece; number 0 starts a new document. Returns the bytes so far.
    fn add(&mut self, key: DocumentKey, piece: Piece<'_>, bytes_max: usize) -> Result<usize, Refusal> {
        let Piece { number, text, now } = piece;
        self.0.retain(|_, document| now.saturating_sub(document.last_at) < IDLE_MAX);
        let mut document = match number {
            0 => Unfinished::default(),
            _ => self.0.remove(&key).unwrap_or_default(),
        };
        if number != document.count {
            let expected = document.count;
            self.put_back(key, document);
            let message = format!("received piece {number}, expected piece {expected}; start over with piece 0");
            return Err(Refusal::saying(OUT_OF_ORDER, message));
        }
        if document.text.len() + text.len() > bytes_max {
            self.0.remove(&key);
            return Err(too_long(bytes_max));
        }
        let others: usize = self.0.iter().filter(|(other, _)| **other != key).map(|(_, other)| other.text.len()).sum();
        let bytes = document.text.len() + text.len();
        if others + bytes > bytes_max.saturating_mul(LONGEST_MAX) || self.0.len() >= DOCUMENTS_MAX {
            self.put_back(key, document);
            return Err(Refusal::busy("too many documents are coming in, retry when others are imported"));
        }
        document.text.push_str(text);
        self.0.insert(key, Unfinished { count: number + 1, last_at: now, ..document });
        Ok(bytes)
    }

    fn put_back(&mut self, key: DocumentKey, document: Unfinished) {
        if document.count > 0 {
            self.0.insert(key, document);
        }
    }

    /// The document so far; `None` when no piece has been received.
    pub(super) fn text(&self, key: &DocumentKey) -> Result<Option<&str>, Refusal> {
        let Some(document) = self.0.get(key) else {
            return Ok(None);
        };
        if key.hash.is_empty() || key.hash == hash_of(&document.text) {
            return Ok(Some(&document.text));
        }
        Err(Refusal::new(NOT_WHOLE, "the pieces are not the document with this hash: some are missing or changed"))
    }

    /// Forgets a document.
    pub(super) fn remove(&mut self, key: &DocumentKey) {
        self.0.remove(key);
    }
}

fn hash_of(text: &str) -> String {
    use std::fmt::Write;
    Sha256::digest(text.as_bytes()).iter().fold(String::with_capacity(64), |mut hash, byte| {
        let _ = write!(hash, "{byte:02x}");
        hash
    })
}

/// Forgets the documents of a closed connection.
pub(super) fn forget(world: &mut World, connection: ConnectionId) {
    world.resource_mut::<Pieces>().0.retain(|key, _| key.connection != Some(connection));
}

/// The refusal of a document that has more bytes than this world takes.
pub(super) fn too_long(bytes_max: usize) -> Refusal {
    let message = format!("the document is longer than {bytes_max} bytes, see the setting limits.document_bytes");
    Refusal::saying(TOO_LONG, message)
}

const OUT_OF_ORDER: i32 = 98;
const TOO_LONG: i32 = 97;
pub(super) const NOT_WHOLE: i32 = 96;

struct Piece<'a> {
    number: i64,
    text: &'a str,
    now: Duration,
}

/// `player_import_piece {token, piece, text, hash?}`: pieces are numbered from 0.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PlayerImportPiece {
    /// Which piece, from 0; 0 starts over.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    piece: i64,
    /// The piece.
    text: String,
    /// The SHA-256 of the whole document in hexadecimal. With it, one connection may send several documents side by
    /// side, and only the whole document is imported.
    #[serde(default)]
    hash: Option<String>,
}

request!(
    Operator, "player_import_piece", PlayerImportPiece => PieceTaken, RIGHT = Right::DATA,
    CODES = &[
        Code::refusal(OUT_OF_ORDER, "another piece was expected"),
        Code::refusal(TOO_LONG, "the document is longer than the setting limits.document_bytes"),
    ],
);

/// The reply of `player_import_piece`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PieceTaken {
    /// Bytes of the document so far.
    bytes: usize,
}

pub(super) fn player_import_piece(
    In(call): In<Call<PlayerImportPiece>>,
    mut pieces: ResMut<Pieces>,
    settings: Res<PortabilitySettings>,
    time: Res<Time<Real>>,
) -> Answer<PieceTaken> {
    let PlayerImportPiece { piece: number, text, hash } = call.request;
    let key = DocumentKey::new(call.caller, hash)?;
    let piece = Piece { number, text: &text, now: time.elapsed() };
    let bytes = pieces.add(key, piece, settings.document_bytes_max)?;
    Ok(Success::with(PieceTaken { bytes }))
}
