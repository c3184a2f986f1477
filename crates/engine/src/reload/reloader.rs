//! Reads the assets again, checks them as a whole, has them kept, and reports the outcome to every world.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::reload::keeper::{NotKept, RuleChange, RuleKeeper, RulesOrder, RulesPin};
use crate::reload::{RulesNews, shown};
use crate::rules::{AssetSource, Catalogue, LoadedRules, Problems, RuleFiles};

/// Receives the asset changes for one world.
pub type Subscriber = Box<dyn Fn(RulesNews) + Send + Sync>;

/// The outcome of an attempt to change the rules.
#[derive(Debug, Clone)]
pub enum ReloadOutcome {
    /// Every world uses these rules from its next tick on.
    Changed(Arc<LoadedRules>),
    /// The assets are those already in use.
    Unchanged(Arc<LoadedRules>),
    /// The assets match the rules in force again, after a refused change.
    Mended(Arc<LoadedRules>),
    /// The assets could be used, but the rules in force, which these are, are pinned.
    Pinned(Arc<LoadedRules>),
    /// The assets have errors; every world keeps its rules.
    Refused(Arc<Problems>),
    /// The assets could be used, but not be kept; every world keeps its rules.
    NotKept(NotKept),
}

/// One for all worlds of a server, so that all of them have the same rules.
pub struct Reloader {
    catalogue: Catalogue,
    source: AssetSource,
    worlds: Vec<Subscriber>,
    is_watched: bool,
    /// Unset where nobody keeps rule sets: in simulations and tests, and until the realm has started.
    keeper: OnceLock<Arc<dyn RuleKeeper>>,
    /// Held during an attempt: two concurrent ones could swap rules in the wrong order.
    attempt: Mutex<()>,
    /// Held for moments only, unlike `attempt`, in which the realm is waited for.
    last: Mutex<Last>,
}

struct Last {
    rules: Arc<LoadedRules>,
    refused: Option<Arc<Problems>>,
    pin: Option<RulesPin>,
    /// The fingerprint of what the assets had when they were last read without errors.
    offered: Option<u64>,
}

impl Reloader {
    /// For worlds that have started with `rules` from `source`.
    pub fn new(catalogue: Catalogue, source: AssetSource, rules: Arc<LoadedRules>, worlds: Vec<Subscriber>) -> Self {
        let offered = Some(rules.fingerprint);
        let last = Mutex::new(Last { rules, refused: None, pin: None, offered });
        let (keeper, attempt) = (OnceLock::new(), Mutex::default());
        Self { catalogue, source, worlds, is_watched: false, keeper, attempt, last }
    }

    /// The same, with whether changes are detected automatically.
    pub fn watched(self, is_watched: bool) -> Self {
        Self { is_watched, ..self }
    }

    /// The same for worlds that have started with a pinned set, which need not be what the assets have.
    pub fn pinned(self, pin: Option<RulesPin>) -> Self {
        if pin.is_some() {
            let mut last = self.last();
            (last.pin, last.offered) = (pin, None);
        }
        self
    }

    /// Whether changes are detected automatically.
    pub fn is_watched(&self) -> bool {
        self.is_watched
    }

    /// Where the assets are.
    pub fn source(&self) -> &AssetSource {
        &self.source
    }

    /// Which set is pinned; `None` = what the assets have is in force.
    pub fn pin(&self) -> Option<RulesPin> {
        self.last().pin.clone()
    }

    /// The fingerprint of what the assets had when they were last read without errors, in the form operators see.
    pub fn offered(&self) -> Option<String> {
        self.last().offered.map(shown)
    }

    /// Has every set kept from now on. Only the first call counts.
    pub fn use_keeper(&self, keeper: Arc<dyn RuleKeeper>) {
        let _ = self.keeper.set(keeper);
    }

    /// Whether sets are kept.
    pub fn has_keeper(&self) -> bool {
        self.keeper.get().is_some()
    }

    /// Has the rules kept that the worlds have started with. Blocks until they are on disk.
    pub fn keep_first(&self, order: &RulesOrder) {
        let _attempt = self.attempt.lock().unwrap_or_else(PoisonError::into_inner);
        let (rules, pin) = {
            let last = self.last();
            (last.rules.clone(), last.pin.clone())
        };
        if pin.is_some() {
            return;
        }
        match self.keep(&rules, &self.source, order) {
            Ok(pin) => self.last().pin = pin.filter(|pin| pin.fingerprint == shown(rules.fingerprint)),
            Err(error) => tracing::error!("the rules of the start are missing from the history: {error}"),
        }
    }

