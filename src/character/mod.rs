//! What a player is good at: attributes that follow from its level and from what it has made (semantics, section 15;
//! document 5, /status and /time).
//!
//! Nothing here is kept: attributes are computed when they are looked at. What decides by them is in `battles` and in
//! the narrator's checks.

pub mod model;
pub mod requests;
pub mod rules;

use bevy_app::{App, Plugin};

use crate::identity::Account;
use crate::request::Refusal;
use crate::rules::RulesApp;

pub use model::{Attribute, Attributes};
pub use rules::CharacterRules;

/// How a request is refused that names somebody else's role.
pub const NOT_YOUR_ROLE: Refusal = Refusal::new(403, "role: expected your own username");

/// In document 5 `role` is the username, and must be the caller's own (semantics, section 2).
pub fn own_role(account: &Account, role: &str) -> Result<(), Refusal> {
    if account.name() == role { Ok(()) } else { Err(NOT_YOUR_ROLE) }
}

/// Attributes, `status` and `time`.
pub struct CharacterPlugin;

impl Plugin for CharacterPlugin {
    fn build(&self, app: &mut App) {
        app.add_rules::<CharacterRules>();
        requests::register(app);
    }
}
