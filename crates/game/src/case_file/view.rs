//! What operators see of a player's file.

use bevy_app::App;
use schemars::JsonSchema;
use serde::Serialize;

use crate::case_file::{Ban, CaseFile, Mute, Note};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::request::Refusal;
use raidkeep_engine::storage::FoundRows;
use raidkeep_engine::views::{ViewApp, ViewEntries, ViewPart, Viewed};

pub(super) fn register(app: &mut App) {
    app.add_view_part::<SanctionsPart>().add_view_part::<NotesPart>();
}

struct SanctionsPart;

/// The ban and the mute that hold now.
#[derive(Debug, Serialize, JsonSchema)]
struct SanctionsShown {
    /// Null when the player is not banned.
    ban: Option<Ban>,
    /// Null when the player is not muted.
    mute: Option<Mute>,
}

impl ViewPart for SanctionsPart {
    const NAME: &'static str = "sanctions";
    type Shown = SanctionsShown;

    fn show(viewed: &Viewed<'_>, _: FoundRows) -> Result<SanctionsShown, Refusal> {
        let (file, now) = (viewed.get::<CaseFile>()?, viewed.world.resource::<Clock>().now());
        Ok(SanctionsShown { ban: file.ban(now), mute: file.mute(now) })
    }
}

struct NotesPart;

impl ViewPart for NotesPart {
    const NAME: &'static str = "notes";
    type Shown = ViewEntries<Note>;

    fn show(viewed: &Viewed<'_>, _: FoundRows) -> Result<ViewEntries<Note>, Refusal> {
        let notes = viewed.get::<CaseFile>()?.notes().iter().rev().filter(|note| viewed.page.covers(note.at));
        Ok(ViewEntries::of(notes.map(|note| (note.number, note.clone())), viewed.page))
    }
}
