//! Rounds: battles and sessions as the platform counts them. A running round is an entity.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use bevy_ecs::prelude::*;
use bevy_ecs::system::{SystemParam, SystemState};
use serde::{Deserialize, Serialize};

use crate::identity::Account;
use crate::platforms::settings::SudSettings;
use crate::platforms::sud::SudPlatform;
use crate::platforms::sud::closed::ClosedRound;
use crate::platforms::sud::passed::PassedThrough;
use crate::platforms::sud::player::SudIdentity;
use crate::platforms::sud::reports::{PendingReport, ReportBook};
use crate::platforms::sud::wire::{
    GameSettle, GameStart, MatchInfo, MatchStatus, PlayerInfo, PlayerResult, ReportMessage,
};
use raidkeep_engine::account::AccountId;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::outside::{Number, Numbering, WorldId};
use raidkeep_engine::players::Players;
use raidkeep_engine::schedule::Surroundings;
use raidkeep_engine::storage::{Archive, Discarded, WorldEntity, WorldRow};

/// The number of a round, unique in its world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RoundId(pub u64);

/// The data of a round that begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundBegin {
    /// The platform's room.
    pub room_id: String,
    /// The game's mode.
    pub game_mode: i32,
    /// The players.
    pub players: Vec<RoundPlayer>,
    /// Its key and extras. Without a key, the number of the round is the key.
    pub passed: PassedThrough,
}

/// A player in a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoundPlayer {
    /// The account; `None` for a robot.
    pub account: Option<AccountId>,
}

/// Whether the player has won (docs/contract/game-reports.md#winning-and-losing).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub enum IsWin {
    #[default]
    None,
    Lost,
    Won,
    Draw,
}

/// The result of a round for one player.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoundResult {
    /// The account; `None` for a robot.
    pub account: Option<AccountId>,
    /// From 1; equal in a draw.
    pub rank: i32,
    /// Whether the player ran away.
    pub is_escaped: bool,
    /// Whether the player won.
    pub is_win: IsWin,
    /// The player's role in the game; 0 = none.
    pub role: i32,
    /// The score of this round.
    pub score: i32,
    /// The reward.
    pub award: i32,
    /// The points that the player has left.
    pub remain_score: i32,
    /// The commission taken from the player's winnings.
    pub commission_score: i32,
}

/// A running round.
#[derive(Debug, Clone, PartialEq, Eq, Component, Serialize, Deserialize)]
pub struct Round {
    pub(super) id: RoundId,
    game_round_id: Box<str>,
    room_id: Box<str>,
    game_mode: i32,
    pub(super) started_at: i64,
    players: Vec<Seat>,
    pub(super) key: Box<str>,
    extras: Box<str>,
    /// What is kept of the first player's session with the platform.
    pub(super) ss_token: Box<str>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Seat {
    account: Option<AccountId>,
    uid: Box<str>,
}

impl Seat {
    fn is_ai(&self) -> i32 {
        i32::from(self.account.is_none())
    }
}

impl WorldEntity for Round {
    const TABLE: &'static str = "rounds";

    fn key(&self) -> u64 {
        self.id.0
    }
}

impl Round {
    /// The players, without robots.
    pub fn accounts(&self) -> impl Iterator<Item = AccountId> {
        self.players.iter().filter_map(|seat| seat.account)
    }

    /// As a match query shows it while it is running (docs/contract/match-query.md#the-answer).
    pub fn shown(&self, mg_id: i64) -> MatchInfo {
        MatchInfo {
            mg_id: mg_id.to_string(),
            room_id: self.room_id.to_string(),
            game_mode: self.game_mode,
            match_id: self.game_round_id.to_string(),
            battle_start_at: self.started_at.to_string(),
            battle_end_at: None,
            battle_duration: None,
            results: None,
            report_game_info_key: Some(self.key.to_string()),
            report_game_info_extras: Some(self.extras.to_string()),
            status: MatchStatus::Playing,
        }
    }

