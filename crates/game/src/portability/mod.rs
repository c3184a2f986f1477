//! Players as documents: `player_export`, `player_import` and `player_delete`, for operators.
//!
//! A document holds everything the world stores about one player. Each kind of player row is a part of it, packed and
//! unpacked on its own ([`raidkeep_engine::storage::portable`]); a feature with more to do when a player arrives or
//! leaves registers it with [`PortabilityApp`](raidkeep_engine::travel::PortabilityApp). docs/operating.md describes
//! documents, and what becomes of a world's own numbers in them.
//!
//! A player who moves to another world of the server takes the document along ([`moving`]).
//!
//! Not here: copies of whole worlds, which are `backup`.

pub mod again;
pub mod delete;
pub mod document;
pub mod export;
pub mod import;
pub mod moments;
pub mod moving;
pub mod pieces;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;

use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::events::EventApp;
use raidkeep_engine::request::Refusal;

pub use document::Document;

/// The message of a dry run.
const NOTHING_CHANGED: &str = "a dry run: nothing was changed";
const NO_SUCH_PLAYER: Refusal = Refusal::new(99, "no such player");

/// The operator's limits on player documents.
#[derive(Debug, Clone, Copy, Resource)]
pub struct PortabilitySettings {
    /// The longest document to import, in bytes.
    pub document_bytes_max: usize,
    /// The longest document to return in a reply, in bytes.
    pub export_bytes_max: usize,
}

impl Default for PortabilitySettings {
    fn default() -> Self {
        Self { document_bytes_max: 16 << 20, export_bytes_max: 2 << 20 }
    }
}

/// Player documents and the functions to export, import and delete players.
#[derive(Default)]
pub struct PortabilityPlugin {
    /// The operator's limits.
    pub settings: PortabilitySettings,
}

impl Plugin for PortabilityPlugin {
    fn build(&self, app: &mut App) {
        app.insert_resource(self.settings).init_resource::<pieces::Pieces>().add_close_hook(pieces::forget);
        app.add_waiting_request::<export::PlayerExport, _>(export::player_export);
        app.add_request::<pieces::PlayerImportPiece, _>(pieces::player_import_piece);
        app.add_waiting_request::<import::PlayerImport, _>(import::player_import);
        app.add_waiting_request::<delete::PlayerDelete, _>(delete::player_delete);
        moving::register(app);
    }
}
