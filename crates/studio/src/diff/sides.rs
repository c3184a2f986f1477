//! What is compared: a folder, or a revision of a repository.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use thiserror::Error;

use raidkeep_engine::rules::{AssetSource, Problems};

/// The files of one side.
#[derive(Debug, Clone)]
pub struct AssetFiles {
    /// How the side is called in reports.
    pub name: String,
    /// The RON files, by their path below the folder.
    pub texts: BTreeMap<String, String>,
    /// The images, by their path below the folder.
    pub pictures: BTreeMap<String, Vec<u8>>,
}

/// Why two sides cannot be compared.
#[derive(Debug, Error)]
pub enum DiffError {
    /// Files that cannot be read.
    #[error("{0}")]
    Unreadable(Problems),
    /// A file whose brackets or quotes are not closed.
    #[error("{side}/{file} is not well-formed RON, so that it cannot be compared; `raidkeep check {side}` says where")]
    NotWellFormed {
        /// The side.
        side: String,
        /// The file.
        file: String,
    },
    /// A revision that git does not know.
    #[error("git: {0}")]
    Git(String),
}

impl AssetFiles {
    /// The files of an asset folder.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn read(name: impl Into<String>, source: &AssetSource) -> Result<Self, DiffError> {
        let unreadable = |problems| DiffError::Unreadable(Problems::new(problems));
        let texts = source.text_files().map_err(unreadable)?;
        let pictures = source.pictures().map_err(unreadable)?;
        Ok(Self { name: name.into(), texts, pictures })
    }

    /// What an argument names: a folder, or `git:REV` or `git:REV:FOLDER` for a revision of the repository around the
    /// working directory; without a folder it is `assets`.
    ///
    /// # Errors
    /// When a file cannot be read, or git does not know the revision.
    pub fn named(argument: &str) -> Result<Self, DiffError> {
        match argument.strip_prefix("git:") {
            Some(revision) => Self::of_revision(argument, revision),
            None => Self::read(argument, &AssetSource::Folder(PathBuf::from(argument))),
        }
    }

    fn of_revision(name: &str, revision: &str) -> Result<Self, DiffError> {
        let (revision, folder) = revision.split_once(':').unwrap_or((revision, "assets"));
        if revision.is_empty() || revision.starts_with('-') {
            return Err(DiffError::Git(format!("\"{revision}\" is no revision, expected such as git:main")));
        }
        let tree = format!("{revision}:./{}", folder.trim_end_matches('/'));
        let listed = git(&["ls-tree", "-r", "-z", "--name-only", &tree])?;
        let mut side = Self { name: name.to_owned(), texts: BTreeMap::new(), pictures: BTreeMap::new() };
        for path in String::from_utf8_lossy(&listed).split('\0').filter(|path| !path.is_empty()) {
            let hidden = path.split('/').any(|part| part.starts_with('.'));
            if !hidden && path.ends_with(".ron") {
                let text = String::from_utf8_lossy(&git(&["show", &format!("{tree}/{path}")])?).into_owned();
                let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
                side.texts.insert(path.to_owned(), text);
            } else if !hidden && path.ends_with(".png") {
                side.pictures.insert(path.to_owned(), git(&["show", &format!("{tree}/{path}")])?);
            }
        }
        Ok(side)
    }
}

fn git(arguments: &[&str]) -> Result<Vec<u8>, DiffError> {
    let output = Command::new("git").args(arguments).output();
    let output = output.map_err(|error| DiffError::Git(format!("cannot be started: {error}")))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let told = String::from_utf8_lossy(&output.stderr);
    Err(DiffError::Git(told.trim().trim_start_matches("fatal: ").to_owned()))
}
