//! Reads the assets again, checks them as a whole, and reports the outcome to every world.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crate::reload::RulesNews;
use crate::rules::{AssetSource, Catalogue, LoadedRules, Problems};

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
    /// The assets have errors; every world keeps its rules.
    Refused(Arc<Problems>),
}

/// One for all worlds of a server, so that all of them have the same rules.
pub struct Reloader {
    catalogue: Catalogue,
    source: AssetSource,
    worlds: Vec<Subscriber>,
    is_watched: bool,
    /// Held during an attempt: two concurrent ones could swap rules in the wrong order.
    last: Mutex<Last>,
}

struct Last {
    rules: Arc<LoadedRules>,
    refused: Option<Arc<Problems>>,
}

impl Reloader {
    /// For worlds that have started with `rules` from `source`.
    pub fn new(catalogue: Catalogue, source: AssetSource, rules: Arc<LoadedRules>, worlds: Vec<Subscriber>) -> Self {
        let last = Mutex::new(Last { rules, refused: None });
        Self { catalogue, source, worlds, is_watched: false, last }
    }

    /// The same, with whether changes are detected automatically.
    pub fn watched(self, is_watched: bool) -> Self {
        Self { is_watched, ..self }
    }

    /// Whether changes are detected automatically.
    pub fn is_watched(&self) -> bool {
        self.is_watched
    }

    /// Where the assets are.
    pub fn source(&self) -> &AssetSource {
        &self.source
    }

    /// Reads and checks the assets and informs the worlds. Blocks until the checks are done.
    pub fn reload(&self) -> ReloadOutcome {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = match self.catalogue.load(&self.source) {
            Ok(rules) if rules.fingerprint == last.rules.fingerprint => match last.refused {
                None => ReloadOutcome::Unchanged(last.rules.clone()),
                Some(_) => ReloadOutcome::Mended(last.rules.clone()),
            },
            Ok(rules) => ReloadOutcome::Changed(Arc::new(rules)),
            Err(problems) => ReloadOutcome::Refused(Arc::new(problems)),
        };
        // Whoever is told finds it in the log and in the metrics.
        self.note(&outcome);
        match &outcome {
            ReloadOutcome::Changed(rules) | ReloadOutcome::Mended(rules) => {
                *last = Last { rules: rules.clone(), refused: None };
                self.tell(&RulesNews::Changed(rules.clone()));
            }
            // An editor that saves twice changes nothing.
            ReloadOutcome::Refused(problems) if last.refused.as_ref() == Some(problems) => {}
            ReloadOutcome::Refused(problems) => {
                last.refused = Some(problems.clone());
                self.tell(&RulesNews::Refused(problems.clone()));
            }
            ReloadOutcome::Unchanged(_) => {}
        }
        outcome
    }

    /// Acts with the rules in force, of whose changes no world is told meanwhile.
    pub fn with_rules<T>(&self, act: impl FnOnce(&Arc<LoadedRules>) -> T) -> T {
        act(&self.last.lock().unwrap_or_else(PoisonError::into_inner).rules)
    }

    fn tell(&self, news: &RulesNews) {
        self.worlds.iter().for_each(|world| world(news.clone()));
    }

    fn note(&self, outcome: &ReloadOutcome) {
        let place = self.source.describe();
        let label = match outcome {
            ReloadOutcome::Changed(rules) => {
                rules.warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
                tracing::info!(
                    fingerprint = format!("{:016x}", rules.fingerprint),
                    "the rules have changed, read from {place}"
                );
                "changed"
            }
            ReloadOutcome::Mended(_) => {
                tracing::info!("the assets match the rules in force and have no errors any more, read from {place}");
                "mended"
            }
            ReloadOutcome::Unchanged(_) => "unchanged",
            ReloadOutcome::Refused(problems) => {
                problems.iter().for_each(|problem| tracing::error!(incident = "rules", "{problem}"));
                tracing::error!(
                    incident = "rules",
                    errors = problems.error_count(),
                    "the rules stay as they are: {place} has errors"
                );
                "refused"
            }
        };
        metrics::counter!("raidkeep_rules_reloads_total", "outcome" => label).increment(1);
    }
}

/// The outcomes of a reload, as in the metrics.
pub const OUTCOMES: [&str; 4] = ["changed", "mended", "unchanged", "refused"];

impl fmt::Debug for Reloader {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Reloader({}, {} worlds)", self.source.describe(), self.worlds.len())
    }
}
