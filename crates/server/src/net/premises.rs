//! The folders of a server: which may be new, who may read them, and the keys of what is encrypted in them.

use std::io::ErrorKind;
use std::path::Path;

use crate::config::{Config, ConfigError};
use crate::net::start_error::{StartError, system};
use raidkeep_engine::private;
use raidkeep_engine::storage::folder::DataFolder;
use raidkeep_game::platforms::sud::sessions::{SESSION_KEYS_FILE, SESSION_KEYS_VARIABLE, SessionKeys};

/// Begins new worlds if there are none, and takes the permissions of others away from whatever holds players' data.
pub(super) fn prepare(folder: &mut DataFolder, config: &Config) -> Result<(), StartError> {
    folder.begin_worlds()?;
    let mut tightened = private::tighten(Path::new(&config.data), 0)?;
    // Each backup has a folder of its own, and so has the archive of each world.
    for (place, levels) in
        [(&config.backups, 1), (&config.archive.folder, 1), (&config.journal.folder, 0), (&config.log.file, 0)]
    {
        tightened.extend(private::tighten(Path::new(place), levels)?);
    }
    if let [first, ..] = &tightened[..] {
        let (count, first) = (tightened.len(), first.display());
        tracing::warn!(count, %first, "files and folders were open to others; now only this server's user can read them");
    }
    Ok(())
}

/// The keys of players' sessions: from the environment, else from the data folder, where the first start makes one.
pub(super) fn session_keys(data: &Path) -> Result<SessionKeys, StartError> {
    let wrong = |place: String| move |mistake| ConfigError::Keys { place, mistake };
    if let Some(text) = std::env::var(SESSION_KEYS_VARIABLE).ok().filter(|text| !text.is_empty()) {
        return Ok(SessionKeys::parse(&text).map_err(wrong(SESSION_KEYS_VARIABLE.to_owned()))?);
    }
    let path = data.join(SESSION_KEYS_FILE);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => make_session_key(&path)?,
        Err(error) => return Err(system("read the keys of players' sessions")(error)),
    };
    Ok(SessionKeys::parse(&text).map_err(wrong(path.display().to_string()))?)
}

fn make_session_key(path: &Path) -> Result<String, StartError> {
    let made = SessionKeys::make_key().ok_or_else(|| std::io::Error::other("the system has no random bits"));
    let made = made.and_then(|key| private::write_new(path, key.as_bytes()).map(|()| key));
    let key = made.map_err(system("make a key for players' sessions"))?;
    tracing::info!(file = %path.display(), "made a key for players' sessions with SUD; no backup has it, so keep a copy");
    Ok(key)
}
