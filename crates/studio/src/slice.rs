//! One player's part of a journal: its rows at any moment, and its requests as a scenario.

use std::collections::BTreeMap;

use bevy_ecs::prelude::*;
use serde_json::Value;

use crate::told::{ToldScenario, ToldStep, settable_state};
use raidkeep_engine::account::AccountId;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::journal::record::{CommandRecord, CredentialRecord, InputRecord, Record};
use raidkeep_engine::journal::replay::{Played, Replay, ReplayError};
use raidkeep_engine::login::Login;
use raidkeep_engine::players::{self, Players};
use raidkeep_engine::request::Player;
use raidkeep_engine::storage::{Batch, Directory, IndexKey, LoadedPlayer, Stored};
use raidkeep_game::identity::Account;
use raidkeep_game::spelling;

/// A player's rows by table and key.
type PlayerRows = BTreeMap<(String, Vec<u8>), Vec<u8>>;

/// What is collected about one player while a journal is replayed.
#[derive(Debug)]
pub struct Slice {
    name: String,
    account: Option<AccountId>,
    rows: PlayerRows,
    /// State and moment (unix seconds) that the steps start from.
    given: Option<(Value, i64)>,
    steps: Vec<Step>,
}

/// A request of the player, by the number under which its reply is heard.
#[derive(Debug)]
struct Step {
    serial: u64,
    told: ToldStep,
}

impl Slice {
    /// For the player of that name.
    pub fn of(name: &str) -> Self {
        Self { name: name.to_owned(), account: None, rows: BTreeMap::new(), given: None, steps: Vec::new() }
    }

    /// Plays an entry and records the player's part of it.
    pub fn play(&mut self, replay: &mut Replay, record: Record) -> Result<Played, ReplayError> {
        let Record::Tick(tick) = &record else {
            return replay.play(record, &mut |_, _, _| false);
        };
        let loaded: Vec<(AccountId, LoadedPlayer)> = tick.inputs.iter().filter_map(loaded_player).collect();
        let functions: Vec<Option<&'static str>> = tick.inputs.iter().map(|input| replay.function(input)).collect();
        let before = self.steps.len();
        let (wanted, steps, mut at) = (self.account.filter(|_| self.given.is_some()), &mut self.steps, 0);
        let played = replay.play(record, &mut |input, simulation, serial| {
            let function = functions.get(at).copied().flatten();
            at += 1;
            let (InputRecord::Command(command), Some(function), Some(wanted)) = (input, function, wanted) else {
                return false;
            };
            let is_wanted = who_asks(command, simulation.world()) == Some(wanted);
            if is_wanted {
                steps.push(Step::of(command, function, serial));
            }
            is_wanted
        })?;
        let now = replay.now_ms() / 1000;
        self.steps[before..].iter_mut().for_each(|step| step.told.at = now);
        self.note_replies(replay);
        self.note_state(replay, loaded);
        Ok(played)
    }

    fn note_replies(&mut self, replay: &mut Replay) {
        for (serial, text) in replay.take_heard() {
            let reply: Value = serde_json::from_str(&text).unwrap_or_default();
            if let Some(step) = self.steps.iter_mut().rev().find(|step| step.serial == serial) {
                step.told.status = reply["status"].as_i64();
            }
        }
    }

    /// Keeps the player's rows, and the state that the steps start from once the player exists.
    fn note_state(&mut self, replay: &mut Replay, loaded: Vec<(AccountId, LoadedPlayer)>) {
        let batch = replay.take_batch();
        let tables = replay.simulation().player_tables().tables;
        let world = replay.simulation().world_mut();
        if self.account.is_none() {
            self.account = find(world, &self.name);
        }
        let Some(account) = self.account else {
            return;
        };
        for (_, rows) in loaded.into_iter().filter(|(loaded, _)| *loaded == account) {
            self.rows.clear();
            for (table, rows) in tables.iter().zip(rows) {
                self.rows.extend(rows.into_iter().map(|(key, value)| (((*table).to_owned(), key), value)));
            }
        }
        self.keep_rows(account, batch.as_ref(), &tables);
        if self.given.is_none()
            && let Some(entity) = world.resource::<Players>().entity(account)
        {
            let now = world.resource::<Clock>().now();
            self.given = Some((settable_state(world, Player { entity, account }), now));
        }
    }

    fn keep_rows(&mut self, account: AccountId, batch: Option<&Batch>, tables: &[&str]) {
        for row in batch.into_iter().flat_map(Batch::rows) {
            if row.key.starts_with(&account.to_key()) && tables.contains(&row.table) {
                let key = (row.table.to_owned(), row.key.to_vec());
                match row.value {
                    Some(value) => drop(self.rows.insert(key, value.to_vec())),
                    None => drop(self.rows.remove(&key)),
                }
            }
        }
    }

    /// The player in memory, reloaded if it was evicted; `None` if it never existed.
    pub fn bring_back(&mut self, replay: &mut Replay) -> Option<Player> {
        let account = self.account?;
        let tables = replay.simulation().player_tables().tables;
        let rows_of = |table: &&str| {
            let of_table = self.rows.iter().filter(|((found, _), _)| found == table);
            of_table.map(|((_, key), value)| (key.clone(), value.clone())).collect()
        };
        let rows = tables.iter().map(rows_of).collect();
        let world = replay.simulation().world_mut();
        players::restore(world, account, Some(rows)).ok()?;
        let entity = world.resource::<Players>().entity(account)?;
        Some(Player { entity, account })
    }

    /// What the player did, as a scenario (docs/journal.md says what it cannot hold).
    pub fn scenario(self, world: &World) -> String {
        let (given, starts_at) = self.given.unwrap_or_default();
        let about = "Written by raidkeep replay. What others did is not part of it.".to_owned();
        let steps = self.steps.into_iter().map(|step| step.told).collect();
        ToldScenario { about, name: self.name, given, starts_at, steps }.text(world.resource::<Clock>())
    }
}

impl Step {
    fn of(command: &CommandRecord, function: &'static str, serial: u64) -> Self {
        let data = serde_json::from_str(&command.arguments).unwrap_or_default();
        let once = command.once.as_ref().map(|(key, _)| key.to_string());
        let function = function.to_owned();
        Self { serial, told: ToldStep { at: 0, function, data, once, status: None, operator: None } }
    }
}

fn loaded_player(input: &InputRecord) -> Option<(AccountId, LoadedPlayer)> {
    match input {
        InputRecord::Loaded(account, Some(rows)) => Some((*account, rows.clone())),
        _ => None,
    }
}

/// The account a request acts for, if the world knows it immediately.
fn who_asks(command: &CommandRecord, world: &World) -> Option<AccountId> {
    match &command.credential {
        CredentialRecord::SignedIn { account, .. } => Some(*account),
        CredentialRecord::Token(hash) => {
            let key: IndexKey = Login::index_key(hash);
            world.resource::<Directory>().find(&key).ok().flatten()
        }
        CredentialRecord::None | CredentialRecord::Operator | CredentialRecord::OperatorNamed(_) => None,
    }
}

fn find(world: &mut World, name: &str) -> Option<AccountId> {
    let mut players = world.query::<(&Stored, &Account)>();
    let mut with = |is_named: &dyn Fn(&str) -> bool| {
        let mut found = players.iter(world).filter(|(_, account)| is_named(account.name()));
        found.next().map(|(stored, _)| stored.account())
    };
    with(&|known| known == name).or_else(|| with(&|known| spelling::is_same(known, name)))
}
