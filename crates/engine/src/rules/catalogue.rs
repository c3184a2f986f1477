//! The tables of the game and how all of them are loaded at once.

use std::any::{Any, TypeId};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::file_schema::FileSchema;
use super::former::Former;
use super::judges::{AsOf, Judge, Judges};
use super::kind::Kind;
use super::problem::{Problem, Problems, Severity};
use super::report::{Place, Report};
use super::source::{AssetSource, DEEPEST_FOLDER, Reading};
use super::study::{AssetStudy, LoadedRules};
use super::texts::{TableTexts, fingerprint};
use super::unread::Known;
use crate::schema::SchemaOf;

/// One kind of designer data: which files hold it and what makes it valid.
pub trait Table: Send + Sync + Sized + 'static {
    /// A file such as `energy.ron`, or a folder such as `stages/`.
    ///
    /// All `*.ron` files of a folder and its subfolders are read together. A file that another table names more
    /// specifically belongs to that table.
    const PATH: &'static str;

    /// Whether the game needs a file of it. Without one, a table that it does not need is assembled from none.
    const IS_NEEDED: bool = true;

    /// Where its files used to lie, for folders of assets from before.
    const FORMERLY: Option<Former> = None;

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

    /// [`Table::validate`], for what the ranges of the fields do not say.
    fn validate(&self, _tables: &Tables, _report: &mut Report) {}
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

    /// Those that a catalogue knows.
    #[must_use]
    pub fn of(&self, catalogue: &Catalogue) -> Self {
        let known = catalogue.kinds.iter().filter_map(|kind| Some((kind.id, Arc::clone(self.by_type.get(&kind.id)?))));
        Self { by_type: known.collect() }
    }
}

impl fmt::Debug for Tables {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Tables({})", self.by_type.len())
    }
}

/// All tables of the game, in the order they were registered.
#[derive(Default)]
pub struct Catalogue {
    kinds: Vec<Kind>,
    judges: Judges,
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

    /// Adds a look at all tables together. Adding the same one again changes nothing.
    pub fn add_judge(&mut self, judge: Judge) -> &mut Self {
        self.judges.add(judge);
        self
    }

    /// The path of each table and what its files hold, in the order of paths.
    #[must_use]
    pub fn schemas(&self) -> Vec<(&'static str, SchemaOf)> {
        let mut schemas: Vec<_> = self.kinds.iter().map(|kind| (kind.path, kind.schema)).collect();
        schemas.sort_unstable_by_key(|(path, _)| *path);
        schemas
    }

    /// The schema of the files of a table, by the path of one of them.
    #[must_use]
    pub fn schema_of_file(&self, file: &str) -> Option<&FileSchema> {
        let owner = self.owner(file)?;
        self.kinds.iter().find(|kind| kind.path == owner).map(Kind::file_schema)
    }

    /// Reads, decodes and checks all tables.
    ///
    /// # Errors
    ///
    /// Returns all errors and warnings if there is any error. Nothing is loaded then.
    pub fn load(&self, source: &AssetSource) -> Result<LoadedRules, Problems> {
        self.study(source).into_rules()
    }

    /// The same for rules that a world once ran under. They were valid for the program of that time, so that what this one
    /// finds wrong is only told, among the warnings.
    ///
    /// # Errors
    ///
    /// Returns all errors and warnings if a table cannot be read at all.
    pub fn load_former(&self, source: &AssetSource) -> Result<LoadedRules, Problems> {
        let study = self.study(source);
        let is_whole = self.kinds.iter().all(|kind| study.tables.by_type.contains_key(&kind.id));
        if is_whole { Ok(study.into_former_rules()) } else { Err(study.problems) }
    }

    /// The same as [`Catalogue::load`], with everything that was learnt on the way, whether the files are valid or not.
    #[must_use]
    pub fn study(&self, source: &AssetSource) -> AssetStudy {
        self.study_as_of(source, None)
    }

    /// The same as of a moment: what has to do with dates is told too, and so are reasons that silence nothing.
    #[must_use]
    pub fn study_at(&self, source: &AssetSource, as_of: AsOf<'_>) -> AssetStudy {
        self.study_as_of(source, Some(as_of))
    }

    fn study_as_of(&self, source: &AssetSource, as_of: Option<AsOf<'_>>) -> AssetStudy {
        if let Some(problem) = self.wrong_folder(source) {
            return AssetStudy { problems: Problems::new(vec![problem]), ..AssetStudy::default() };
        }
        let Reading { texts, pictures, others, problems } = source.read();
        if texts.is_empty() && !problems.is_empty() {
            return AssetStudy { problems: Problems::new(problems), ..AssetStudy::default() };
        }
        let failed: HashSet<String> = problems.iter().map(|problem| problem.file.clone()).collect();
        let owned = self.owned_files(&texts);
        let fingerprint = fingerprint(&texts, &owned, &pictures);
        let kept_texts = Arc::new(TableTexts::new(&texts, &owned));
        let strangers: Vec<String> = texts.keys().filter(|file| self.owner(file).is_none()).cloned().collect();
        let unread: Vec<String> = strangers.into_iter().chain(others).collect();
        let mut report = Report::new(texts).with_pictures(pictures);
        report.add(problems);
        let known = Known { paths: self.kinds.iter().map(|kind| kind.path).collect() };
        report.add(known.warn_of(&unread).into_values());
        let tables = self.build(&owned, &failed, (&known, &unread), &mut report);
        let causes: HashSet<String> = report.problems().iter().map(|problem| problem.file.clone()).collect();
        for kind in &self.kinds {
            (kind.validate)(&tables, &mut report);
        }
        let names = report.settle_names();
        let is_sound = !report.has_errors();
        if is_sound {
            self.judges.judge(&tables, as_of, &mut report);
        }
        report.settle_reasons(is_sound && as_of.is_some());
        let givers: HashSet<&str> =
            names.values().filter_map(|names| names.list.as_ref()).map(Place::file_name).collect();
        let faulty = report.problems().iter().filter(|problem| problem.severity == Severity::Error);
        let faulty: HashSet<&str> = faulty.map(|problem| problem.file.as_str()).collect();
        let rank =
            |file: &str| (!causes.contains(file), !faulty.contains(file), !givers.contains(file), self.order(file));
        let problems = Problems::ranked(report.problems().to_vec(), rank);
        AssetStudy { tables, texts: kept_texts, problems, fingerprint, names, report }
    }

