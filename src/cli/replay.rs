//! `raidkeep replay`: replays a journal, compares its checkpoints, and shows past states.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use bevy_ecs::prelude::World;
use bevy_ecs::system::RunSystemOnce;
use clap::Args;

use crate::cli::print_line;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::journal::file::{part_path, rules_folder};
use raidkeep_engine::journal::frames::{Frames, FramesEnd, Head, JournalError};
use raidkeep_engine::journal::replay::Played;
use raidkeep_engine::journal::retention::part_after_deleted;
use raidkeep_engine::journal::revive::Library;
use raidkeep_engine::journal::rows::{NotCompared, RowComparison, RowKeeper};
use raidkeep_engine::journal::{Record, Replay, StartRecord, program_name};
use raidkeep_engine::outside::REALM;
use raidkeep_engine::private;
use raidkeep_engine::request::{Call, Player};
use raidkeep_engine::rules::{AssetSource, Catalogue};
use raidkeep_engine::storage::folder;
use raidkeep_engine::storage::store::Store;
use raidkeep_game::GameSettings;
use raidkeep_game::overview::{GetPlayerInfo, get_player_info};
use raidkeep_game::platforms::sud::sessions::SessionKeys;
use raidkeep_realm::app_of_journal;
use raidkeep_sandbox::SandboxSettings;
use raidkeep_server::config::Config;
use raidkeep_studio::slice::Slice;

type Failure = Box<dyn std::error::Error>;

#[derive(Debug, Args)]
pub(super) struct ReplayArguments {
    /// The journal: the file whose name ends in -0000.journal. Further parts are read from the same folder.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Stops after this tick, or at this moment of the game's clock: a number, or YYYY-MM-DD HH:MM:SS.
    #[arg(long, value_name = "TICK|MOMENT")]
    until: Option<String>,
    /// Prints this player at that point, as get_player_info shows it.
    #[arg(long, value_name = "NAME")]
    player: Option<String>,
    /// Writes that player's requests as a scenario.
    #[arg(long, value_name = "FILE", requires = "player")]
    scenario: Option<PathBuf>,
    /// Compares the final rows of all players with those in this data folder, as this program reads both: the folder of
    /// the server that wrote the journal, after it was stopped, or a copy.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["player", "until"])]
    against: Option<PathBuf>,
    /// Folder of the assets [default: the copy next to the journal].
    #[arg(long, value_name = "FOLDER")]
    assets: Option<PathBuf>,
}

/// Where a replay stops.
#[derive(Debug, Clone, Copy)]
enum Until {
    End,
    Tick(u64),
    /// Unix seconds.
    Moment(i64),
}

impl ReplayArguments {
    pub(super) fn run(self) -> Result<(), Failure> {
        let mut parts = Parts::open(&self.file)?;
        let Some(Record::Start(start)) = parts.next() else {
            return Err(JournalError::NoJournal.into());
        };
        let (settings, assets) = (past_settings(&start)?, self.assets(&start));
        let until = self.until(&settings)?;
        let program = program_name();
        if start.program != program {
            print_line(&format!("written by {}; this is {program}, which may replay it differently", start.program));
        }
        let number = start.place.number;
        let loaded = match number {
            REALM => Catalogue::default().load(&AssetSource::Texts(BTreeMap::default())),
            _ => raidkeep_game::load_former_rules(&settings, &assets),
        };
        let rules = loaded.map_err(|problems| {
            let (rules, writer) = (assets.describe(), &start.program);
            format!("this program cannot read the rules of the journal ({rules}); replay it with {writer}, which wrote it:\n{problems}")
        })?;
        let began = Instant::now();
        let app = app_of_journal(&start, &settings);
        let mut records = std::iter::once(Record::Start(start)).chain(&mut parts);
        let (mut replay, first) = Replay::start(&mut records, app, &rules, self.library(&settings))?;
        let mut slice = self.player.as_deref().map(Slice::of);
        let mut keeper = self.against.as_ref().map(|_| RowKeeper::new(&mut replay)).transpose()?;
        let mut play = |replay: &mut Replay, record| match (&mut slice, &mut keeper) {
            (Some(slice), _) => slice.play(replay, record).map_err(NotCompared::from),
            (None, Some(keeper)) => keeper.play(replay, record),
            (None, None) => replay.play(record, &mut |_, _, _| false).map_err(NotCompared::from),
        };
        let mut played = Played::On;
        for record in first.into_iter().chain(records) {
            if until.is_reached(&replay, &record) {
                if let Some(pause) = until.pause(&replay) {
                    play(&mut replay, pause)?;
                }
                break;
            }
            played = play(&mut replay, record)?;
            if played != Played::On {
                break;
            }
        }
        report(&mut replay, played, parts.end(), began);
        parts.tell_what_was_deleted();
        if let (Some(keeper), Some(folder)) = (keeper, &self.against) {
            compare(keeper, &mut replay, folder, &parts.name)?;
        }
        self.show_player(&mut replay, slice)
    }

