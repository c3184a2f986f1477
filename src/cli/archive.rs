//! `raidkeep archive`: looks into the continuous archive.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::cli::call::Failure;
use crate::cli::moment::{parse_moment, settings_of};
use crate::cli::{past, print_line, report};
use raidkeep_engine::account::AccountId;
use raidkeep_engine::clock::wall_ms;
use raidkeep_engine::outside::world_name;
use raidkeep_engine::storage::continuous::check::{ArchiveVerified, verify_archive};
use raidkeep_engine::storage::continuous::past::PastWorld;
use raidkeep_engine::storage::continuous::worlds;
use raidkeep_game::identity::find_by_name_with;
use raidkeep_game::portability::export::export_past;

/// Exit code: something is damaged or missing.
const DAMAGED: u8 = 2;

#[derive(Debug, Subcommand)]
pub(super) enum Archive {
    /// Reads the whole archive: from when to when each world can be restored, gaps, and damage.
    Verify(ArchiveVerify),
    /// Prints a player's document as of a moment.
    Player(ArchivePlayer),
    /// Answers a running server, which asks on stdin.
    #[command(hide = true)]
    View,
}

impl Archive {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Self::Verify(verify) => verify.run(),
            Self::Player(player) => player.run().map(|()| ExitCode::SUCCESS),
            Self::View => past::answer().map(|()| ExitCode::SUCCESS),
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct ArchiveVerify {
    /// Folder of the archive.
    #[arg(value_name = "FOLDER")]
    archive: PathBuf,
    /// Prints one JSON object, for programs.
    #[arg(long)]
    json: bool,
}

impl ArchiveVerify {
    /// 0: all of it can be read; 1: there is no archive, or it cannot be read; 2: something is damaged or missing.
    fn run(self) -> Result<ExitCode, Failure> {
        let names = worlds(&self.archive)?;
        let found: Result<Vec<_>, _> = names.iter().map(|name| verify_archive(&self.archive, name)).collect();
        let found = found?;
        if self.json {
            print_line(&serde_json::json!({ "worlds": found }).to_string());
        } else {
            found.iter().flat_map(lines).for_each(|line| print_line(&line));
        }
        let is_whole = found.iter().all(|world| world.damages.is_empty());
        Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::from(DAMAGED) })
    }
}

fn lines(found: &ArchiveVerified) -> Vec<String> {
    let ArchiveVerified { world, ranges, segments, left, bases, records, gaps, damages } = found;
    let ranges = ranges.iter().map(|[from, until]| format!("{world}: can be restored from {from} to {until}"));
    let gaps = gaps.iter().map(|gap| format!("{world}: gap: {gap}"));
    let damages = damages.iter().map(|damage| format!("{world}: damage: {damage}"));
    let left = (*left > 0).then(|| {
        format!("{world}: {left} segments do not count: whoever wrote them had the world no more, or wrote no record")
    });
    let sum = format!("{world}: {segments} segments with {records} records, {bases} bases");
    ranges.chain(gaps).chain(damages).chain(left).chain([sum]).collect()
}

#[derive(Debug, Args)]
pub(super) struct ArchivePlayer {
    /// The player's name at that moment, or the number of the account.
    player: String,
    /// Folder of the archive.
    #[arg(long, value_name = "FOLDER")]
    archive: PathBuf,
    /// The moment of the game's clock, YYYY-MM-DD HH:MM:SS in the zone of the configuration, or with Z in UTC [default:
    /// the last one].
    #[arg(long, value_name = "MOMENT")]
    at: Option<String>,
    /// Which world.
    #[arg(long, default_value_t = 0)]
    world: u32,
    /// The configuration file, for the zone of --at [default: as for serve].
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl ArchivePlayer {
    fn run(self) -> Result<(), Failure> {
        let settings = settings_of(self.config.as_deref())?;
        let at = self.at.as_deref().map(|at| parse_moment(at, "--at", &settings)).transpose()?;
        let name = world_name(self.world);
        let mut past = PastWorld::open(&self.archive, &name, at)?;
        let account = find_by_name_with(&self.player, |key| past.look_up(key))?;
        let account = account.or_else(|| self.player.parse().ok().map(AccountId));
        let nobody = || format!("there was no player {} in {name} then", self.player);
        let account = account.ok_or_else(nobody)?;
        let (mut simulation, read) = past::bring(&mut past, account, (&settings, None), at.unwrap_or_else(wall_ms))?;
        let document = export_past(simulation.world_mut(), account)?.ok_or_else(nobody)?;
        report(&format!("{account}, from the base before that moment and {read} records that touch it"));
        print_line(&serde_json::to_string_pretty(&document.shown())?);
        Ok(())
    }
}
