//! `player_import_piece`: a document too long for one frame is sent in pieces. A world holds the pieces of one
//! document at a time.

use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::portability::PortabilitySettings;
use raidkeep_engine::request;
use raidkeep_engine::request::lenient::{self, Integer};
use raidkeep_engine::request::{Answer, Call, Operator, Refusal, Success};

/// The pieces received so far, concatenated.
#[derive(Debug, Default, Resource)]
pub(super) struct Pieces {
    text: String,
    count: i64,
}

impl Pieces {
    /// Appends a piece; number 0 starts a new document. Returns the bytes so far.
    fn add(&mut self, number: i64, text: &str, bytes_max: usize) -> Result<usize, Refusal> {
        if number == 0 {
            *self = Self::default();
        } else if number != self.count {
            let message = format!("received piece {number}, expected piece {}; start over with piece 0", self.count);
            return Err(Refusal { status: OUT_OF_ORDER, message: message.into() });
        }
        if self.text.len() + text.len() > bytes_max {
            *self = Self::default();
            let message =
                format!("the document is longer than {bytes_max} bytes, see the setting limits.document_bytes");
            return Err(Refusal { status: TOO_LONG, message: message.into() });
        }
        self.text.push_str(text);
        self.count += 1;
        Ok(self.text.len())
    }

    /// The document so far; `None` when no piece has been received.
    pub(super) fn text(&self) -> Option<&str> {
        (self.count > 0).then_some(&*self.text)
    }

    /// Forgets the document.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

const OUT_OF_ORDER: i32 = 98;
const TOO_LONG: i32 = 97;

/// `player_import_piece {token, piece, text}`: pieces are numbered from 0.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PlayerImportPiece {
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    piece: i64,
    text: String,
}

request!(Operator, "player_import_piece", PlayerImportPiece => PieceTaken);

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
) -> Answer<PieceTaken> {
    let PlayerImportPiece { piece, text } = call.request;
    let bytes = pieces.add(piece, &text, settings.document_bytes_max)?;
    Ok(Success::with(PieceTaken { bytes }))
}
