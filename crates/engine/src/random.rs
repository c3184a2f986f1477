//! The one source of randomness of a world. The same seed and the same inputs give the same game.

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::numbers::BatchNumber;
use crate::outside::WorldId;
use crate::storage::WorldRow;

/// The seed of all randomness; drawn once, when the world is created.
#[derive(Debug, Default, Resource, Serialize, Deserialize)]
pub struct WorldSeed(pub u64);

impl WorldSeed {
    /// The world's id. Worlds differ in their seeds, so servers that share an account on a platform do not mistake each
    /// other's numbers for their own.
    pub fn world_id(&self) -> WorldId {
        use sha2::Digest;
        let hash = sha2::Sha256::new().chain_update(b"world").chain_update(self.0.to_be_bytes()).finalize();
        WorldId(hash.iter().take(4).fold(0_u32, |id, byte| id << 8 | u32::from(*byte)))
    }
}

impl WorldRow for WorldSeed {
    const TABLE: &'static str = "seed";
}

/// The random stream. A restart begins a new one, so that nothing is drawn twice.
#[derive(Debug, Resource)]
pub struct Randomness(ChaCha8Rng);

impl Randomness {
    /// The stream of a world that has committed `last_batch` batches before this start.
    pub fn start(seed: &WorldSeed, last_batch: BatchNumber) -> Self {
        let mut source = ChaCha8Rng::seed_from_u64(seed.0);
        source.set_stream(last_batch.0);
        Self(source)
    }

    /// The generator to draw from.
    pub fn source(&mut self) -> &mut ChaCha8Rng {
        &mut self.0
    }
}

/// Randomness. Its seed is kept by the plugin of the engine's rows.
pub struct RandomPlugin;

impl Plugin for RandomPlugin {
    fn build(&self, app: &mut App) {
        app.insert_resource(Randomness::start(&WorldSeed(0), BatchNumber::default()));
    }
}
