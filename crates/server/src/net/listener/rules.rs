//! The rules at a listener: what the worlds start under, and how changes of the assets reach them.

use std::sync::Arc;
use std::time::Duration;

use crate::net::kept_rules::KeptRules;
use crate::net::listener::door::subscribe;
use crate::net::listener::{Listener, Progress, Shared};
use crate::net::rule_keeper::RealmKeeper;
use crate::net::start_error::{StartError, system};
use raidkeep_engine::open::OpenRules;
use raidkeep_engine::reload::{Reloader, RuleChange, RulesOrder, RulesPin, Watcher};
use raidkeep_engine::rules::AssetSource;

/// Who publishes rules without being asked: as history and log name them.
const START: &str = "the start";
const WATCHER: &str = "the watcher";
const SIGNAL: &str = "SIGHUP";

impl Listener {
    /// Which rule set was pinned at the start.
    pub fn pinned_rules(&self) -> Option<&RulesPin> {
        self.0.pin.as_ref()
    }

    /// Reads the assets again on behalf of the system.
    pub(super) fn reload_rules(reloader: &Reloader) {
        reloader.reload(SIGNAL);
    }
}

impl Shared {
    /// The reloader of all worlds, which start under `open`.
    pub(super) fn reloader(&self, open: OpenRules) -> Result<Reloader, StartError> {
        let OpenRules { rules, source, catalogue } = open;
        let kept = KeptRules::of(&self.config.journal.folder);
        kept.as_ref().map_or(Ok(()), |kept| kept.keep(&rules)).map_err(system("copy the assets beside the journal"))?;
        // An app may have read its rules from elsewhere; a pinned set is where the worlds begin, not where changes come from.
        let (source, pin) = match source {
            AssetSource::Kept(..) => (self.assets.clone(), self.pin.clone()),
            source => (source, None),
        };
        // The folder of a node that stands by may be of another time.
        let is_alone = self.stores.shared().is_none();
        let is_watched = is_alone && self.config.assets_watch && matches!(source, AssetSource::Folder(_));
        let subscribers = kept.map(KeptRules::subscriber).into_iter().chain(self.doors.iter().map(subscribe)).collect();
        Ok(Reloader::new(catalogue, source, rules, subscribers).watched(is_watched).pinned(pin))
    }

    /// All worlds and the realm run: rule sets are kept from now on, those of the start first, and the assets are watched.
    pub(super) fn begin_publishing(&self, progress: &mut Progress) {
        let Some(commons) = &mut progress.commons else { return };
        let reloader = commons.reloader.clone();
        let keeper = RealmKeeper(self.offices.clone());
        if keeper.is_there() {
            reloader.use_keeper(Arc::new(keeper));
        }
        let (change, reason) =
            if self.config.unpin_rules { (RuleChange::Unpinned, "--unpin-rules") } else { (RuleChange::Published, "") };
        let order = RulesOrder { change, by: START.to_owned(), reason: reason.to_owned() };
        if reloader.is_watched()
            && let AssetSource::Folder(folder) = reloader.source().clone()
        {
            let poll_every = Duration::from_secs(self.config.assets_poll_seconds);
            let mut first = Some(order);
            let act = move || {
                if let Some(order) = first.take() {
                    reloader.keep_first(&order);
                }
                reloader.reload(WATCHER);
            };
            let started = Watcher::start(&folder, poll_every, act);
            let told = |error| tracing::warn!(%error, "the assets are not watched; rules_reload reads them");
            commons.watcher = started.map_err(told).ok();
            return;
        }
        let thread = std::thread::Builder::new().name("raidkeep-rules".to_owned());
        if let Err(error) = thread.spawn(move || reloader.keep_first(&order)) {
            tracing::error!(%error, "the rules of the start are missing from the history");
        }
    }
}

/// Says that a rule set is pinned, which a reader of the log must not miss.
pub(super) fn tell_pin(pin: &RulesPin) {
    let RulesPin { fingerprint, at, by, reason } = pin;
    tracing::warn!(
        fingerprint,
        since = at,
        by,
        reason,
        "the rules are PINNED: the worlds start under this set of the history; the assets are checked and change nothing until \
         rules_unpin"
    );
}