    fn start_message(&self, mg_id: i64) -> ReportMessage {
        let info = |seat: &Seat| PlayerInfo { uid: seat.uid.to_string(), is_ai: seat.is_ai() };
        ReportMessage::GameStart(GameStart {
            mg_id,
            mg_id_str: mg_id.to_string(),
            room_id: self.room_id.to_string(),
            game_mode: self.game_mode,
            game_round_id: self.game_round_id.to_string(),
            battle_start_at: self.started_at,
            players: self.players.iter().map(info).collect(),
            report_game_info_extras: self.extras.to_string(),
            report_game_info_key: self.key.to_string(),
        })
    }

    fn settle_message(&self, mg_id: i64, ended_at: i64, results: &[RoundResult]) -> ReportMessage {
        ReportMessage::GameSettle(GameSettle {
            mg_id,
            mg_id_str: mg_id.to_string(),
            room_id: self.room_id.to_string(),
            game_mode: self.game_mode,
            game_round_id: self.game_round_id.to_string(),
            battle_start_at: self.started_at,
            battle_end_at: ended_at,
            battle_duration: (ended_at - self.started_at).max(0),
            results: results.iter().map(|result| self.result(result)).collect(),
            report_game_info_extras: self.extras.to_string(),
            report_game_info_key: self.key.to_string(),
        })
    }

    fn result(&self, result: &RoundResult) -> PlayerResult {
        PlayerResult {
            uid: self.uid(result.account),
            rank: result.rank,
            is_escaped: result.is_escaped.into(),
            is_ai: result.account.is_none().into(),
            role: Some(result.role),
            score: Some(result.score),
            is_win: Some(result.is_win as i32),
            award: Some(result.award),
            extras: None,
        }
    }

    pub(super) fn uid(&self, account: Option<AccountId>) -> String {
        let seat = self.players.iter().find(|seat| account.is_some() && seat.account == account);
        seat.map(|seat| seat.uid.to_string()).unwrap_or_default()
    }

    /// The platform's id of the player in whose name it is reported.
    fn reporter(&self) -> &str {
        self.players.iter().find(|seat| seat.account.is_some()).map_or("", |seat| &seat.uid)
    }
}

/// How many rounds this world has begun.
#[derive(Debug, Default, Resource, Serialize, Deserialize)]
pub struct RoundNumbers {
    begun: u64,
}

impl RoundNumbers {
    /// How many have begun.
    pub fn begun(&self) -> u64 {
        self.begun
    }
}

impl WorldRow for RoundNumbers {
    const TABLE: &'static str = "round_numbers";
}

/// Index of the rounds, by number and by key.
#[derive(Debug, Default, Resource)]
pub struct RoundBook {
    open: BTreeMap<RoundId, Entity>,
    /// The newest round of each key.
    by_key: HashMap<Arc<str>, RoundId>,
    /// The keys of the finished rounds, the oldest first.
    closed_keys: VecDeque<(RoundId, Arc<str>)>,
    /// The rounds of this tick, which may end before their entities exist.
    fresh: Vec<Round>,
}

impl RoundBook {
    /// The running round of this number.
    pub fn open(&self, id: RoundId) -> Option<Entity> {
        self.open.get(&id).copied()
    }

    /// The newest round that was begun with this `report_game_info_key`.
    pub fn by_key(&self, key: &str) -> Option<RoundId> {
        self.by_key.get(key).copied()
    }

    /// Notes the key of a round; a newer round with the same key keeps it.
    fn note_key(&mut self, key: Arc<str>, id: RoundId) {
        let newest = self.by_key.entry(key).or_insert(id);
        *newest = id.max(*newest);
    }

    /// Drops the rounds of this tick, which from now on are found through their entities.
    pub(super) fn forget_fresh(&mut self) {
        self.fresh.clear();
    }

    fn add(&mut self, round: &Round, entity: Entity) {
        self.open.insert(round.id, entity);
        if !round.key.is_empty() {
            self.note_key(round.key.as_ref().into(), round.id);
        }
    }

