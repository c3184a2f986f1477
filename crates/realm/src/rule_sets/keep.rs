//! `rules_keep`: the server has a set kept before it is in force.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::operators::Right;
use raidkeep_engine::reload::{RuleChange, RulesOrder, RulesPin};
use raidkeep_engine::request;
use raidkeep_engine::request::{Answer, Call, Operator, Refusal, Success};
use raidkeep_engine::rules::RuleFiles;
use raidkeep_engine::storage::Archive;

use crate::rule_sets::model::{KeptRuleSet, RuleBook, RuleEntry, key};

pub(super) fn register(app: &mut App) {
    app.add_request::<RulesKeep, _>(rules_keep);
}

/// `rules_keep {fingerprint, change, by, reason, source, files?}`: a rule set is about to come into force. Only the server
/// itself calls it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RulesKeep {
    /// Which, as in `rules_status`.
    #[schemars(length(equal = 16))]
    pub fingerprint: String,
    /// How it comes into force.
    pub change: RuleChange,
    /// The operator's name, or what noticed the change.
    pub by: String,
    /// Why; empty where nobody was asked.
    pub reason: String,
    /// Where it was read from.
    pub source: String,
    /// Its files; missing = the realm has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<Vec<WrittenFile>>,
}

/// A file of a rule set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WrittenFile {
    /// Its path below the assets.
    name: String,
    /// Whether it is an image.
    is_picture: bool,
    /// The text, or the image in Base64.
    content: String,
}

request!(Operator, "rules_keep", RulesKeep => RulesKept, RIGHT = Right::WORLDS, IN_REALM = true);

/// The reply of `rules_keep`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RulesKept {
    /// Whether nothing was done, because the realm does not have the files.
    pub needs_files: bool,
    /// Which set is pinned now; null = none.
    pub pin: Option<RulesPin>,
}

impl RulesKeep {
    /// The request for a set, without its files.
    pub fn of(fingerprint: String, source: &str, order: &RulesOrder) -> Self {
        let RulesOrder { change, by, reason } = order.clone();
        Self { fingerprint, change, by, reason, source: source.to_owned(), files: None }
    }

    /// The same with the files.
    #[must_use]
    pub fn with_files(self, files: RuleFiles) -> Self {
        let texts = files.texts.into_iter().map(|(name, content)| WrittenFile { name, is_picture: false, content });
        let pictures = files.pictures.into_iter().map(|(name, bytes)| WrittenFile {
            name,
            is_picture: true,
            content: BASE64_STANDARD.encode(bytes),
        });
        Self { files: Some(texts.chain(pictures).collect()), ..self }
    }
}

fn read(files: Vec<WrittenFile>) -> Result<RuleFiles, Refusal> {
    let (mut texts, mut pictures) = (BTreeMap::new(), BTreeMap::new());
    for WrittenFile { name, is_picture, content } in files {
        if is_picture {
            let bytes = BASE64_STANDARD.decode(content);
            pictures.insert(name, bytes.map_err(|_| Refusal::malformed("data.files.content", "an image in Base64"))?);
        } else {
            texts.insert(name, content);
        }
    }
    Ok(RuleFiles { texts, pictures })
}

fn rules_keep(
    In(call): In<Call<RulesKeep>>,
    mut book: ResMut<RuleBook>,
    mut archive: ResMut<Archive>,
    clock: Res<Clock>,
) -> Answer<RulesKept> {
    let RulesKeep { fingerprint, change, by, reason, source, files } = call.request;
    let reply = |needs_files, book: &RuleBook| Success::with(RulesKept { needs_files, pin: book.pin().cloned() });
    if !book.admits(change) {
        return Ok(reply(false, &book));
    }
    if !book.has(&fingerprint) {
        let Some(files) = files else {
            return Ok(reply(true, &book));
        };
        archive.put(key(&fingerprint), &KeptRuleSet(read(files)?));
    }
    let entry = RuleEntry { number: 0, fingerprint, change, at: clock.now(), by, reason, source };
    for dropped in book.note(entry) {
        archive.delete::<KeptRuleSet>(key(&dropped));
    }
    Ok(reply(false, &book))
}
