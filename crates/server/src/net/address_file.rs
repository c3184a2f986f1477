//! The addresses of a running server, in a file of its data folder, where commands on the same machine find them.

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

const FILE_NAME: &str = "addresses.json";

/// Where a server listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addresses {
    /// For players.
    pub players: SocketAddr,
    /// For operators.
    pub operators: SocketAddr,
    /// Whether players' connections are encrypted. Earlier programs encrypted nothing.
    #[serde(default)]
    pub players_tls: bool,
    /// Whether operators' connections are.
    #[serde(default)]
    pub operators_tls: bool,
}

impl Addresses {
    /// The file in a data folder.
    pub fn path(data: &Path) -> PathBuf {
        data.join(FILE_NAME)
    }

    /// What a server has written into its data folder; `None` if it has written nothing. A server that was killed
    /// leaves the file behind.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(data: &Path) -> std::io::Result<Option<Self>> {
        match std::fs::read(Self::path(data)) {
            Ok(text) => Ok(Some(serde_json::from_slice(&text)?)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes the file at once or not at all.
    pub(super) fn write(&self, data: &Path) -> std::io::Result<()> {
        let (path, unfinished) = (Self::path(data), data.join(format!("{FILE_NAME}.unfinished")));
        let mut file = std::fs::File::create(&unfinished)?;
        writeln!(file, "{}", serde_json::to_string(self)?)?;
        file.sync_all()?;
        std::fs::rename(unfinished, path)
    }

    /// Removes the file, which is wrong as soon as the server stops.
    pub(super) fn remove(data: &Path) {
        match std::fs::remove_file(Self::path(data)) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => tracing::warn!(%error, "cannot remove the file with the server's addresses"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_find_the_addresses_of_a_running_server_and_none_of_a_stopped_one() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert_eq!(Addresses::read(folder.path()).expect("no file is no error"), None);
        let address = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let addresses =
            Addresses { players: address(1), operators: address(3), players_tls: true, operators_tls: false };
        addresses.write(folder.path()).expect("a writable folder");
        assert_eq!(Addresses::read(folder.path()).expect("a readable file"), Some(addresses));
        let files = std::fs::read_dir(folder.path()).expect("a readable folder").count();
        assert_eq!(files, 1, "nothing unfinished is left");
        Addresses::remove(folder.path());
        Addresses::remove(folder.path());
        assert_eq!(Addresses::read(folder.path()).expect("no file is no error"), None);
    }

    #[test]
    fn a_file_that_was_damaged_is_an_error_and_not_a_stopped_server() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(Addresses::path(folder.path()), "{").expect("a writable folder");
        assert!(Addresses::read(folder.path()).is_err());
    }
}
