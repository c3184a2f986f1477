//! `raidkeep restore`: worlds as of any moment, or of a backup, in a folder of their own.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::cli::call::Failure;
use crate::cli::moment::{parse_moment, settings_of};
use crate::cli::{print_line, report};
use raidkeep_engine::account::AccountId;
use raidkeep_engine::clock::shown_utc;
use raidkeep_engine::outside::{Epoch, REALM_NAME, WorldPlace, world_name, world_number};
use raidkeep_engine::private;
use raidkeep_engine::rules::LoadedRules;
use raidkeep_engine::start::Start;
use raidkeep_engine::storage::StoredWorld;
use raidkeep_engine::storage::continuous::deleted::{DeletedAccount, list_file, read_list};
use raidkeep_engine::storage::continuous::restore::{Restored, highest_account, restore_backup, restore_world};
use raidkeep_engine::storage::continuous::{self, ArchiveError};
use raidkeep_engine::storage::folder;
use raidkeep_engine::storage::store::Store;
use raidkeep_game::GameSettings;
use raidkeep_game::portability::again::{DeletedAgain, delete_again};

/// Exit code: the worlds are restored, but accounts that had been deleted could not be deleted again.
const KEPT: u8 = 2;

#[derive(Debug, Args)]
pub(super) struct Restore {
    /// Folder of the continuous archive.
    #[arg(long, value_name = "FOLDER", required_unless_present = "backup", conflicts_with = "backup")]
    archive: Option<PathBuf>,
    /// Folder of a backup: BACKUPS/NAME.
    #[arg(long, value_name = "FOLDER")]
    backup: Option<PathBuf>,
    /// The moment of the game's clock, YYYY-MM-DD HH:MM:SS in the zone of the configuration, or with Z in UTC; what
    /// happened at it is included [default: the last one].
    #[arg(long, value_name = "MOMENT", requires = "archive")]
    to: Option<String>,
    /// The folder to restore into. It must be empty or not exist yet.
    #[arg(long, value_name = "FOLDER")]
    data: PathBuf,
    /// Only these worlds, such as 0,2 [default: all].
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    world: Vec<u32>,
    /// Folder with the lists of deleted accounts [default: the archive, or the folder that the backup is in].
    #[arg(long, value_name = "FOLDER")]
    deleted: Option<PathBuf>,
    /// The configuration file, for the zone of --to [default: as for serve].
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of the assets [default: as for serve].
    #[arg(long, value_name = "FOLDER")]
    assets: Option<PathBuf>,
}

/// What a restore works with.
struct Workshop {
    settings: GameSettings,
    rules: LoadedRules,
    /// Where the worlds are put together.
    unfinished: PathBuf,
    lists: PathBuf,
    worlds: u32,
}

