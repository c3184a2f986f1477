//! `raidkeep verify`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::cli::{print_line, report};
use raidkeep_engine::outside::REALM_NAME;
use raidkeep_engine::storage::Rows;
use raidkeep_engine::storage::rows::Persistence;
use raidkeep_engine::storage::store::Store;
use raidkeep_engine::storage::{StorageError, folder};
use raidkeep_engine::verify::{Breach, DAMAGE, verify};
use raidkeep_game::identity::collisions::{self, Sharer};
use raidkeep_realm::{RealmSettings, realm_app};
use raidkeep_server::config::Config;

/// Exit code: breaches were found.
const BREACHES: u8 = 2;

#[derive(Debug, Args)]
pub(super) struct Verify {
    /// Folder of the databases.
    #[arg(long, value_name = "FOLDER", default_value = "data")]
    data: PathBuf,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// One line per breach, for humans.
    Text,
    /// One JSON object, for programs.
    Json,
}

#[derive(Debug, Serialize)]
struct WorldVerified {
    world: String,
    accounts: u64,
    rows: u64,
    breaches: Vec<Breach>,
}

/// All that was found in a folder.
#[derive(Debug, Serialize)]
struct Verified {
    worlds: Vec<WorldVerified>,
    /// Accounts of all worlds that share a purse on the payment platform, those of one purse together.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    shared_purses: Vec<Vec<Sharer>>,
}

impl Verify {
    /// 0: consistent; 1: the data cannot be read; 2: breaches were found.
    pub(super) fn run(self) -> ExitCode {
        match verify_folder(&self.data) {
            Ok(verified) => {
                self.print(&verified);
                let is_whole = verified.worlds.iter().all(|world| world.breaches.is_empty());
                if is_whole { ExitCode::SUCCESS } else { ExitCode::from(BREACHES) }
            }
            Err(error) => {
                report(&error);
                ExitCode::FAILURE
            }
        }
    }

    fn print(&self, verified: &Verified) {
        match self.format {
            Format::Json => print_line(&serde_json::json!(verified).to_string()),
            Format::Text => {
                let shared = verified.shared_purses.iter().map(|sharers| collisions::told(sharers));
                verified.worlds.iter().flat_map(lines).chain(shared).for_each(|line| print_line(&line));
            }
        }
    }
}

fn lines(verified: &WorldVerified) -> Vec<String> {
    let WorldVerified { world, accounts, rows, breaches } = verified;
    let told = breaches.iter().map(|breach| {
        let player = breach.player.as_deref().map(|player| format!(" of {player}")).unwrap_or_default();
        let Breach { check, table, key, what, .. } = breach;
        format!("{world}: {check}: table {table}, row {key}{player}: {what}")
    });
    let looked_at = format!("{}, {rows} rows", counted(*accounts, "account"));
    let sum = match breaches.len() {
        0 => format!("{world}: consistent ({looked_at})"),
        count => format!("{world}: {count} breaches ({looked_at}); docs/operating.md says what to do"),
    };
    told.chain([sum]).collect()
}

fn counted(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// The unfolded tail of the log that a crash left counts, as on a server's start; nothing in the folder changes.
fn verify_folder(data: &Path) -> Result<Verified, Box<dyn std::error::Error>> {
    let worlds = folder::worlds(data)?;
    if worlds.is_empty() {
        return Err(format!("there is no world in {}; --data names the folder of a server", data.display()).into());
    }
    let _lock = folder::lock_for_reading(data)?;
    let settings = Config::load(None, &[])?.game()?;
    let (worlds_app, realms_app) =
        (raidkeep_game::build_app(&settings), realm_app(&settings, RealmSettings::default()));
    let mut verified = Vec::with_capacity(worlds.len());
    let mut all_rows = Vec::with_capacity(worlds.len());
    for world in worlds {
        let app = if world == REALM_NAME { &realms_app } else { &worlds_app };
        let pages = pages(data, &world)?;
        let rows = Rows::from(Store::read_folder(data, &world)?.rows);
        let identity = app.world().resource::<Persistence>().identity().table;
        let (accounts, count) = (rows.count(identity)?, rows.count_all()?);
        let breaches = pages.into_iter().chain(verify(app, &rows)?).collect();
        verified.push(WorldVerified { breaches, accounts, rows: count, world });
        if verified.last().is_some_and(|world| world.world != REALM_NAME) {
            all_rows.push(rows);
        }
    }
    // Whose purse is shared cannot be told from rows of which some are damaged.
    let is_damaged = verified.iter().flat_map(|world| &world.breaches).any(|breach| breach.check == DAMAGE);
    let shared_purses = if is_damaged { Vec::new() } else { collisions::shared_purses(&all_rows)? };
    Ok(Verified { worlds: verified, shared_purses })
}

/// What is wrong with the pages of a world's rows.
fn pages(data: &Path, world: &str) -> Result<Option<Breach>, StorageError> {
    match Store::check_pages(data, world) {
        Ok(()) => Ok(None),
        Err(StorageError::RowsDamaged { damage, .. }) => Ok(Some(Breach {
            check: DAMAGE,
            table: damage.table,
            key: String::new(),
            account: None,
            player: None,
            what: damage.what,
        })),
        Err(error) => Err(error),
    }
}
