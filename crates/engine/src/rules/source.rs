//! Where the text of the rules is read from.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use include_dir::Dir;

use super::path::position_in;
use super::problem::{Problem, Severity};
use super::study::RuleFiles;

/// Folders deeper than this are not read, which also ends cycles of links.
pub(crate) const DEEPEST_FOLDER: usize = 16;

/// A place that holds the designers' files.
#[derive(Debug, Clone)]
pub enum AssetSource {
    /// A folder on disk, read again with each load.
    Folder(PathBuf),
    /// Files that were built into the program.
    Embedded(&'static Dir<'static>),
    /// Text files in memory, by their path; there are no images.
    Texts(BTreeMap<String, String>),
    /// A rule set that was kept, with the name that logs call it by.
    Kept(String, Arc<RuleFiles>),
    /// Sources on top of each other, such as the game's files and those of a third-party feature: of files with the
    /// same path the last one counts.
    Layers(Vec<AssetSource>),
}

impl AssetSource {
    /// Reads all `*.ron` files, keyed by their path below the source with `/` between the parts.
    ///
    /// Names that start with a dot are left out, because editors keep their own files there.
    ///
    /// # Errors
    ///
    /// Returns one problem for each file or folder that cannot be read or is not UTF-8.
    pub fn text_files(&self) -> Result<BTreeMap<String, String>, Vec<Problem>> {
        let Reading { texts, problems, .. } = self.read();
        if problems.is_empty() { Ok(texts) } else { Err(problems) }
    }

    /// Reads all `*.png` files, keyed as the others are.
    ///
    /// # Errors
    ///
    /// Returns one problem for each file or folder that cannot be read.
    pub fn pictures(&self) -> Result<BTreeMap<String, Vec<u8>>, Vec<Problem>> {
        let Reading { pictures, problems, .. } = self.read();
        if problems.is_empty() { Ok(pictures) } else { Err(problems) }
    }

    /// A short description of where the files are, for logs.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Folder(folder) => format!("the folder {}", folder.display()),
            Self::Embedded(_) => "the files built into the program".to_owned(),
            Self::Texts(_) => "files in memory".to_owned(),
            Self::Kept(name, _) => name.clone(),
            Self::Layers(layers) => layers.iter().map(Self::describe).collect::<Vec<_>>().join(", then "),
        }
    }

    /// Reads what can be read and records the rest as problems, so that one bad file hides no other.
    pub(super) fn read(&self) -> Reading {
        let mut reading = Reading::default();
        self.read_into(&mut reading);
        reading
    }

    fn read_into(&self, reading: &mut Reading) {
        match self {
            Self::Folder(folder) => reading.add_folder(folder, "", 0),
            Self::Embedded(dir) => reading.add_embedded(dir),
            Self::Texts(texts) => reading.texts.extend(texts.clone()),
            Self::Kept(_, files) => {
                reading.texts.extend(files.texts.clone());
                reading.pictures.extend(files.pictures.clone());
            }
            Self::Layers(layers) => layers.iter().for_each(|layer| layer.read_into(reading)),
        }
    }
}

/// The result of reading a source.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// The files that could be read.
    pub(super) texts: BTreeMap<String, String>,
    /// The images that could be read.
    pub(super) pictures: BTreeMap<String, Vec<u8>>,
    /// Files that are neither, by their path.
    pub(super) others: Vec<String>,
    /// One problem for each file or folder that could not be read.
    pub(super) problems: Vec<Problem>,
}

impl Reading {
    fn add_folder(&mut self, folder: &Path, name: &str, depth: usize) {
        if depth > DEEPEST_FOLDER {
            self.fail(name, "this folder is nested too deeply, is there a cycle of links?");
            return;
        }
        let entries = match fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>) {
            Ok(entries) => entries,
            Err(error) => {
                let shown = folder.display().to_string();
                let name = if name.is_empty() { &shown } else { name };
                self.fail(name, &format!("cannot read the folder {shown}: {error}"));
                return;
            }
        };
        for entry in entries {
            let base = entry.file_name().to_string_lossy().into_owned();
            if base.starts_with('.') {
                continue;
            }
            let path = entry.path();
            let below = if name.is_empty() { base } else { format!("{name}/{base}") };
            if path.is_dir() {
                self.add_folder(&path, &below, depth + 1);
            } else if has_extension(&below, "ron") || has_extension(&below, "png") {
                self.read_file(&path, below);
            } else {
                self.others.push(below);
            }
        }
    }

    fn read_file(&mut self, path: &Path, name: String) {
        if let Some(bytes) = self.bytes_of(path, &name) {
            self.add_file(name, &bytes);
        }
    }

    /// The same, whatever its extension.
    fn read_text_file(&mut self, path: &Path, name: String) {
        if let Some(bytes) = self.bytes_of(path, &name) {
            self.add_text(name, &bytes);
        }
    }

    fn bytes_of(&mut self, path: &Path, name: &str) -> Option<Vec<u8>> {
        // Reading a pipe or a device might never end.
        match fs::metadata(path) {
            Ok(file) if !file.is_file() => {
                self.fail(name, "this is not a regular file, expected one that can be read");
                None
            }
            _ => fs::read(path).map_err(|error| self.fail(name, &format!("cannot read this file: {error}"))).ok(),
        }
    }

    fn add_embedded(&mut self, dir: &Dir<'static>) {
        for file in dir.files() {
            let parts: Vec<_> = file.path().iter().map(|part| part.to_string_lossy().into_owned()).collect();
            let hidden = parts.iter().any(|part| part.starts_with('.'));
            let name = parts.join("/");
            if !hidden {
                self.add_file(name, file.contents());
            }
        }
        for folder in dir.dirs() {
            self.add_embedded(folder);
        }
    }

    fn add_file(&mut self, name: String, bytes: &[u8]) {
        if has_extension(&name, "png") {
            self.pictures.insert(name, bytes.to_owned());
        } else if has_extension(&name, "ron") {
            self.add_text(name, bytes);
        } else {
            self.others.push(name);
        }
    }

    fn add_text(&mut self, name: String, bytes: &[u8]) {
        match text_of(&name, bytes) {
            Ok(text) => drop(self.texts.insert(name, text)),
            Err(problem) => self.problems.push(problem),
        }
    }

    fn fail(&mut self, name: &str, message: &str) {
        self.problems.push(Problem::with_file(Severity::Error, name, message));
    }
}

