//! `backup`: a copy of a running world, for operators.
//!
//! The copy is made while the world runs, from its rows file; it contains every change answered before the request. The
//! target folder is an operator setting; a request chooses no more than a plain name in it.
//!
//! Not here: restoring a backup, which is starting a server on it (docs/operating.md).

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::UNIX_EPOCH;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::dispatch::RequestApp;
use crate::meters::Meters;
use crate::numbers::BatchNumber;
use crate::operators::Right;
use crate::request;
use crate::request::answer::found_when_folded;
use crate::request::{Call, Code, Job, Operator, Refusal, Success, Waits};
use crate::start::{RowSource, StartApp};
use crate::storage::Rows;
use crate::storage::copy::Copied;
use crate::storage::folder::rows_file;
use crate::storage::proof::CopyError;

/// The operator's settings for backups.
#[derive(Debug, Clone, Resource)]
pub struct BackupSettings {
    /// The folder in which each backup gets a folder of its own; `None` = no backups.
    pub folder: Option<PathBuf>,
}

impl Default for BackupSettings {
    fn default() -> Self {
        Self { folder: Some("backups".into()) }
    }
}

/// What to copy, and whether a copy is being made.
#[derive(Debug, Clone, Resource)]
pub struct BackupSource {
    rows: Rows,
    is_under_way: Arc<AtomicBool>,
    /// When the last complete backup of this world was made, unix seconds.
    last_made: metrics::Gauge,
}

impl BackupSource {
    /// Copies these rows. `folder` is the one of the backups.
    pub fn new(rows: Rows, folder: Option<&Path>, meters: &Meters) -> Self {
        let last_made = meters.gauge("raidkeep_last_backup_timestamp_seconds", &[]);
        let earlier = folder.and_then(|folder| newest(folder, rows.world_name()));
        last_made.set(earlier.unwrap_or_default());
        Self { rows, is_under_way: Arc::default(), last_made }
    }

    /// Makes a copy, unless one is in progress.
    fn copy_to(&self, folder: &Path) -> Result<Copied, BackupError> {
        if self.is_under_way.swap(true, Ordering::AcqRel) {
            return Err(BackupError::UnderWay);
        }
        let copied = self.rows.copy_to(folder);
        self.is_under_way.store(false, Ordering::Release);
        match &copied {
            Ok(copied) => {
                self.last_made.set(modified(&copied.path).unwrap_or_default());
                tracing::info!(file = %copied.path.display(), rows = copied.rows, "made a backup");
            }
            Err(error) => tracing::error!(%error, "a backup failed; the partial copy is named .unfinished"),
        }
        Ok(copied?)
    }
}

/// When the newest backup of this world was made, unix seconds.
fn newest(folder: &Path, world: &str) -> Option<f64> {
    let backups = std::fs::read_dir(folder).ok()?;
    let made = backups.filter_map(|backup| modified(&rows_file(&backup.ok()?.path(), world)));
    made.reduce(f64::max)
}

/// When a file was written, unix seconds.
fn modified(path: &Path) -> Option<f64> {
    let modified = std::fs::metadata(path).ok()?.modified().ok()?;
    Some(modified.duration_since(UNIX_EPOCH).ok()?.as_secs_f64().floor())
}

/// Why no backup was made.
#[derive(Debug, thiserror::Error)]
enum BackupError {
    #[error("a backup of this world is under way; wait for it")]
    UnderWay,
    #[error("{0}")]
    Copy(#[from] CopyError),
}

/// `backup {token, name?}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Backup {
    /// Missing = the present moment of the game's clock.
    #[serde(default)]
    name: Option<String>,
}

request!(
    Operator, "backup", Backup => BackupMade, RIGHT = Right::DATA,
    ACTS_OUTSIDE = true,
    CODES = &[
        Code::of(NO_FOLDER),
        Code::refusal(UNDER_WAY, "a backup of this world is under way"),
        Code::refusal(NOT_WRITTEN, "it cannot be written, or exists already"),
    ],
);

/// The reply of `backup`.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct BackupMade {
    /// Its path on the server.
    file: String,
    /// The last batch of rows that is in it.
    last_batch: BatchNumber,
    /// How many rows it has.
    rows: u64,
}

/// Why no backup was made, in the form kept in a journal.
#[derive(Debug, Serialize, Deserialize)]
struct NotMade {
    status: i32,
    message: String,
}

impl From<Copied> for BackupMade {
    fn from(Copied { path, last_batch, rows }: Copied) -> Self {
        Self { file: path.display().to_string(), last_batch, rows }
    }
}

impl From<BackupError> for NotMade {
    fn from(error: BackupError) -> Self {
        let status = if matches!(error, BackupError::UnderWay) { UNDER_WAY } else { NOT_WRITTEN };
        Self { status, message: error.to_string() }
    }
}

const NO_FOLDER: Refusal = Refusal::new(99, "the setting backups names no folder, so no backups are made");
const UNDER_WAY: i32 = 98;
const NOT_WRITTEN: i32 = 97;
/// The longest name, in characters.
const NAME_CHARS_MAX: usize = 64;

fn backup(
    In(call): In<Call<Backup>>,
    settings: Res<BackupSettings>,
    source: Res<BackupSource>,
    clock: Res<Clock>,
) -> Waits<BackupMade> {
    let folder = settings.folder.as_ref().ok_or(NO_FOLDER)?;
    let name = call.request.name.unwrap_or_else(|| plain_moment(&clock));
    if !is_plain(&name) {
        return Err(Refusal::malformed("data.name", "1 to 64 letters, digits, - or _").into());
    }
    let made: Result<BackupMade, NotMade> = found_when_folded(call.fact, "the backup was not made, retry", || {
        let (folder, source) = (folder.join(name), source.clone());
        Ok(Job::new(move || source.copy_to(&folder).map(BackupMade::from).map_err(NotMade::from)))
    })?;
    Ok(Success::with(made.map_err(|NotMade { status, message }| Refusal::saying(status, message))?))
}

/// A name from outside becomes part of a path only if it cannot lead out of the folder.
fn is_plain(name: &str) -> bool {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_');
    (1..=NAME_CHARS_MAX).contains(&name.len()) && name.chars().all(is_plain)
}

fn plain_moment(clock: &Clock) -> String {
    clock.local_time(clock.now()).replace(' ', "_").replace(':', "")
}

/// The `backup` function.
#[derive(Default)]
pub struct BackupPlugin {
    /// The operator's settings.
    pub settings: BackupSettings,
}

impl Plugin for BackupPlugin {
    fn build(&self, app: &mut App) {
        app.insert_resource(self.settings.clone());
        app.add_start_hook(|world| {
            let rows = world.resource::<RowSource>().0.clone();
            let folder = world.resource::<BackupSettings>().folder.clone();
            let source = BackupSource::new(rows, folder.as_deref(), world.resource::<Meters>());
            world.insert_resource(source);
        });
        app.add_waiting_request::<Backup, _>(backup);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_lead_out_of_the_folder() {
        for name in ["", ".", "..", "../x", "a/b", "a\\b", "a.b", "/etc", "名", "a b", "a\0"] {
            assert!(!is_plain(name), "{name:?}");
        }
        assert!(is_plain("2026-03-10_120000") && is_plain("before_update"));
        assert!(!is_plain(&"a".repeat(65)));
    }
}
