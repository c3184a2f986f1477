//! Files that look like assets and are read by nobody, because of how they are named or where they lie.

use std::collections::BTreeMap;

use super::nearest::nearest;
use super::problem::{Problem, Severity, did_you_mean};

/// Endings of files that people keep beside assets on purpose: notes, tables, scripts.
const BESIDE_ASSETS: &[&str] = &["md", "csv", "xlsx", "ods", "html", "json", "py", "sh", "gitignore"];

/// Endings of images, none of which is the one that is read.
const IMAGES: &[&str] = &["png", "jpg", "jpeg", "gif", "webp", "bmp", "tga"];

/// The names of the files and folders that tables read.
pub(super) struct Known<'a> {
    /// Each table's file, or its folder with `/` behind it.
    pub(super) paths: Vec<&'a str>,
}

/// Why a file is not read, and the name under which it would be.
struct Reason {
    message: String,
    meant: Option<String>,
}

impl Known<'_> {
    /// Warns of each of these files that looks like an asset. None of them is read.
    pub(super) fn warn_of<'f>(&self, files: impl IntoIterator<Item = &'f String>) -> BTreeMap<String, Problem> {
        let mut warnings = BTreeMap::new();
        for file in files {
            if let Some(Reason { message, meant }) = self.reason(file) {
                let hint = meant.map(|meant| match self.moves(file, &meant) {
                    true => format!("move it to \"{meant}\""),
                    false => did_you_mean(&meant),
                });
                let problem = Problem { hint, ..Problem::with_file(Severity::Warning, file.clone(), message) };
                warnings.insert(file.clone(), problem);
            }
        }
        warnings
    }

    /// The unread file that would be `path` under its right name.
    pub(super) fn stand_in<'f>(&self, path: &str, unread: impl IntoIterator<Item = &'f String>) -> Option<&'f str> {
        let is_meant = |file: &&String| self.reason(file).is_some_and(|reason| reason.meant.as_deref() == Some(path));
        unread.into_iter().find(is_meant).map(String::as_str)
    }

    fn moves(&self, file: &str, meant: &str) -> bool {
        base(file) == base(meant) && !meant.eq_ignore_ascii_case(file) && file.ends_with(&format!("/{}", base(file)))
    }

    fn reason(&self, file: &str) -> Option<Reason> {
        let base = base(file);
        let lower = base.to_lowercase();
        let ending = lower.rsplit_once('.').map_or("", |(_, ending)| ending);
        // Copies that editors leave while they work.
        if lower.ends_with('~') || lower.starts_with('#') || matches!(ending, "swp" | "swo" | "tmp" | "part") {
            return None;
        }
        if base.ends_with(".ron") {
            return Some(Reason { message: "no table reads this file".to_owned(), meant: self.meant(file) });
        }
        let stem = lower.find(".ron").map(|at| &base[..at]);
        if IMAGES.contains(&ending) && stem.is_none() {
            let message = format!("this image is not read: its name ends in `{}`, expected `.png`", from_dot(base));
            let meant = (ending == "png").then(|| renamed(file, base, &base[..base.len() - 4], ".png"));
            return Some(Reason { message, meant });
        }
        let is_named = stem.is_some();
        let stem = stem.unwrap_or_else(|| base.split('.').next().unwrap_or(base));
        let meant = self.meant(&renamed(file, base, stem, ".ron"));
        let looks_alike = is_named || meant.is_some() && !is_beside_assets(base, ending);
        let found = from_dot(&base[stem.len().min(base.len())..]);
        let message = match found {
            "" => "this file is not read: its name has no ending, expected `.ron`".to_owned(),
            found if found.eq_ignore_ascii_case(".ron") => {
                format!("this file is not read: its name ends in `{found}`, expected `.ron` in small letters")
            }
            found => format!("this file is not read: its name ends in `{found}`, expected `.ron`"),
        };
        looks_alike.then_some(Reason { message, meant })
    }

    /// The file that a table would read and that is closest to this one.
    fn meant(&self, file: &str) -> Option<String> {
        let base = base(file);
        let of_table = |path: &&str| path.ends_with('/') && file.starts_with(*path) || *path == file;
        if self.paths.iter().any(of_table) {
            return Some(file.to_owned());
        }
        if let Some(path) = self.paths.iter().find(|path| path.eq_ignore_ascii_case(base)) {
            return Some((*path).to_owned());
        }
        let spelled = self.paths.iter().map(|path| match path.ends_with('/') {
            true => format!("{path}{base}"),
            false => (*path).to_owned(),
        });
        let spelled: Vec<String> = spelled.collect();
        nearest(file, spelled.iter().map(String::as_str)).map(str::to_owned)
    }
}

fn is_beside_assets(base: &str, ending: &str) -> bool {
    BESIDE_ASSETS.contains(&ending) || ending.is_empty() && base.chars().all(|c| !c.is_lowercase())
}

/// The last part of a path.
fn base(file: &str) -> &str {
    file.rsplit('/').next().unwrap_or(file)
}

/// From the first dot on.
fn from_dot(name: &str) -> &str {
    name.find('.').map_or("", |at| &name[at..])
}

fn renamed(file: &str, base: &str, stem: &str, ending: &str) -> String {
    format!("{}{stem}{ending}", &file[..file.len() - base.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The hint, or else the message, about a file; "" if nothing is said.
    fn told(file: &str) -> String {
        let known = Known { paths: vec!["energy.ron", "items.ron", "stages/"] };
        let warnings = known.warn_of([&file.to_owned()]);
        let told = warnings.values().next().map(|problem| problem.hint.clone().unwrap_or(problem.message.clone()));
        told.unwrap_or_default()
    }

    #[test]
    fn a_file_that_is_meant_as_an_asset_is_named_with_its_right_name() {
        for (file, meant) in [
            ("energy.ron.txt", "energy.ron"),
            ("energy.RON", "energy.ron"),
            ("Energy.ron", "energy.ron"),
            ("energy.txt", "energy.ron"),
            ("energy", "energy.ron"),
            ("enrgy.ron", "energy.ron"),
            ("stages/general.ron.txt", "stages/general.ron"),
            ("stages/general.Ron", "stages/general.ron"),
            ("stages/general.txt", "stages/general.ron"),
            ("stages/general.ron.bak", "stages/general.ron"),
            ("Stages/general.ron", "stages/general.ron"),
        ] {
            assert_eq!(told(file), format!("did you mean \"{meant}\"?"), "{file}");
        }
        assert_eq!(told("stage/general.ron"), "move it to \"stages/general.ron\"");
        assert_eq!(told("old/energy.ron"), "move it to \"energy.ron\"");
        assert_eq!(told("images/fox.PNG"), "did you mean \"images/fox.png\"?");
        assert!(told("images/fox.jpeg").contains("expected `.png`"));
    }

    #[test]
    fn what_people_and_editors_keep_beside_assets_is_left_alone() {
        for file in ["README.md", "README", "stages/README.md", "energy.ron~", "stages/#general.ron#", "items.csv"] {
            assert_eq!(told(file), "", "{file}");
        }
    }
}