    fn assets(&self, start: &StartRecord) -> AssetSource {
        let beside = self.file.parent().unwrap_or(Path::new("."));
        AssetSource::Folder(self.assets.clone().unwrap_or_else(|| rules_folder(beside, start.rules)))
    }

    /// The rules reloaded while the world ran; their copies are next to the journal.
    fn library(&self, settings: &GameSettings) -> Library {
        let beside = self.file.parent().unwrap_or(Path::new(".")).to_owned();
        let settings = settings.clone();
        Box::new(move |fingerprint| {
            let copy = AssetSource::Folder(rules_folder(&beside, fingerprint));
            raidkeep_game::load_former_rules(&settings, &copy).ok().map(Arc::new)
        })
    }

    fn until(&self, settings: &GameSettings) -> Result<Until, Failure> {
        let Some(text) = &self.until else {
            return Ok(Until::End);
        };
        if let Ok(tick) = text.parse() {
            return Ok(Until::Tick(tick));
        }
        let moment = text.parse::<jiff::civil::DateTime>().map_err(|_| {
            format!("--until {text}: expected the number of a tick, or a moment such as \"2026-03-10 12:00:00\"")
        })?;
        Ok(Until::Moment(moment.to_zoned(settings.zone.clone())?.timestamp().as_second()))
    }

    fn show_player(&self, replay: &mut Replay, slice: Option<Slice>) -> Result<(), Failure> {
        let (Some(name), Some(mut slice)) = (&self.player, slice) else {
            return Ok(());
        };
        let player = slice.bring_back(replay).ok_or_else(|| {
            format!(
                "\"{name}\" does not occur in the journal until then: it knows only players who sent a request or were \
                 imported while it was written. Check the spelling, the world and --until"
            )
        })?;
        print_line(&describe(replay.simulation().world_mut(), player)?);
        if let Some(path) = &self.scenario {
            let text = slice.scenario(replay.simulation().world());
            private::replace(path, text.as_bytes())
                .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
            let path = path.display();
            print_line(&format!("{path} holds what {name} did: raidkeep scenario {path}"));
        }
        Ok(())
    }
}

impl Until {
    fn is_reached(self, replay: &Replay, next: &Record) -> bool {
        match (self, next) {
            (Self::Tick(tick), Record::Tick(_)) => replay.ticks() >= tick,
            (Self::Moment(moment), Record::Tick(next)) => replay.is_later(next, moment),
            _ => false,
        }
    }

    /// The input that advances the clock to the moment, after everything before it has been played.
    fn pause(self, replay: &Replay) -> Option<Record> {
        match self {
            Self::Moment(moment) => replay.pause_until(moment),
            Self::Tick(_) | Self::End => None,
        }
    }
}

/// The settings in force when the journal was recorded. Platform keys come from the environment, as for a server;
/// without one, requests signed by the platform are rejected.
fn past_settings(start: &StartRecord) -> Result<GameSettings, Failure> {
    let config = Config::from_effective(serde_json::from_str(&start.config)?)?;
    let mut settings = config.game()?;
    let sandbox = SandboxSettings::shipped()?;
    let environment = |name: &str| std::env::var(name).ok().or_else(|| Some("unknown".to_owned()));
    settings.platforms = config.platforms.resolve(Some(("http://sandbox", &sandbox)), "http://here", &environment)?;
    settings.platforms.session_keys = SessionKeys::unknown();
    Ok(settings)
}