    /// Reads and checks the assets, has them kept unless a set is pinned, and informs the worlds. Blocks until that is done.
    pub fn reload(&self, by: &str) -> ReloadOutcome {
        let _attempt = self.attempt.lock().unwrap_or_else(PoisonError::into_inner);
        let order = RulesOrder { change: RuleChange::Published, by: by.to_owned(), reason: String::new() };
        let outcome = match self.catalogue.load(&self.source) {
            Ok(rules) => self.offer(Arc::new(rules), &order),
            Err(problems) => ReloadOutcome::Refused(Arc::new(problems)),
        };
        self.settle(&outcome, &self.source);
        outcome
    }

    /// Pins a kept set and puts it into force. Blocks until that is done.
    pub fn go_back(&self, name: String, files: RuleFiles, by: &str, reason: &str) -> ReloadOutcome {
        let _attempt = self.attempt.lock().unwrap_or_else(PoisonError::into_inner);
        let order = RulesOrder { change: RuleChange::WentBack, by: by.to_owned(), reason: reason.to_owned() };
        let source = AssetSource::Kept(name, Arc::new(files));
        match self.catalogue.load(&source) {
            Ok(rules) => self.put_in_force(Arc::new(rules), &source, &order),
            // They are not what the assets have, so no world hears of it.
            Err(problems) => ReloadOutcome::Refused(Arc::new(problems)),
        }
    }

    /// Puts a kept set into force that was so already elsewhere, with its pin. It is not kept again.
    ///
    /// # Errors
    /// When this program cannot use it.
    pub fn adopt(&self, name: String, files: RuleFiles, pin: Option<RulesPin>) -> Result<(), Problems> {
        let _attempt = self.attempt.lock().unwrap_or_else(PoisonError::into_inner);
        let source = AssetSource::Kept(name, Arc::new(files));
        let rules = Arc::new(self.catalogue.load(&source)?);
        self.last().pin = pin;
        let is_same = self.last().rules.fingerprint == rules.fingerprint;
        let outcome = if is_same { ReloadOutcome::Unchanged(rules) } else { ReloadOutcome::Changed(rules) };
        self.settle(&outcome, &source);
        Ok(())
    }

    /// Removes the pin and puts into force what the assets have. Blocks until that is done.
    pub fn unpin(&self, by: &str, reason: &str) -> ReloadOutcome {
        let _attempt = self.attempt.lock().unwrap_or_else(PoisonError::into_inner);
        let order = RulesOrder { change: RuleChange::Unpinned, by: by.to_owned(), reason: reason.to_owned() };
        match self.catalogue.load(&self.source) {
            Ok(rules) => self.put_in_force(Arc::new(rules), &self.source, &order),
            Err(problems) => {
                let outcome = ReloadOutcome::Refused(Arc::new(problems));
                self.settle(&outcome, &self.source);
                outcome
            }
        }
    }

    /// What the assets have, valid or not, as far as the rules are read from it.
    ///
    /// # Errors
    /// When nothing can be read.
    pub fn read_files(&self) -> Result<RuleFiles, Problems> {
        let study = self.catalogue.study(&self.source);
        let files = study.rule_files();
        if files.texts.is_empty() && study.problems.has_errors() { Err(study.problems) } else { Ok(files) }
    }

    /// The same, if what the assets have could be put into force.
    ///
    /// # Errors
    /// When they have errors.
    pub fn check(&self) -> Result<RuleFiles, Problems> {
        self.catalogue.load(&self.source).map(|rules| rules.files())
    }

    /// Acts with the rules in force, of whose changes no world is told meanwhile.
    pub fn with_rules<T>(&self, act: impl FnOnce(&Arc<LoadedRules>) -> T) -> T {
        act(&self.last().rules)
    }

    /// Decides about what the assets have.
    fn offer(&self, rules: Arc<LoadedRules>, order: &RulesOrder) -> ReloadOutcome {
        let (present, was_refused, is_pinned) = {
            let mut last = self.last();
            last.offered = Some(rules.fingerprint);
            (last.rules.clone(), last.refused.is_some(), last.pin.is_some())
        };
        let is_same = rules.fingerprint == present.fingerprint;
        match (is_same, was_refused) {
            (_, true) if is_same || is_pinned => ReloadOutcome::Mended(present),
            (true, _) => ReloadOutcome::Unchanged(present),
            (false, _) if is_pinned => ReloadOutcome::Pinned(present),
            (false, _) => match self.keep(&rules, &self.source, order) {
                Ok(Some(pin)) if pin.fingerprint != shown(rules.fingerprint) => ReloadOutcome::Pinned(present),
                Ok(_) => ReloadOutcome::Changed(rules),
                Err(error) => ReloadOutcome::NotKept(error),
            },
        }
    }

