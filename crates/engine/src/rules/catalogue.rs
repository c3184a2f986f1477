//! The tables of the game and how all of them are loaded at once.

use std::any::{Any, TypeId};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::hash::Hasher;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::decode::decode;
use super::nearest::nearest;
use super::problem::{Problem, Problems, Severity, did_you_mean};
use super::report::{Place, Report};
use super::source::{AssetSource, Reading};
use crate::hash::StableHasher;
use crate::schema::{SchemaOf, schema_of};

/// One kind of designer data: which files hold it and what makes it valid.
pub trait Table: Send + Sync + Sized + 'static {
    /// A file such as `energy.ron`, or a folder such as `stages/`.
    ///
    /// All `*.ron` files of a folder and its subfolders are read together. A file that another table names more
    /// specifically belongs to that table.
    const PATH: &'static str;

    /// Whether the game needs a file of it. Without one, a table that it does not need is assembled from none.
    const IS_NEEDED: bool = true;

    /// What one file holds.
    type File: DeserializeOwned + JsonSchema;

    /// Assembles the files. They come with their path below the assets, sorted by it.
    fn assemble(files: Vec<(String, Self::File)>, report: &mut Report) -> Self;

    /// Checks this table against itself and the others. Every fault goes into the report.
    ///
    /// A table that could not be read is absent from `tables`. Its own faults are already reported.
    fn validate(&self, tables: &Tables, report: &mut Report);
}

/// A [`Table`] that is a single file, used as decoded.
pub trait SingleFile: DeserializeOwned + JsonSchema + Send + Sync + 'static {
    /// The file, such as `energy.ron`.
    const PATH: &'static str;

    /// [`Table::validate`].
    fn validate(&self, tables: &Tables, report: &mut Report);
}

impl<T: SingleFile> Table for T {
    const PATH: &'static str = <T as SingleFile>::PATH;
    type File = T;

    fn assemble(files: Vec<(String, T)>, _: &mut Report) -> T {
        only(files)
    }

    fn validate(&self, tables: &Tables, report: &mut Report) {
        SingleFile::validate(self, tables, report);
    }
}

/// The content of a table that is a single file.
///
/// # Panics
/// When there is none; the catalogue reports that instead of assembling.
pub fn only<T>(files: Vec<(String, T)>) -> T {
    let (_, file) = files.into_iter().next().expect("the catalogue should assemble only files that were read");
    file
}

/// Tables by their type.
#[derive(Clone, Default)]
pub struct Tables {
    by_type: HashMap<TypeId, Arc<dyn Any + Send + Sync>>,
}

impl Tables {
    /// Looks up a table.
    #[must_use]
    pub fn get<T: Table>(&self) -> Option<&T> {
        self.by_type.get(&TypeId::of::<T>())?.downcast_ref()
    }

    /// Looks up a table to share it, for example as a resource.
    #[must_use]
    pub fn shared<T: Table>(&self) -> Option<Arc<T>> {
        let table = Arc::clone(self.by_type.get(&TypeId::of::<T>())?);
        table.downcast().ok()
    }

    /// Adds a table that was not loaded from files. A table of the same type is replaced.
    pub fn insert<T: Table>(&mut self, table: T) {
        self.by_type.insert(TypeId::of::<T>(), Arc::new(table));
    }
}

impl fmt::Debug for Tables {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Tables({})", self.by_type.len())
    }
}

/// A registered table, its type erased.
struct Kind {
    id: TypeId,
    path: &'static str,
    is_needed: bool,
    build: fn(&[String], bool, &mut Tables, &mut Report),
    validate: fn(&Tables, &mut Report),
    schema: SchemaOf,
}

impl Kind {
    fn of<T: Table>() -> Self {
        Self {
            id: TypeId::of::<T>(),
            path: T::PATH,
            is_needed: T::IS_NEEDED,
            build: build::<T>,
            validate: validate::<T>,
            schema: schema_of::<T::File>,
        }
    }

    fn is_folder(&self) -> bool {
        self.path.ends_with('/')
    }

    fn matches(&self, file: &str) -> bool {
        if self.is_folder() { file.starts_with(self.path) } else { file == self.path }
    }
}

/// Decodes the files of a table and adds the table if all of them are present and valid.
///
/// Otherwise the files are still decoded, for their errors.
fn build<T: Table>(files: &[String], complete: bool, tables: &mut Tables, report: &mut Report) {
    let documents = report.documents();
    let mut problems = Vec::new();
    let mut contents = Vec::new();
    for file in files {
        let document = documents.get(file);
        let content = document.and_then(|document| decode(file, document, &mut problems));
        contents.extend(content.map(|content| (file.clone(), content)));
    }
    report.add(problems);
    if complete && contents.len() == files.len() {
        let table = T::assemble(contents, report);
        tables.insert(table);
    }
}

fn validate<T: Table>(tables: &Tables, report: &mut Report) {
    if let Some(table) = tables.get::<T>() {
        table.validate(tables, report);
    }
}

/// All tables of the game, in the order they were registered.
#[derive(Default)]
pub struct Catalogue {
    kinds: Vec<Kind>,
}

impl Catalogue {
    /// A catalogue without tables.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a table. Adding the same one again changes nothing.
    pub fn register<T: Table>(&mut self) -> &mut Self {
        if self.kinds.iter().all(|kind| kind.id != TypeId::of::<T>()) {
            self.kinds.push(Kind::of::<T>());
        }
        self
    }