    fn close(&mut self, round: &Round, kept: u64) {
        self.open.remove(&round.id);
        if !round.key.is_empty() {
            let known = self.by_key.get_key_value(&*round.key).map(|(key, _)| Arc::clone(key));
            self.closed_keys.push_back((round.id, known.unwrap_or_else(|| round.key.as_ref().into())));
        }
        while self.closed_keys.len() as u64 > kept {
            if let Some((id, key)) = self.closed_keys.pop_front()
                && self.by_key.get(&key) == Some(&id)
            {
                self.by_key.remove(&key);
            }
        }
    }
}

/// Parses a `game_round_id` of this world, of whatever epoch: compare it with [`MatchInfo::match_id`].
pub fn read_round_id(text: &str, world: WorldId) -> Option<RoundId> {
    let number = text.parse::<Number>().ok().filter(|number| number.world() == Some(world))?;
    Some(RoundId(number.count()))
}

impl RoundBook {
    /// Takes in the keys of the finished rounds, sorted by round.
    pub(super) fn restore_closed(&mut self, closed: Vec<(RoundId, Arc<str>)>) {
        for (id, key) in &closed {
            self.note_key(Arc::clone(key), *id);
        }
        self.closed_keys = closed.into();
    }
}

/// Loads the rounds that were read from disk into the book.
pub(super) fn restore(world: &mut World) {
    let mut open: Vec<(RoundId, Entity)> =
        world.query::<(Entity, &Round)>().iter(world).map(|(entity, round)| (round.id, entity)).collect();
    open.sort_unstable();
    for (_, entity) in open {
        if let Some(round) = world.get::<Round>(entity).cloned() {
            world.resource_mut::<RoundBook>().add(&round, entity);
        }
    }
}

/// Begins and settles rounds. Without a platform nothing is stored or reported.
#[derive(SystemParam)]
pub struct Rounds<'w, 's> {
    commands: Commands<'w, 's>,
    open: Query<'w, 's, &'static Round>,
    people: Query<'w, 's, (&'static Account, &'static SudIdentity)>,
    players: Res<'w, Players>,
    book: ResMut<'w, RoundBook>,
    numbers: ResMut<'w, RoundNumbers>,
    reports: ResMut<'w, ReportBook>,
    platform: Res<'w, SudPlatform>,
    numbering: Res<'w, Numbering>,
    clock: Res<'w, Clock>,
    archive: ResMut<'w, Archive>,
    discarded: ResMut<'w, Discarded>,
    surroundings: ResMut<'w, Surroundings>,
}

impl Rounds<'_, '_> {
    /// The platform, if there is one.
    pub fn platform(&self) -> Option<&SudSettings> {
        self.platform.0.as_deref()
    }

    /// Where this world's numbers come from.
    pub fn numbering(&self) -> Numbering {
        *self.numbering
    }

    /// Begins a round.
    pub fn begin(&mut self, begin: RoundBegin) -> RoundId {
        self.numbers.begun += 1;
        let id = RoundId(self.numbers.begun);
        let Some(mg_id) = self.platform().map(|platform| platform.mg_id) else {
            return id;
        };
        let round = self.round(id, begin);
        let entity = self.commands.spawn_empty().id();
        self.book.add(&round, entity);
        self.report(&round, round.start_message(mg_id));
        self.book.fresh.push(round.clone());
        self.commands.entity(entity).insert(round);
        id
    }

    fn round(&self, id: RoundId, begin: RoundBegin) -> Round {
        let person = |account| self.players.entity(account).and_then(|entity| self.people.get(entity).ok());
        let uid = |account: AccountId| match person(account) {
            Some((own, bound)) => bound.bound_uid().map_or_else(|| own.uid(account), str::to_owned),
            None => account.0.to_string(),
        };
        let seat = |player: &RoundPlayer| Seat {
            account: player.account,
            uid: player.account.map_or_else(String::new, uid).into(),
        };
        let first = begin.players.iter().find_map(|player| player.account);
        let game_round_id: Box<str> = self.numbering.number(id.0).to_string().into();
        let (key, extras) = begin.passed.or_key(&game_round_id).into_parts();
        Round {
            id,
            game_round_id,
            room_id: begin.room_id.into(),
            game_mode: begin.game_mode,
            started_at: self.clock.now(),
            players: begin.players.iter().map(seat).collect(),
            key,
            extras,
            ss_token: first.and_then(person).map(|(_, bound)| bound.ss_token().into()).unwrap_or_default(),
        }
    }