/// Reads a file of designers that is not below the assets; problems name it as its path is written.
pub(super) fn read_alone(path: &Path) -> Result<String, Problem> {
    let name = path.display().to_string();
    let mut reading = Reading::default();
    reading.read_text_file(path, name.clone());
    let problem = reading.problems.pop();
    let missing = || Problem::with_file(Severity::Error, name.clone(), "cannot read this file");
    reading.texts.remove(&name).ok_or_else(|| problem.unwrap_or_else(missing))
}

/// The text of a file, without the mark that some editors write first and that RON would take for content.
fn text_of(name: &str, bytes: &[u8]) -> Result<String, Problem> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').unwrap_or(text).to_owned()),
        Err(error) => {
            let valid = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            let (line, column) = position_in(&valid, valid.len());
            let message = "this file is not UTF-8 text, expected a RON file saved as UTF-8";
            Err(Problem { line, column, ..Problem::with_file(Severity::Error, name, message) })
        }
    }
}

fn has_extension(name: &str, expected: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == expected)
}

#[cfg(test)]
mod tests {
    use include_dir::{DirEntry, File};

    use super::*;

    static STAGES: [DirEntry<'static>; 1] = [DirEntry::File(File::new("stages/general.ron", b"[]"))];
    static ENTRIES: [DirEntry<'static>; 3] = [
        DirEntry::Dir(Dir::new("stages", &STAGES)),
        DirEntry::File(File::new("energy.ron", b"\xef\xbb\xbf(maximum: 1)")),
        DirEntry::File(File::new("notes.txt", b"\xff")),
    ];
    static EMBEDDED: Dir<'static> = Dir::new("", &ENTRIES);

    #[test]
    fn embedded_files_are_named_by_their_path() {
        let texts = AssetSource::Embedded(&EMBEDDED).text_files().expect("all files are fine");
        let names: Vec<&str> = texts.keys().map(String::as_str).collect();
        assert_eq!(names, ["energy.ron", "stages/general.ron"]);
        assert_eq!(texts["energy.ron"], "(maximum: 1)");
    }

    #[test]
    fn a_folder_is_read_with_its_subfolders() {
        let folder = tempfile::tempdir().expect("temporary folder");
        fs::create_dir(folder.path().join("stages")).expect("subfolder");
        fs::write(folder.path().join("stages/a.ron"), "[1]").expect("file");
        fs::write(folder.path().join("b.ron"), "()").expect("file");
        fs::write(folder.path().join(".#b.ron"), "?").expect("file");
        fs::write(folder.path().join("c.txt"), "?").expect("file");
        let source = AssetSource::Folder(folder.path().to_owned());
        let texts = source.text_files().expect("all files are fine");
        let names: Vec<&str> = texts.keys().map(String::as_str).collect();
        assert_eq!(names, ["b.ron", "stages/a.ron"]);
        assert!(source.describe().starts_with("the folder "));
    }

    #[test]
    fn of_layers_the_last_counts() {
        let above = [("energy.ron", "(maximum: 2)"), ("mine.ron", "()")];
        let above = above.map(|(name, text)| (name.to_owned(), text.to_owned()));
        let source = AssetSource::Layers(vec![AssetSource::Embedded(&EMBEDDED), AssetSource::Texts(above.into())]);
        let texts = source.text_files().expect("all files are fine");
        let names: Vec<&str> = texts.keys().map(String::as_str).collect();
        assert_eq!(names, ["energy.ron", "mine.ron", "stages/general.ron"]);
        assert_eq!(texts["energy.ron"], "(maximum: 2)");
    }

    #[test]
    fn a_file_that_is_not_utf8_is_placed_at_the_bad_byte() {
        let folder = tempfile::tempdir().expect("temporary folder");
        fs::write(folder.path().join("a.ron"), b"(\n\xe4\xbd\x93 \xff").expect("file");
        let source = AssetSource::Folder(folder.path().to_owned());
        let problems = source.text_files().expect_err("not UTF-8");
        assert_eq!(problems.len(), 1);
        assert_eq!((problems[0].line, problems[0].column), (2, 3));
        assert_eq!(problems[0].file, "a.ron");
    }

    #[test]
    fn an_absent_folder_is_a_problem() {
        let source = AssetSource::Folder(PathBuf::from("/nowhere/at/all"));
        let problems = source.text_files().expect_err("no such folder");
        assert!(problems[0].message.contains("/nowhere/at/all"));
    }
}
