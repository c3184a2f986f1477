//! Gift codes: made in batches, redeemed by players of any world.
//!
//! A batch is in memory; its codes and who has redeemed them are rows on disk. A claim of a world reads the rows it is about,
//! counts, and writes the goods as a message to the world in the same batch. What has changed lately is also in memory
//! ([`model::Recent`]), because a claim may be counted between another's look at the disk and its turn.

mod claim;
mod letters;
pub mod list;
pub mod make;
pub mod model;

use bevy_app::{App, Plugin};

use model::{CodeBatches, CodeTotals, KeptCode, KeptUse, Recent};
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::storage::StorageApp;
use raidkeep_engine::verify::VerifyApp;
use raidkeep_game::gift_codes::CodeClaim;

/// `code_make`, `code_list`, `code_show`, `code_withdraw`, and `code_claim` for the worlds.
pub struct CodesPlugin;

impl Plugin for CodesPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Recent>();
        app.add_world_row::<CodeBatches>().add_world_row::<CodeTotals>();
        app.add_archived_rows::<KeptCode>().add_archived_rows::<KeptUse>();
        app.add_waiting_request::<CodeClaim, _>(claim::code_claim);
        make::register(app);
        list::register(app);
    }
}