fn report(replay: &mut Replay, played: Played, end: Option<FramesEnd>, began: Instant) {
    let (ticks, checkpoints) = (replay.ticks(), replay.checkpoints());
    let clock = replay.simulation().world().resource::<Clock>();
    let (now, seconds) = (clock.local_time(clock.now()), began.elapsed().as_secs_f64());
    let hash = raidkeep_engine::tick::state_hash(replay.simulation().world_mut());
    print_line(&format!("{ticks} ticks in {seconds:.2} s, {checkpoints} checkpoints equal, the game's clock is {now}"));
    if replay.is_of_earlier_program() {
        print_line(
            "the journal is from before stage sessions were entities: replies were compared, and its checkpoints hash another \
             form of the state; --against compares the rows",
        );
    }
    print_line(&format!("state {hash:016x}"));
    match (played, end) {
        (Played::Gap, _) => print_line("the journal ends here with a gap: the disk was too slow for what followed"),
        (Played::On, Some(FramesEnd::Torn(at))) => {
            print_line(&format!("the journal ends inside an entry, at byte {at} of its last file, as after a crash"));
        }
        (Played::On, Some(FramesEnd::Clean)) => print_line("the journal ends here, and the world had not been stopped"),
        _ => {}
    }
}

/// Fails when any rows differ.
fn compare(keeper: RowKeeper, replay: &mut Replay, folder: &Path, world: &str) -> Result<(), Failure> {
    if !folder::worlds(folder)?.iter().any(|found| found == world) {
        return Err(format!("there is no {world} in {}", folder.display()).into());
    }
    let _lock = folder::lock_for_reading(folder)?;
    let store = Store::read_folder(folder, world)?;
    let RowComparison { players, tables } = keeper.compare(replay.simulation().world_mut(), &store.rows.into())?;
    let mut differing = 0;
    for (table, accounts) in tables.iter().filter(|(_, accounts)| !accounts.is_empty()) {
        differing += 1;
        let first: Vec<_> = accounts.iter().take(5).map(AccountId::to_string).collect();
        print_line(&format!("{table}: the rows of {} players differ: {}", accounts.len(), first.join(", ")));
    }
    let (equal, all) = (tables.len() - differing, tables.len());
    print_line(&format!("{players} players, {equal} of {all} tables hold the same of all of them"));
    if differing == 0 { Ok(()) } else { Err("the replay produced different rows than the folder has".into()) }
}

fn describe(world: &mut World, caller: Player) -> Result<String, Failure> {
    let call = Call { caller, request: GetPlayerInfo {}, fact: None };
    let answer = world.run_system_once_with(get_player_info, call).map_err(|error| error.to_string())?;
    let told = answer.map_err(|refusal| refusal.to_string())?;
    Ok(serde_json::to_string_pretty(&told.data())?)
}

/// The entries of all parts of a journal.
struct Parts {
    folder: PathBuf,
    name: String,
    head: Head,
    frames: Frames<BufReader<File>>,
}

impl Parts {
    fn open(path: &Path) -> Result<Self, JournalError> {
        let (head, frames) = open_part(path)?;
        if head.part != 0 {
            return Err(JournalError::LaterPart { part: head.part });
        }
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let name = name.strip_suffix(&format!("-{}-0000.journal", head.id)).map(str::to_owned).unwrap_or_default();
        Ok(Self { folder: path.parent().unwrap_or(Path::new(".")).to_owned(), name, head, frames })
    }

    fn end(&self) -> Option<FramesEnd> {
        self.frames.end()
    }

    /// Says so where the journal goes on in later parts that cannot be played without those before them.
    fn tell_what_was_deleted(&self) {
        let missing = Head { part: self.head.part + 1, ..self.head };
        if let Ok(Some(later)) = part_after_deleted(&self.folder, &self.name, missing) {
            let before = missing.part;
            print_line(&format!(
                "part {before:04} is not there any more (journal.keep_days), so part {later:04} and what follows cannot be played: a \
                 journal is played from its start, and each start of the server begins one"
            ));
        }
    }
}

fn open_part(path: &Path) -> Result<(Head, Frames<BufReader<File>>), JournalError> {
    let unreadable = |source| JournalError::Unreadable { path: path.display().to_string(), source };
    Frames::open(BufReader::new(File::open(path).map_err(unreadable)?))
}

impl Iterator for Parts {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        loop {
            if let Some(record) = self.frames.next() {
                return Some(record);
            }
            if self.frames.end() != Some(FramesEnd::Clean) {
                return None;
            }
            let following = Head { part: self.head.part + 1, ..self.head };
            let (head, frames) = open_part(&part_path(&self.folder, &self.name, following)).ok()?;
            if head != following {
                return None;
            }
            (self.head, self.frames) = (head, frames);
        }
    }
}
