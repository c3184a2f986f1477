//! Assets in which energy and tickets never run out, so that a run measures the server and not its refusals.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::load::mix::SHIPPED;
use raidkeep_engine::rules::{AssetSource, Place, Problems, Report, Single};

/// The file with the changes, next to the mixes.
const EDITS: &str = "assets/edits.ron";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Edits {
    edits: Vec<Edit>,
}

/// One change in a file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    file: String,
    from: String,
    to: String,
}

/// The text files of `source` with the changes that load tests need.
///
/// # Errors
///
/// A file cannot be read, or a change does not apply to it.
pub fn for_load(source: &AssetSource) -> Result<BTreeMap<String, String>, Problems> {
    let mut texts = source.text_files().map_err(Problems::new)?;
    let edits = SHIPPED.get_file(EDITS).and_then(include_dir::File::contents_utf8).unwrap_or_default();
    let apply = |edits: &Edits, file: &Place, report: &mut Report| {
        for (index, edit) in edits.edits.iter().enumerate() {
            let text = texts.get_mut(&edit.file).filter(|text| text.matches(&edit.from).count() == 1);
            match text {
                Some(text) => *text = text.replace(&edit.from, &edit.to),
                None => {
                    let message = format!("does not occur exactly once in {}", edit.file);
                    report.error(file.clone().key("edits").index(index).key("from"), message);
                }
            }
        }
    };
    Single::read(EDITS, edits, apply)?;
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use raidkeep_game::shipped_assets;

    #[test]
    fn the_changes_apply_to_the_shipped_assets() {
        let texts = for_load(&shipped_assets()).expect("every change applies");
        assert!(texts["energy.ron"].contains("newcomer: 1000000000"));
    }

    #[test]
    fn a_change_that_does_not_apply_is_reported() {
        let mut texts = shipped_assets().text_files().expect("they are part of the program");
        texts.insert("energy.ron".to_owned(), "(maximum: 120, newcomer: 7)".to_owned());
        let problems = for_load(&AssetSource::Texts(texts)).expect_err("another newcomer").to_string();
        assert!(problems.contains("edits[1].from: does not occur exactly once in energy.ron"), "{problems}");
    }
}
