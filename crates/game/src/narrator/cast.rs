//! `characters.ron`: the speakers in scripts, with their names and portraits.

use std::collections::{BTreeMap, HashSet};

use schemars::JsonSchema;
use serde::Deserialize;

use crate::images::Images;
use raidkeep_engine::rules::{GivenName, Naming, Place, Report, SingleFile, Tables};

/// Characters, by the id that scripts use.
pub const CHARACTER: Naming = Naming { what: "character", given_in: "the characters in characters.ron" };

/// All characters, by their ids in scripts.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cast {
    /// By the id that scripts use.
    characters: BTreeMap<String, Character>,
}

/// A speaker.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Character {
    /// The name that players see; a `role` of replies.
    pub name: String,
    /// An image.
    pub portrait: String,
}

impl Cast {
    /// The character with this id.
    pub fn get(&self, id: &str) -> Option<&Character> {
        self.characters.get(id)
    }

    /// Says that a place names a character.
    pub fn check(&self, id: &str, place: &Place, report: &mut Report) {
        report.name_used(CHARACTER, id, place);
    }
}

impl SingleFile for Cast {
    const PATH: &'static str = "characters.ron";

    fn validate(&self, tables: &Tables, report: &mut Report) {
        let list = Place::file(Self::PATH).key("characters");
        let given = self.characters.iter().map(|(id, character)| GivenName {
            name: id.clone(),
            title: Some(character.name.clone()),
            place: list.clone().key(id),
        });
        report.names_given(CHARACTER, list.clone(), given.collect::<Vec<_>>());
        let mut names = HashSet::new();
        for (id, character) in &self.characters {
            let place = Place::file(Self::PATH).key("characters").key(id);
            if character.name.trim().is_empty() {
                report.error(place.clone().key("name"), "is empty, expected the name that players see");
            }
            if !names.insert(character.name.as_str()) {
                let message = format!("\"{}\" is the name of another character too", character.name);
                report.error(place.clone().key("name"), message).hint("clients tell roles apart by their names");
            }
            if let Some(images) = tables.get::<Images>() {
                images.check_name(&character.portrait, &place.key("portrait"), report);
            }
        }
    }
}
