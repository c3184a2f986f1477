//! The folders of a server: which may be new, and who may read them.

use std::path::Path;

use crate::config::Config;
use crate::net::listener::StartError;
use raidkeep_engine::private;
use raidkeep_engine::storage::folder::DataFolder;

/// Locks the data folder, in which new worlds may be made if it is empty, and takes the permissions of others away from whatever holds
/// players' data.
pub(super) fn open(config: &Config) -> Result<DataFolder, StartError> {
    let data = Path::new(&config.data);
    let folder = DataFolder::open(data, config.worlds, config.data_must_exist)?;
    let mut tightened = private::tighten(data, 0)?;
    // Each backup has a folder of its own.
    for (place, levels) in [(&config.backups, 1), (&config.journal.folder, 0), (&config.log.file, 0)] {
        tightened.extend(private::tighten(Path::new(place), levels)?);
    }
    if let [first, ..] = &tightened[..] {
        let (count, first) = (tightened.len(), first.display());
        tracing::warn!(count, %first, "files and folders were open to others; now only this server's user can read them");
    }
    Ok(folder)
}
