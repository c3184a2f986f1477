//! A realm in the app of the test server.

use std::sync::Arc;

use super::TestSetup;
use crate::diff::SET_DIFFER;
use raidkeep_engine::realm::RealmLink;
use raidkeep_game::identity::PasswordCost;
use raidkeep_game::platforms::sud::sessions::SessionKeys;
use raidkeep_realm::operators::OperatorSettings;
use raidkeep_realm::{RealmPlugins, RealmSettings};

/// Seals second factors in tests.
const TEST_SESSION_KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

impl TestSetup {
    /// The same with the realm in the world's app.
    #[must_use]
    pub fn with_realm(mut self) -> Self {
        self.extend.push(|app| {
            let keys = SessionKeys::parse(TEST_SESSION_KEY).expect("the key should be one");
            let password_cost = PasswordCost { memory_kib: 64, passes: 1 };
            let operators = OperatorSettings { roles: Arc::default(), password_cost, keys };
            let settings =
                RealmSettings { operators, message_days: 30, differ: Some(SET_DIFFER), ..Default::default() };
            app.add_plugins(RealmPlugins { settings });
            app.insert_resource(RealmLink { has_realm: true });
        });
        self
    }
}