    /// Ends a round. One that is unknown or already over is ignored.
    pub fn settle(&mut self, id: RoundId, results: &[RoundResult]) {
        let Some(platform) = self.platform.0.as_ref() else {
            return;
        };
        let (mg_id, kept) = (platform.mg_id, platform.rounds_kept);
        let Some(entity) = self.book.open(id) else {
            return;
        };
        let fresh = || self.book.fresh.iter().find(|round| round.id == id).cloned();
        let Some(round) = self.open.get(entity).ok().cloned().or_else(fresh) else {
            return;
        };
        let now = self.clock.now();
        self.report(&round, round.settle_message(mg_id, now, results));
        self.book.close(&round, kept);
        self.archive.put(&ClosedRound::key(id, kept), &ClosedRound::new(round, now, results));
        self.discarded.push(entity);
    }

    fn report(&mut self, round: &Round, message: ReportMessage) {
        let report = PendingReport::new(round.id, message, round.reporter(), &round.ss_token, self.clock.now());
        let entity = self.commands.spawn_empty().id();
        self.reports.add(&report, entity);
        self.commands.entity(entity).insert(report);
        self.surroundings.wake_within(Duration::ZERO);
    }
}

/// Begins or settles rounds from a system with exclusive world access.
pub fn with_rounds<T>(
    world: &mut World,
    state: &mut SystemState<Rounds<'static, 'static>>,
    act: impl FnOnce(&mut Rounds<'_, '_>) -> T,
) -> Option<T> {
    let done = state.get_mut(world).map(|mut rounds| act(&mut rounds));
    state.apply(world);
    done.inspect_err(|error| tracing::error!(%error, "rounds cannot be reported; the platform's plugin is missing"))
        .ok()
}

#[cfg(test)]
impl Round {
    /// A round of one player, u1, that began at 100.
    pub(super) fn example(id: u64, key: &str) -> Self {
        Self {
            id: RoundId(id),
            game_round_id: id.to_string().into(),
            room_id: "9009".into(),
            game_mode: 1,
            started_at: 100,
            players: vec![Seat { account: Some(AccountId(1)), uid: "u1".into() }],
            key: key.into(),
            extras: "".into(),
            ss_token: "".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use raidkeep_engine::outside::Epoch;

    #[test]
    fn a_key_used_twice_finds_the_newest_round_in_whatever_order_they_end() {
        let (mut world, mut book) = (World::new(), RoundBook::default());
        let (old, new) = (Round::example(7, "mkey001"), Round::example(8, "mkey001"));
        book.add(&old, world.spawn_empty().id());
        book.add(&new, world.spawn_empty().id());
        book.close(&new, 10);
        assert_eq!(book.by_key("mkey001"), Some(RoundId(8)));
        book.close(&old, 10);
        assert_eq!(book.by_key("mkey001"), Some(RoundId(8)), "the older one ended later and is no newer for that");
        let mut restarted = RoundBook::default();
        restarted.note_key("mkey001".into(), RoundId(8));
        restarted.add(&old, world.spawn_empty().id());
        assert_eq!(restarted.by_key("mkey001"), Some(RoundId(8)), "after a restart the open ones are noted last");
    }

    #[test]
    fn only_round_ids_of_this_world_are_read() {
        let world = WorldId(7);
        let id = Numbering { world, epoch: Epoch::BEFORE.next(0) }.number(17).to_string();
        assert_eq!(read_round_id(&id, world), Some(RoundId(17)));
        assert_eq!(read_round_id(&format!("{world}-17"), world), Some(RoundId(17)), "of an earlier program");
        assert_eq!(read_round_id(&id, WorldId(8)), None);
        for odd in ["17", &format!("{id}x"), &format!("{world}-+17")] {
            assert_eq!(read_round_id(odd, world), None, "{odd}");
        }
    }
}
