//! Images: those shipped with the assets, and those that clients send (docs/contract/role-play.md#images).
//!
//! All are sent as base64 of a PNG. Shipped images are read and validated with the rules, so a missing or broken file is
//! reported to designers with its place. Those of clients may be JPEG too; they are decoded and re-encoded by a job,
//! off the world's thread.

pub mod picture;
pub mod rules;

use bevy_app::{App, Plugin};

use raidkeep_engine::rules::RulesApp;

pub use rules::{ImageError, Images, ReceivedImage};

/// Shipped images, and the limits for those of clients.
pub struct ImagesPlugin;

impl Plugin for ImagesPlugin {
    fn build(&self, app: &mut App) {
        app.add_rules::<Images>();
    }
}
