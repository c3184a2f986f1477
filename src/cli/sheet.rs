//! `raidkeep sheet`: the tables of the assets as CSV files or workbooks, and back.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::cli::print_line;
use raidkeep_engine::rules::{AssetSource, Problems};
use raidkeep_game::GameSettings;
use raidkeep_server::config::Config;
use raidkeep_studio::diff::{AssetFiles, diff};
use raidkeep_studio::schema::AssetShapes;
use raidkeep_studio::sheet::{AssetSheets, ImportedSheets, SheetGrid, read_csv, read_xlsx, write_csv, write_xlsx};

/// What a file begins with that says it is UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

type Failure = Box<dyn std::error::Error>;

#[derive(Debug, Subcommand)]
pub(super) enum Sheet {
    /// Writes the tables of an asset folder as sheets: one CSV file each, or one workbook.
    Export(Export),
    /// Takes over what was edited in sheets; exit code 1 if a cell is wrong, and then nothing is changed.
    Import(Import),
}

#[derive(Debug, Args)]
pub(super) struct Export {
    /// An asset folder, a folder in it such as assets/stages, or one of its files.
    #[arg(value_name = "ASSETS")]
    assets: PathBuf,
    /// A folder for CSV files, or a workbook if it ends in .xlsx.
    #[arg(long, value_name = "PATH", default_value = "sheets")]
    out: PathBuf,
    /// What separates the cells of CSV files; where Excel expects `;`, numbers have a decimal comma.
    #[arg(long, value_name = "CHARACTER", default_value = ",", value_parser = separator)]
    separator: u8,
}

#[derive(Debug, Args)]
pub(super) struct Import {
    /// The asset folder, the folder in it, or the file that the sheets are of.
    #[arg(value_name = "ASSETS")]
    assets: PathBuf,
    /// CSV files, folders of such, and workbooks (.xlsx).
    #[arg(required = true, value_name = "SHEETS")]
    sheets: Vec<PathBuf>,
    /// Tells what would change, and changes nothing.
    #[arg(long)]
    dry_run: bool,
}

fn separator(text: &str) -> Result<u8, String> {
    match text {
        "," | ";" => Ok(text.as_bytes()[0]),
        "tab" | "\t" => Ok(b'\t'),
        _ => Err("expected , or ; or tab".to_owned()),
    }
}

impl Sheet {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Self::Export(export) => export.run(),
            Self::Import(import) => import.run(),
        }
    }
}

impl Export {
    fn run(self) -> Result<ExitCode, Failure> {
        let shapes = shapes();
        let place = Place::of(&self.assets, &shapes)?;
        let sheets = AssetSheets::new(place.files()?.texts, &place.within, &shapes).export();
        if sheets.is_empty() {
            return Err(format!("{} has no table", self.assets.display()).into());
        }
        if is_workbook(&self.out) {
            fs::write(&self.out, write_xlsx(&sheets)?).map_err(|error| at(&self.out, error))?;
        } else {
            fs::create_dir_all(&self.out).map_err(|error| at(&self.out, error))?;
            for sheet in &sheets {
                let file = self.out.join(format!("{}.csv", sheet.name));
                fs::write(&file, write_csv(sheet, self.separator)).map_err(|error| at(&file, error))?;
            }
        }
        let names: Vec<&str> = sheets.iter().map(|sheet| sheet.name.as_str()).collect();
        print_line(&format!("{}: {}", self.out.display(), names.join(", ")));
        Ok(ExitCode::SUCCESS)
    }
}

impl Import {
    fn run(self) -> Result<ExitCode, Failure> {
        let shapes = shapes();
        let place = Place::of(&self.assets, &shapes)?;
        let files = AssetFiles { name: self.assets.display().to_string(), ..place.files()? };
        let sheets = AssetSheets::new(files.texts.clone(), &place.within, &shapes);
        let imported = match sheets.import(self.read()?) {
            Ok(imported) => imported,
            Err(faults) => {
                faults.iter().for_each(|fault| print_line(&fault.to_string()));
                return Ok(ExitCode::FAILURE);
            }
        };
        if let Err(problems) = place.check(&imported) {
            for problem in problems.iter() {
                let cell = sheets.cell_of(problem, &imported);
                print_line(&cell.map_or_else(|| problem.to_string(), |cell| cell.to_string()));
            }
            return Ok(ExitCode::FAILURE);
        }
        let mut after = AssetFiles { name: "the sheets".to_owned(), ..files.clone() };
        after.texts.extend(imported.texts.clone());
        print_line(diff(&files, &after)?.text().trim_end());
        if !self.dry_run {
            imported.texts.iter().try_for_each(|(file, text)| replace(&place.root.join(file), text))?;
        }
        Ok(ExitCode::SUCCESS)
    }