    /// The path of each table and what its files hold, in the order of paths.
    #[must_use]
    pub fn schemas(&self) -> Vec<(&'static str, SchemaOf)> {
        let mut schemas: Vec<_> = self.kinds.iter().map(|kind| (kind.path, kind.schema)).collect();
        schemas.sort_unstable_by_key(|(path, _)| *path);
        schemas
    }

    /// Reads, decodes and checks all tables.
    ///
    /// # Errors
    ///
    /// Returns all errors and warnings if there is any error. Nothing is loaded then.
    pub fn load(&self, source: &AssetSource) -> Result<LoadedRules, Problems> {
        let Reading { texts, pictures, problems } = source.read();
        if texts.is_empty() && !problems.is_empty() {
            return Err(Problems::new(problems));
        }
        let failed: HashSet<String> = problems.iter().map(|problem| problem.file.clone()).collect();
        let owned = self.owned_files(&texts);
        let fingerprint = fingerprint(&texts, &owned, &pictures);
        let strangers: Vec<String> = texts.keys().filter(|file| self.owner(file).is_none()).cloned().collect();
        let mut report = Report::new(texts).with_pictures(pictures);
        report.add(problems);
        for file in strangers {
            report.add([self.stranger(&file)]);
        }
        let tables = self.build(&owned, &failed, &mut report);
        for kind in &self.kinds {
            (kind.validate)(&tables, &mut report);
        }
        let problems = Problems::new(report.into_problems());
        if problems.has_errors() {
            return Err(problems);
        }
        Ok(LoadedRules { tables, warnings: problems, fingerprint })
    }

    /// The most specific path that a file belongs to.
    fn owner(&self, file: &str) -> Option<&'static str> {
        let claims = self.kinds.iter().filter(|kind| kind.matches(file));
        claims.map(|kind| kind.path).max_by_key(|path| path.len())
    }

    /// The files of each path. A path without files has an empty list.
    fn owned_files(&self, texts: &BTreeMap<String, String>) -> BTreeMap<&'static str, Vec<String>> {
        let mut owned: BTreeMap<_, Vec<String>> = self.kinds.iter().map(|kind| (kind.path, Vec::new())).collect();
        for file in texts.keys() {
            if let Some(path) = self.owner(file) {
                owned.entry(path).or_default().push(file.clone());
            }
        }
        owned
    }

    fn build(
        &self,
        owned: &BTreeMap<&'static str, Vec<String>>,
        failed: &HashSet<String>,
        report: &mut Report,
    ) -> Tables {
        let mut tables = Tables::default();
        for kind in &self.kinds {
            let files = owned.get(kind.path).map_or(&[][..], Vec::as_slice);
            let unread = failed.iter().any(|file| self.owner(file) == Some(kind.path));
            if files.is_empty() && !unread && kind.is_needed {
                report.error(Place::file(kind.path), missing(kind));
            } else {
                (kind.build)(files, !unread, &mut tables, report);
            }
        }
        tables
    }

    /// The warning about a file that no table reads.
    fn stranger(&self, file: &str) -> Problem {
        let base = file.rsplit('/').next().unwrap_or(file);
        let known: Vec<String> = self
            .kinds
            .iter()
            .map(|kind| if kind.is_folder() { format!("{}{base}", kind.path) } else { kind.path.into() })
            .collect();
        let message = "no table reads this file";
        let mut problem = Problem::with_file(Severity::Warning, file, message);
        problem.hint = nearest(file, known.iter().map(String::as_str)).map(did_you_mean);
        problem
    }
}

impl fmt::Debug for Catalogue {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(self.kinds.iter().map(|kind| kind.path)).finish()
    }
}

fn missing(kind: &Kind) -> String {
    if kind.is_folder() {
        format!("this folder holds no file, expected {}*.ron", kind.path)
    } else {
        format!("this file is missing, expected {}", kind.path)
    }
}

/// A hash over the names and contents of all files that tables read, and of all images.
///
/// Each part is preceded by its length, so that no two sets of files hash the same bytes.
fn fingerprint(
    texts: &BTreeMap<String, String>,
    owned: &BTreeMap<&'static str, Vec<String>>,
    pictures: &BTreeMap<String, Vec<u8>>,
) -> u64 {
    let used: HashSet<&String> = owned.values().flatten().collect();
    let texts = texts.iter().filter(|(file, _)| used.contains(file)).map(|(file, text)| (file, text.as_bytes()));
    let files = texts.chain(pictures.iter().map(|(file, bytes)| (file, bytes.as_slice())));
    let parts = files.flat_map(|(file, bytes)| [file.as_bytes(), bytes]);
    let mut hasher = StableHasher::default();
    for part in parts {
        hasher.write(&(part.len() as u64).to_le_bytes());
        hasher.write(part);
    }
    hasher.finish()
}

/// Rules that are complete and valid.
#[derive(Debug, Clone)]
pub struct LoadedRules {
    /// The tables.
    pub tables: Tables,
    /// Probable mistakes that do no harm.
    pub warnings: Problems,
    /// A fingerprint that changes with the name or content of any image or any file that a table reads.
    pub fingerprint: u64,
}
