//! Players as documents: `player_export`, `player_import` and `player_delete`, for operators.
//!
//! A document holds all that the world keeps of one player. Its parts are the kinds of rows of players, each written and
//! read by itself ([`raidkeep_engine::storage::portable`]); a feature that has more to do when a player comes or goes says so with
//! [`PortabilityApp`](raidkeep_engine::travel::PortabilityApp). What a document is, and what becomes of the world's own numbers in it, stands in docs/operating.md.
//!
//! Not here: copies of whole worlds, which are `backup`.

pub mod delete;
pub mod document;
pub mod export;
pub mod import;
pub mod moments;
pub mod pieces;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;

use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::events::EventApp;
use raidkeep_engine::request::Refusal;

pub use document::Document;

const NO_SUCH_PLAYER: Refusal = Refusal::new(99, "no such player");

/// What the operator decides about documents of players.
#[derive(Debug, Clone, Copy, Resource)]
pub struct PortabilitySettings {
    /// The longest document that is taken in, in bytes.
    pub document_bytes_max: usize,
    /// The longest document that is given in a reply, in bytes.
    pub export_bytes_max: usize,
}

impl Default for PortabilitySettings {
    fn default() -> Self {
        Self { document_bytes_max: 16 << 20, export_bytes_max: 2 << 20 }
    }
}

/// Documents of players and the functions of them.
#[derive(Default)]
pub struct PortabilityPlugin {
    /// What the operator decides.
    pub settings: PortabilitySettings,
}

impl Plugin for PortabilityPlugin {
    fn build(&self, app: &mut App) {
        app.insert_resource(self.settings).init_resource::<pieces::Pieces>().add_close_hook(pieces::forget);
        app.add_waiting_request::<export::PlayerExport, _>(export::player_export);
        app.add_request::<pieces::PlayerImportPiece, _>(pieces::player_import_piece);
        app.add_waiting_request::<import::PlayerImport, _>(import::player_import);
        app.add_waiting_request::<delete::PlayerDelete, _>(delete::player_delete);
    }
}
