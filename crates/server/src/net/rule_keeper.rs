//! Has the realm keep rule sets, and reads the pinned one before the realm runs.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::net::listener::RealmPlace;
use crate::net::post_office::PostOffice;
use crate::net::start_error::StartError;
use raidkeep_engine::outside::{REALM, world_name};
use raidkeep_engine::realm::{RealmAnswer, to_realm};
use raidkeep_engine::reload::{NotKept, RuleKeeper, RulesOrder, RulesPin, shown};
use raidkeep_engine::request::Request;
use raidkeep_engine::rules::{AssetSource, LoadedRules};
use raidkeep_engine::storage::store::Store;
use raidkeep_realm::rule_sets::{RulesKeep, RulesKept, pinned_set};

/// For how long the realm is asked, and how long one answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(200);

/// The realm of this program.
pub(super) struct RealmKeeper(pub(super) Arc<PostOffice>);

impl RealmKeeper {
    /// Whether the program has a realm that keeps rule sets.
    pub(super) fn is_there(&self) -> bool {
        self.0.find(RulesKeep::FUNCTION, REALM).is_ok()
    }

    fn ask(&self, request: &RulesKeep) -> Result<RulesKept, NotKept> {
        let until = Instant::now() + PATIENCE;
        loop {
            let outcome = self.0.ask(&to_realm(RulesKeep::FUNCTION, request), PATIENCE);
            match RealmAnswer::of(&outcome) {
                RealmAnswer::Done(kept) => return Ok(kept),
                RealmAnswer::Refused(status, message) => {
                    return Err(NotKept(format!("it answered with status {status}: {message}")));
                }
                RealmAnswer::Later if self.0.inbox(REALM).is_some_and(|realm| realm.is_stopping()) => {
                    return Err(NotKept("the server stops".to_owned()));
                }
                RealmAnswer::Later if Instant::now() < until => std::thread::sleep(PAUSE),
                RealmAnswer::Later => return Err(NotKept("it does not answer".to_owned())),
                RealmAnswer::Nowhere => return Err(NotKept("there is none".to_owned())),
            }
        }
    }
}

impl RuleKeeper for RealmKeeper {
    fn keep(&self, rules: &LoadedRules, source: &str, order: &RulesOrder) -> Result<Option<RulesPin>, NotKept> {
        let request = RulesKeep::of(shown(rules.fingerprint), source, order);
        let kept = self.ask(&request)?;
        if !kept.needs_files {
            return Ok(kept.pin);
        }
        self.ask(&request.with_files(rules.files())).map(|kept| kept.pin)
    }
}

/// The pinned set of the realm in a data folder, whose worlds do not run.
///
/// # Errors
/// When the realm's files cannot be read, or lack the set.
pub(super) fn read_pinned(data: &Path, realm: RealmPlace) -> Result<Option<(RulesPin, AssetSource)>, StartError> {
    let name = world_name(match realm {
        RealmPlace::Apart => REALM,
        RealmPlace::Within => 0,
    });
    if !data.join(format!("{name}.rows.redb")).exists() {
        return Ok(None);
    }
    let Some(set) = pinned_set(&Store::read_folder(data, &name)?.rows.into())? else {
        return Ok(None);
    };
    let name = format!(
        "the pinned rule set {}; if this program cannot use it, start the one before, or once with --unpin-rules, which runs what the \
         assets have",
        set.pin.fingerprint
    );
    let files = set.files.ok_or_else(|| StartError::PinnedSetMissing { fingerprint: set.pin.fingerprint.clone() })?;
    Ok(Some((set.pin, AssetSource::Kept(name, Arc::new(files)))))
}