    /// Has a set kept, with the pin that the order asks for, and puts it into force.
    fn put_in_force(&self, rules: Arc<LoadedRules>, source: &AssetSource, order: &RulesOrder) -> ReloadOutcome {
        let pin = match self.keep(&rules, source, order) {
            Ok(pin) => pin,
            Err(error) => {
                let outcome = ReloadOutcome::NotKept(error);
                self.note(&outcome, source);
                return outcome;
            }
        };
        let outcome = {
            let mut last = self.last();
            last.pin = pin;
            if order.change == RuleChange::Unpinned {
                last.offered = Some(rules.fingerprint);
            }
            match (rules.fingerprint == last.rules.fingerprint, last.refused.is_some()) {
                (false, _) => ReloadOutcome::Changed(rules),
                (true, true) if order.change == RuleChange::Unpinned => ReloadOutcome::Mended(rules),
                (true, _) => ReloadOutcome::Unchanged(rules),
            }
        };
        self.settle(&outcome, source);
        outcome
    }

    fn keep(&self, rules: &LoadedRules, source: &AssetSource, order: &RulesOrder) -> Result<Option<RulesPin>, NotKept> {
        self.keeper.get().map_or(Ok(None), |keeper| keeper.keep(rules, &source.describe(), order))
    }

    /// Remembers the outcome, and tells the worlds.
    fn settle(&self, outcome: &ReloadOutcome, source: &AssetSource) {
        // Whoever is told finds it in the log and in the metrics.
        self.note(outcome, source);
        let mut last = self.last();
        match outcome {
            ReloadOutcome::Changed(rules) | ReloadOutcome::Mended(rules) => {
                (last.rules, last.refused) = (rules.clone(), None);
                self.tell(&RulesNews::Changed(rules.clone()));
            }
            // An editor that saves twice changes nothing.
            ReloadOutcome::Refused(problems) if last.refused.as_ref() == Some(problems) => {}
            ReloadOutcome::Refused(problems) => {
                last.refused = Some(problems.clone());
                self.tell(&RulesNews::Refused(problems.clone()));
            }
            ReloadOutcome::Unchanged(_) | ReloadOutcome::Pinned(_) | ReloadOutcome::NotKept(_) => {}
        }
    }

    fn tell(&self, news: &RulesNews) {
        self.worlds.iter().for_each(|world| world(news.clone()));
    }

    fn last(&self) -> MutexGuard<'_, Last> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, outcome: &ReloadOutcome, source: &AssetSource) {
        let place = source.describe();
        let label = match outcome {
            ReloadOutcome::Changed(rules) => {
                rules.warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
                tracing::info!(fingerprint = shown(rules.fingerprint), "the rules have changed, read from {place}");
                "changed"
            }
            ReloadOutcome::Mended(_) => {
                tracing::info!("the assets have no errors any more, read from {place}; the rules stay as they are");
                "mended"
            }
            ReloadOutcome::Unchanged(_) => "unchanged",
            ReloadOutcome::Pinned(rules) => {
                tracing::warn!(
                    fingerprint = shown(rules.fingerprint),
                    "{place} has changed and has no errors, but the rules are pinned and stay; rules_unpin puts it into force"
                );
                "pinned"
            }
            ReloadOutcome::Refused(problems) => {
                problems.iter().for_each(|problem| tracing::error!(incident = "rules", "{problem}"));
                tracing::error!(
                    incident = "rules",
                    errors = problems.error_count(),
                    "the rules stay as they are: {place} has errors"
                );
                "refused"
            }
            ReloadOutcome::NotKept(error) => {
                tracing::error!("the rules stay as they are: {error}. rules_reload tries again");
                "not_kept"
            }
        };
        metrics::counter!("raidkeep_rules_reloads_total", "outcome" => label).increment(1);
    }
}

/// The outcomes of a reload, as in the metrics.
pub const OUTCOMES: [&str; 6] = ["changed", "mended", "unchanged", "pinned", "refused", "not_kept"];

impl fmt::Debug for Reloader {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Reloader({}, {} worlds)", self.source.describe(), self.worlds.len())
    }
}