    fn read(&self) -> Result<Vec<SheetGrid>, Failure> {
        let mut grids = Vec::new();
        for path in &self.sheets {
            if path.is_dir() {
                let entries = fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
                let mut files: Vec<PathBuf> =
                    entries.map_err(|error| at(path, error))?.iter().map(fs::DirEntry::path).collect();
                files.retain(|file| file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv")));
                files.sort();
                files.iter().try_for_each(|file| read_file(file, &mut grids))?;
            } else {
                read_file(path, &mut grids)?;
            }
        }
        Ok(grids)
    }
}

fn read_file(path: &Path, grids: &mut Vec<SheetGrid>) -> Result<(), Failure> {
    let bytes = fs::read(path).map_err(|error| at(path, error))?;
    if is_workbook(path) {
        grids.extend(read_xlsx(&bytes).map_err(|error| at(path, error))?);
        return Ok(());
    }
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let (grid, remark) = read_csv(&name, &bytes).map_err(|error| at(path, error))?;
    remark.iter().for_each(|remark| print_line(&format!("{} {remark}", path.display())));
    grids.push(grid);
    Ok(())
}

fn is_workbook(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xlsx"))
}

fn at(path: &Path, error: impl std::fmt::Display) -> String {
    format!("{}: {error}", path.display())
}

fn shapes() -> AssetShapes {
    AssetShapes::new(&raidkeep_game::catalogue(&GameSettings::default()))
}

/// Which assets are meant.
struct Place {
    /// The asset folder.
    root: PathBuf,
    /// The part of it that is meant: a folder or a file below it, or everything if empty.
    within: String,
}

impl Place {
    /// The nearest folder around a path in which there are asset files.
    fn of(path: &Path, shapes: &AssetShapes) -> Result<Self, String> {
        let path = fs::canonicalize(path).map_err(|error| at(path, error))?;
        let is_root = |folder: &&Path| {
            let entries = fs::read_dir(folder).into_iter().flatten().flatten();
            let mut names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
            folder.is_dir() && names.any(|name| shapes.table_of(&name).is_some())
        };
        let root = path.ancestors().find(is_root);
        let root = root.ok_or_else(|| format!("{} is no asset folder, nor within one", path.display()))?;
        let below = path.strip_prefix(root).unwrap_or(&path);
        let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        let slash = if path.is_dir() && !parts.is_empty() { "/" } else { "" };
        Ok(Self { root: root.to_owned(), within: parts.join("/") + slash })
    }

    fn source(&self) -> AssetSource {
        AssetSource::Folder(self.root.clone())
    }

    fn files(&self) -> Result<AssetFiles, Failure> {
        Ok(AssetFiles::read(self.root.display().to_string(), &self.source())?)
    }

    /// Checks all assets with what was imported.
    fn check(&self, imported: &ImportedSheets) -> Result<(), Problems> {
        let settings = Config::load(None, &[]).ok().and_then(|config| config.game().ok()).unwrap_or_default();
        let texts: BTreeMap<String, String> = imported.texts.clone();
        let source = AssetSource::Layers(vec![self.source(), AssetSource::Texts(texts)]);
        raidkeep_game::load_rules(&settings, &source).map(drop)
    }
}

/// Replaces a file at once, so that a server that reads it meanwhile finds the old text or the new one.
fn replace(path: &Path, text: &str) -> Result<(), String> {
    let failed = |error| at(path, error);
    let before = fs::read(path).map_err(failed)?;
    let mark = if before.starts_with(MARK) { MARK } else { b"" };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let part = path.with_file_name(format!(".{name}.part"));
    fs::write(&part, [mark, text.as_bytes()].concat()).map_err(failed)?;
    let permissions = fs::metadata(path).map_err(failed)?.permissions();
    fs::set_permissions(&part, permissions).and_then(|()| fs::rename(&part, path)).map_err(failed)
}
