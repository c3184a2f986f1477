//! The file that keeps the sandbox's books across restarts.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::Books;
use raidkeep_engine::private;

/// A JSON file that is always complete: a temporary file is written and then renamed.
pub(super) struct StateFile {
    path: PathBuf,
}

impl StateFile {
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// Reads the books; empty if the file does not exist yet.
    pub(super) fn load(&self) -> io::Result<Books> {
        match fs::read(&self.path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| {
                let told = format!("{} is not a sandbox state file: {error}", self.path.display());
                io::Error::new(io::ErrorKind::InvalidData, told)
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Books::default()),
            Err(error) => Err(error),
        }
    }

    /// Writes the books; the old file stays until the new one is on disk.
    pub(super) fn save(&self, books: &Books) -> io::Result<()> {
        private::replace(&self.path, &serde_json::to_vec(books)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_state_file_is_explained_and_a_missing_one_is_empty() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("sandbox.json");
        let file = StateFile::new(&path);
        assert!(file.load().is_ok(), "the first start has no file");
        file.save(&Books::default()).expect("the folder can be written to");
        assert!(file.load().is_ok(), "what was saved is read");
        fs::write(&path, "{\"ledger\":").expect("the folder can be written to");
        let told = file.load().expect_err("half a file").to_string();
        assert!(told.contains("sandbox.json is not a sandbox state file"), "{told}");
    }
}