    /// Tells of a folder that holds nothing the game reads, and of the folder that was probably meant.
    fn wrong_folder(&self, source: &AssetSource) -> Option<Problem> {
        let AssetSource::Folder(folder) = source else { return None };
        let held = |folder: &Path| self.held(folder);
        if self.kinds.is_empty() || !folder.is_dir() || held(folder) > 0 {
            return None;
        }
        let below = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
        let above = folder.canonicalize().ok();
        let above = above.iter().flat_map(|folder| folder.ancestors().skip(1).take(2)).map(Path::to_owned);
        let meant = below.chain(above).filter(|path| path.is_dir()).map(|path| (held(&path), path));
        let meant = meant.filter(|(held, _)| *held > 0).max_by(|a, b| a.0.cmp(&b.0).then_with(|| b.1.cmp(&a.1)));
        let known: Vec<&str> = self.kinds.iter().map(|kind| kind.path).take(3).collect();
        let message = format!("this folder holds none of the game's files, expected {} and so on", known.join(", "));
        let mut problem = Problem::with_file(Severity::Error, "", message);
        problem.hint = meant.map(|(_, path)| format!("did you mean {}/?", path.display()));
        Some(problem)
    }

    /// How many tables have their file or folder in a folder.
    fn held(&self, folder: &Path) -> usize {
        self.kinds.iter().filter(|kind| folder.join(kind.path).exists()).count()
    }

    /// The folder of assets that a file lies in, and the file's path below it.
    #[must_use]
    pub fn folder_of(&self, file: &Path) -> Option<(PathBuf, String)> {
        let file = file.canonicalize().ok()?;
        let folders = file.ancestors().skip(1).take(DEEPEST_FOLDER).map(|folder| (self.held(folder), folder));
        let (_, folder) = folders.filter(|(held, _)| *held > 0).max_by_key(|(held, _)| *held)?;
        let parts = file.strip_prefix(folder).ok()?.iter().map(|part| part.to_string_lossy());
        Some((folder.to_owned(), parts.collect::<Vec<_>>().join("/")))
    }

    /// Where the table of a file stands among all.
    fn order(&self, file: &str) -> usize {
        let owner = self.owner(file);
        self.kinds.iter().position(|kind| Some(kind.path) == owner).unwrap_or(0)
    }

    /// Reads tables from texts that were read and checked before. What cannot be read any more is left out and is among
    /// the problems.
    #[must_use]
    pub fn read_again(&self, texts: &TableTexts) -> (Tables, Problems) {
        let mut report = Report::new(texts.all());
        let mut tables = Tables::default();
        for kind in &self.kinds {
            let files = texts.files(kind.path);
            (kind.build)(&files, !files.is_empty(), kind.file_schema(), &mut tables, &mut report);
        }
        (tables, Problems::new(report.problems().to_vec()))
    }

    /// The paths of all tables, in the order they were registered.
    pub fn paths(&self) -> impl Iterator<Item = &'static str> {
        self.kinds.iter().map(|kind| kind.path)
    }

    /// The most specific path that a file belongs to.
    fn owner(&self, file: &str) -> Option<&'static str> {
        let claims = self.kinds.iter().filter(|kind| kind.matches(file));
        claims.map(|kind| kind.path).max_by_key(|path| path.len())
    }

    /// The files of each path. A path without files has an empty list.
    fn owned_files(&self, texts: &BTreeMap<String, String>) -> BTreeMap<&'static str, Vec<String>> {
        let mut owned: BTreeMap<_, Vec<String>> = self.kinds.iter().map(|kind| (kind.path, Vec::new())).collect();
        for (file, text) in texts {
            let former = self.kinds.iter().find(|kind| kind.former.is_some_and(|former| former.claims(file, text)));
            if let Some(path) = former.map(|kind| kind.path).or_else(|| self.owner(file)) {
                owned.entry(path).or_default().push(file.clone());
            }
        }
        owned
    }

    fn build(
        &self,
        owned: &BTreeMap<&'static str, Vec<String>>,
        failed: &HashSet<String>,
        (known, others): (&Known<'_>, &[String]),
        report: &mut Report,
    ) -> Tables {
        let mut tables = Tables::default();
        for kind in &self.kinds {
            let files = owned.get(kind.path).map_or(&[][..], Vec::as_slice);
            let unread = failed.iter().any(|file| self.owner(file) == Some(kind.path));
            if files.is_empty() && !unread && kind.is_needed {
                let remark = report.error(Place::file(kind.path), kind.missing());
                if let Some(file) = known.stand_in(kind.path, others) {
                    remark.hint(format!("rename \"{file}\" to \"{}\"", kind.path));
                }
            } else {
                (kind.build)(files, !unread, kind.file_schema(), &mut tables, report);
            }
        }
        tables
    }
}

impl fmt::Debug for Catalogue {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(self.kinds.iter().map(|kind| kind.path)).finish()
    }
}
