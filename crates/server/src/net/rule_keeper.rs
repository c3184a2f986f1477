//! Has the realm keep rule sets, reads the pinned one before the realm runs, and follows a realm that other nodes may have.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::net::listener::RealmPlace;
use crate::net::post_office::PostOffice;
use crate::net::start_error::StartError;
use raidkeep_engine::cluster::SharedStores;
use raidkeep_engine::outside::{REALM, world_name};
use raidkeep_engine::realm::{RealmAnswer, to_realm};
use raidkeep_engine::reload::{NotKept, Reloader, RuleKeeper, RulesOrder, RulesPin, shown};
use raidkeep_engine::request::Request;
use raidkeep_engine::rules::{AssetSource, LoadedRules};
use raidkeep_engine::storage::Rows;
use raidkeep_engine::storage::folder::rows_file;
use raidkeep_engine::storage::store::Store;
use raidkeep_realm::rule_sets::{RulesKeep, RulesKept, SetInForce, set_in_force};

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

/// The pinned set of the realm in a data folder whose worlds do not run, or in stores that others may have.
///
/// # Errors
/// When the realm cannot be read, or lacks the set.
pub(super) fn read_pinned(
    data: &Path,
    realm: RealmPlace,
    shared: Option<&dyn SharedStores>,
) -> Result<Option<(RulesPin, AssetSource)>, StartError> {
    let world = match realm {
        RealmPlace::Apart => REALM,
        RealmPlace::Within => 0,
    };
    let name = world_name(world);
    let rows = match shared {
        Some(shared) => shared.peek(world)?,
        None if rows_file(data, &name).exists() => Store::read_folder(data, &name)?.rows.into(),
        None => return Ok(None),
    };
    let Some(SetInForce { fingerprint, pin: Some(pin), files, .. }) = set_in_force(&rows)? else {
        return Ok(None);
    };
    let name = format!(
        "the pinned rule set {fingerprint}; if this program cannot use it, start the one before, or once with --unpin-rules, which \
         runs what the assets have"
    );
    let files = files.ok_or(StartError::PinnedSetMissing { fingerprint })?;
    Ok(Some((pin, AssetSource::Kept(name, Arc::new(files)))))
}

/// Follows what the realm of a cluster has in force, whatever the assets of this node have.
#[derive(Default)]
pub(super) struct RuleFollower {
    /// The last entry of the realm's history that was followed: rows that were folded long ago take nothing back.
    followed: Mutex<u64>,
}

impl RuleFollower {
    /// Puts into force here what the realm with these rows has in force, if that is news.
    ///
    /// # Errors
    /// When the realm cannot be read, lacks the files, or this program cannot use them.
    pub(super) fn follow(&self, reloader: &Reloader, realm: &Rows) -> Result<(), StartError> {
        let mut followed = self.followed.lock().unwrap_or_else(PoisonError::into_inner);
        let found = set_in_force(realm)?.filter(|set| set.number > *followed);
        let Some(set) = found else { return Ok(()) };
        let number = set.number;
        adopt(reloader, set)?;
        *followed = number;
        Ok(())
    }
}

fn adopt(reloader: &Reloader, set: SetInForce) -> Result<(), StartError> {
    let SetInForce { fingerprint, pin, files, .. } = set;
    if reloader.with_rules(|rules| shown(rules.fingerprint) == fingerprint) && reloader.pin() == pin {
        return Ok(());
    }
    let name = format!("the rule set {fingerprint} of the realm");
    let files = files.ok_or_else(|| StartError::SetMissing { fingerprint: fingerprint.clone() })?;
    let adopted = reloader.adopt(name, files, pin);
    adopted.map_err(|problems| StartError::SetUnusable { fingerprint, problems: Box::new(problems) })
}