impl Restore {
    /// 0: restored; 1: not restored, and nothing is there; 2: restored, but accounts could not be deleted again.
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        check_empty(&self.data)?;
        let settings = settings_of(self.config.as_deref())?;
        let until = self.to.as_deref().map(|to| parse_moment(to, "--to", &settings)).transpose()?;
        let names = self.worlds()?;
        let rules = raidkeep_game::load_rules(&settings, &raidkeep_game::usual_assets(self.assets.as_deref()))
            .map_err(|problems| format!("the assets have mistakes:\n{problems}"))?;
        let unfinished = self.make_unfinished()?;
        let workshop = Workshop { settings, rules, unfinished, lists: self.lists(), worlds: names.len() as u32 };
        let mut kept = 0;
        for name in &names {
            kept += self.restore(name, until, &workshop)?;
        }
        put_in_place(&workshop.unfinished, &self.data)?;
        print_line(&format!("{0} is ready; raidkeep verify --data {0} checks it", self.data.display()));
        Ok(if kept == 0 { ExitCode::SUCCESS } else { ExitCode::from(KEPT) })
    }

    /// The names of the worlds to restore.
    fn worlds(&self) -> Result<Vec<String>, Failure> {
        let there = match (&self.archive, &self.backup) {
            (Some(archive), _) => continuous::worlds(archive)?,
            (None, backup) => folder::worlds(backup.as_deref().unwrap_or(Path::new(".")))?,
        };
        let wanted: Vec<String> = self.world.iter().map(|number| world_name(*number)).collect();
        let from = self.source().display();
        match wanted.iter().find(|name| !there.contains(name)) {
            Some(missing) => Err(format!("there is no {missing} in {from}").into()),
            None if there.is_empty() => Err(format!("there is no world in {from}").into()),
            None => Ok(if wanted.is_empty() { there } else { wanted }),
        }
    }

    fn source(&self) -> &Path {
        self.archive.as_deref().or(self.backup.as_deref()).unwrap_or(Path::new("."))
    }

    fn lists(&self) -> PathBuf {
        let beside = || match (&self.archive, &self.backup) {
            (Some(archive), _) => archive.clone(),
            (None, Some(backup)) => backup.join(".."),
            (None, None) => PathBuf::from("."),
        };
        self.deleted.clone().unwrap_or_else(beside)
    }

    /// The folder in which the worlds are put together, so that a restore that fails leaves nothing that looks complete.
    fn make_unfinished(&self) -> Result<PathBuf, Failure> {
        let mut name = self.data.file_name().ok_or("--data must name a folder")?.to_owned();
        name.push(".unfinished");
        let unfinished = self.data.with_file_name(name);
        if unfinished.exists() {
            std::fs::remove_dir_all(&unfinished).map_err(failed("delete", &unfinished))?;
        }
        private::make_folder(&unfinished).map_err(failed("make", &unfinished))?;
        Ok(unfinished)
    }

    /// Restores one world; returns how many accounts could not be deleted again.
    fn restore(&self, name: &str, until: Option<i64>, workshop: &Workshop) -> Result<usize, Failure> {
        let into = &workshop.unfinished;
        let (rows, restored) = match (&self.archive, &self.backup) {
            (Some(archive), _) => restore_world(archive, name, until, into)?,
            (None, backup) => restore_backup(backup.as_deref().unwrap_or(Path::new(".")), name, into)?,
        };
        if name == REALM_NAME {
            // Nobody plays there, so nobody was deleted.
            let epoch = rows.begin_epoch_after(restored.last_epoch)?;
            tell(name, &restored, epoch, &DeletedAgain::default());
            return Ok(0);
        }
        let list = list_file(&workshop.lists, name);
        let deleted = read_list(&list)?;
        let is_listed = deleted.is_some();
        let of_world = deleted.unwrap_or_default().into_iter().filter(|deleted| Some(deleted.world) == restored.world);
        let deleted: Vec<DeletedAccount> = of_world.collect();
        let known = self.archive.as_deref().map(|archive| highest_account(archive, name)).transpose()?;
        let last = deleted.iter().map(|deleted| deleted.account).chain(known).max().unwrap_or(AccountId(0));
        let last_epoch = deleted.iter().map(|deleted| deleted.epoch).max().unwrap_or_default().max(restored.last_epoch);
        let epoch = rows.begin_epoch_after(last_epoch)?;
        let since =
            deleted.iter().filter(|deleted| (deleted.epoch, deleted.record) > (restored.epoch, restored.record));
        let accounts: Vec<AccountId> = since.map(|deleted| deleted.account).collect();
        drop(rows);
        let again = workshop.delete_again(name, epoch, (&accounts, last))?;
        tell(name, &restored, epoch, &again);
        if !is_listed {
            let list = list.display();
            print_line(&format!(
                "{name}: there is no list {list} of deleted accounts: nobody was ever deleted, or it is elsewhere (--deleted)"
            ));
        }
        Ok(again.kept.len())
    }
}

impl Workshop {
    /// Deletes accounts again in the restored world, without running it.
    fn delete_again(
        &self,
        name: &str,
        epoch: Epoch,
        (accounts, last): (&[AccountId], AccountId),
    ) -> Result<DeletedAgain, Failure> {
        let number = world_number(name).unwrap_or_default();
        // The world is opened without a log beside it; what it does is folded into the rows of the copy.
        let store = StoredWorld::from(Store::read_folder(&self.unfinished, name)?);
        let wall_ms = store.recovered.moment_ms.unwrap_or_default();
        let place = WorldPlace { number, worlds: self.worlds };
        let start = Start { wall_ms, seed: 0, epoch, place };
        let mut simulation = raidkeep_game::start_world(&self.settings, &self.rules, &store, start)?;
        let rows = Store::open_copy(&self.unfinished, name)?.into();
        Ok(delete_again(&mut simulation, &rows, accounts, last)?)
    }
}

fn tell(name: &str, restored: &Restored, epoch: Epoch, again: &DeletedAgain) {
    let Restored { moment_ms, record, records, .. } = restored;
    let at = shown_utc(*moment_ms);
    print_line(&format!("{name}: as of {at}, log record {record}, {records} of them behind the base; epoch {epoch}"));
    if !again.deleted.is_empty() {
        print_line(&format!("{name}: {} accounts that were deleted since are deleted again", again.deleted.len()));
    }
    for kept in &again.kept {
        report(&format!(
            "{name}: {} ({}) was deleted since and cannot be deleted again: {}. Start the server, settle that, and use \
             raidkeep delete",
            kept.account, kept.name, kept.why
        ));
    }
}

fn failed<'a>(action: &'a str, path: &'a Path) -> impl Fn(std::io::Error) -> String + 'a {
    move |error| format!("cannot {action} {}: {error}", path.display())
}

/// A restore never mixes with what is there.
fn check_empty(data: &Path) -> Result<(), ArchiveError> {
    let not_empty = || ArchiveError::NotEmpty { folder: data.display().to_string() };
    match std::fs::read_dir(data) {
        Ok(mut entries) => entries.next().map_or(Ok(()), |_| Err(not_empty())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(_) => Err(not_empty()),
    }
}

/// Gives the finished folder its name, and waits until that is on disk.
fn put_in_place(unfinished: &Path, data: &Path) -> Result<(), Failure> {
    private::sync_folder(unfinished).map_err(failed("sync", unfinished))?;
    Ok(private::rename(unfinished, data).map_err(failed("rename", unfinished))?)
}
