//! The stage a player is in: an entity from the entry to the victory, or until it is abandoned.

use bevy_ecs::prelude::*;
use bevy_ecs::query::QueryData;
use bevy_ecs::system::SystemParam;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::identity::Account;
use crate::platforms::sud::RoundId;
use crate::stages::model::Mode;
use crate::stages::suspects::{Anomaly, note};
use crate::stages::tally::StageTally;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::in_force::{Followers, TermsId};
use raidkeep_engine::storage::rows::RowScan;
use raidkeep_engine::storage::{
    Arrival, Batch, Departure, PlayerEntity, PlayerRows, RowError, Stored, Unfit, decode_value, encode_value,
};

/// The stage a player is in, as replies show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OpenSession {
    /// Its number.
    pub stage: u32,
    /// Its mode.
    pub mode: Mode,
    /// Unix seconds.
    pub entered_at: i64,
}

/// An open stage session. A player has at most one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Component, Serialize, Deserialize)]
pub struct StageSession {
    open: OpenSession,
    /// The round that it is reported as, if it is.
    round: Option<RoundId>,
    /// The rules and events of its entry, by which its victory pays.
    terms: TermsId,
}

/// Whose session it is.
#[derive(Debug, Component)]
#[relationship(relationship_target = CurrentSession)]
pub struct SessionOf(pub Entity);

/// On a player: its open session. Opening and closing one is the most frequent change there is; in a sparse set it
/// moves no other component of the player.
#[derive(Debug, Component)]
#[component(storage = "SparseSet")]
#[relationship_target(relationship = SessionOf, linked_spawn)]
pub struct CurrentSession(Entity);

impl CurrentSession {
    /// The entity with the [`StageSession`].
    pub fn entity(&self) -> Entity {
        self.0
    }
}

impl StageSession {
    pub(super) fn new(stage: u32, mode: Mode, entered_at: i64, terms: TermsId) -> Self {
        Self { open: OpenSession { stage, mode, entered_at }, round: None, terms }
    }

    /// A session of a program that noted no terms.
    fn without_terms(open: OpenSession, round: Option<RoundId>) -> Self {
        Self { open, round, terms: TermsId::UNKNOWN }
    }

    /// Which stage it is, and since when.
    pub fn open(&self) -> OpenSession {
        self.open
    }

    /// The rules and events of its entry.
    pub fn terms(&self) -> TermsId {
        self.terms
    }

    /// Whether it is against the bosses, and not reported as a round.
    pub fn is_unreported(&self) -> bool {
        self.round.is_none() && self.open.mode == Mode::Boss
    }

    /// Records the round that it is reported as.
    pub fn note_round(&mut self, round: RoundId) {
        self.round = Some(round);
    }
}

impl PlayerEntity for StageSession {
    const TABLE: &'static str = "stage_sessions";
    const VERSION: u16 = 2;
    /// Exported as part of [`StageCounts`].
    const IS_PART: bool = false;
    type Owner = SessionOf;

    fn number(&self) -> u64 {
        0
    }

    fn upgrade(version: u16, bytes: &[u8]) -> Option<Self> {
        let (open, round) = postcard::from_bytes(bytes).ok().filter(|_| version == 1)?;
        Some(Self::without_terms(open, round))
    }

    fn inherit(player: &mut EntityWorldMut<'_>) -> Option<Self> {
        player.get::<StageCounts>()?.inherited?;
        let session = player.get_mut::<StageCounts>()?.inherited.take()?;
        player.world_scope(|world| world.resource_mut::<Followers>().count(session.terms));
        Some(session)
    }
}

/// Counts, at the start, under which terms sessions are open.
pub(super) fn count_followers(world: &mut World, scan: RowScan<'_>) {
    let mut followers = world.resource_mut::<Followers>();
    // A row that cannot be read is reported when its player is loaded.
    scan(&mut |_, value| {
        if let Ok(session) = StageSession::read(value) {
            followers.count(session.terms);
        }
    });
}

/// A session against the world bosses that is over and may have to be reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndedBossSession {
    /// The round it was reported as, unless it began in the same tick.
    pub round: Option<RoundId>,
    /// The damage at its end; `None` when the player abandoned it.
    pub damage: Option<u64>,
}

/// The most ended sessions noted in one tick; an honest client has one.
const ENDED_MAX: usize = 16;

/// How often a player entered and left stages, and how often its data was abnormal.
#[derive(Debug, Default, Clone, PartialEq, Eq, Component, Serialize, Deserialize)]
pub struct StageCounts {
    entered_count: u64,
    left_count: u64,
    anomaly_count: u32,
    #[serde(skip)]
    ended: Vec<EndedBossSession>,
    /// The open session in a row written before sessions were entities.
    #[serde(skip)]
    inherited: Option<StageSession>,
}

impl StageCounts {
    fn count_entry(&mut self) {
        self.entered_count = self.entered_count.saturating_add(1);
    }

    fn count_victory(&mut self) {
        self.left_count = self.left_count.saturating_add(1);
    }

    /// Counts data that an honest client does not send.
    pub fn count_anomaly(&mut self) {
        self.anomaly_count = self.anomaly_count.saturating_add(1);
    }

    /// Records that a session has ended. One against the bosses may have to be reported.
    pub fn note_end(&mut self, session: &StageSession, damage: Option<u64>) {
        if session.open.mode == Mode::Boss && self.ended.len() < ENDED_MAX {
            self.ended.push(EndedBossSession { round: session.round, damage });
        }
    }

    /// Whether there are ended sessions to process.
    pub fn has_ended(&self) -> bool {
        !self.ended.is_empty()
    }

    /// Takes the ended sessions still to be processed.
    pub fn take_ended(&mut self) -> Vec<EndedBossSession> {
        std::mem::take(&mut self.ended)
    }

    /// How often stages were entered and left, and how often the data was abnormal.
    pub fn counts(&self) -> (u64, u64, u32) {
        (self.entered_count, self.left_count, self.anomaly_count)
    }
}

/// The version of the rows of [`StageCounts`]. Those of versions 1 and 2 hold the open session too.
const VERSION: u16 = 3;

/// A row of version 2; also the form of the part in a document.
#[derive(Debug, Serialize, Deserialize)]
pub struct CountsWithSession {
    open: Option<OpenSession>,
    entered_count: u64,
    left_count: u64,
    anomaly_count: u32,
    /// Empty in a document: the round's number means nothing outside this world.
    round: Option<RoundId>,
}

/// A row of version 1, from before sessions were reported as rounds.
#[derive(Debug, Deserialize)]
struct CountsWithoutRound {
    open: Option<(u32, Mode, i64)>,
    entered_count: u64,
    left_count: u64,
    anomaly_count: u32,
}

fn upgrade(version: u16, bytes: &[u8]) -> Option<StageCounts> {
    match version {
        1 => postcard::from_bytes(bytes).ok().map(|row: CountsWithoutRound| {
            let CountsWithoutRound { open, entered_count, left_count, anomaly_count } = row;
            let open = open.map(|(stage, mode, entered_at)| OpenSession { stage, mode, entered_at });
            let inherited = open.map(|open| StageSession::without_terms(open, None));
            StageCounts { entered_count, left_count, anomaly_count, inherited, ..Default::default() }
        }),
        2 => postcard::from_bytes(bytes).ok().map(|row: CountsWithSession| {
            let CountsWithSession { open, entered_count, left_count, anomaly_count, round } = row;
            let inherited = open.map(|open| StageSession::without_terms(open, round));
            StageCounts { entered_count, left_count, anomaly_count, inherited, ..Default::default() }
        }),
        _ => None,
    }
}

impl PlayerRows for StageCounts {
    const TABLE: &'static str = "sessions";
    const ROW_VERSION: u16 = VERSION;
    const BESIDE: Option<&'static str> = Some(StageSession::TABLE);

    fn newcomer(_: &World) -> Self {
        Self::default()
    }

    fn save(&mut self, account: AccountId, batch: &mut Batch) {
        batch.put(Self::TABLE, &account.to_key(), |out| encode_value(VERSION, self, out));
    }

    fn digest(&self, out: &mut Vec<u8>) {
        encode_value(VERSION, self, out);
    }

    fn load(rows: &[(Vec<u8>, Vec<u8>)], _: &World) -> Result<Self, RowError> {
        rows.first().map_or(Ok(Self::default()), |(_, value)| decode_value(VERSION, value, upgrade))
    }

    type Portable = CountsWithSession;

    fn pack(self, departure: Departure<'_>) -> Result<CountsWithSession, RowError> {
        let beside = departure.beside.first().map(|(_, value)| StageSession::read(value)).transpose()?;
        let open = beside.or(self.inherited).map(|session| session.open);
        let Self { entered_count, left_count, anomaly_count, .. } = self;
        Ok(CountsWithSession { open, entered_count, left_count, anomaly_count, round: None })
    }

    /// Nobody arrives in the middle of a stage.
    fn unpack(portable: CountsWithSession, _: Arrival<'_>) -> Result<Self, Unfit> {
        let CountsWithSession { entered_count, left_count, anomaly_count, .. } = portable;
        Ok(Self { entered_count, left_count, anomaly_count, ..Self::default() })
    }
}

/// The player components that entering and leaving stages change.
#[derive(QueryData)]
#[query_data(mutable)]
pub(super) struct Visitor {
    entity: Entity,
    stored: &'static Stored,
    pub(super) owner: &'static Account,
    pub(super) counts: &'static mut StageCounts,
    session: Option<&'static CurrentSession>,
}

/// Opens and ends the sessions of players.
#[derive(SystemParam)]
pub(super) struct Sessions<'w, 's> {
    sessions: Query<'w, 's, &'static mut StageSession>,
    followers: ResMut<'w, Followers>,
    tally: ResMut<'w, StageTally>,
    commands: Commands<'w, 's>,
}

impl Sessions<'_, '_> {
    /// The open session of a player.
    pub(super) fn open(&self, visitor: &VisitorItem) -> Option<StageSession> {
        self.find(visitor).map(|(_, session)| *session)
    }

    /// Opens a session; an earlier one is abandoned, and its entity and row become those of the new one.
    pub(super) fn enter(&mut self, visitor: &mut VisitorItem, session: StageSession) {
        self.followers.count(session.terms);
        let open = visitor.session.and_then(|current| self.sessions.get_mut(current.entity()).ok());
        if let Some(mut open) = open {
            visitor.counts.note_end(&open, None);
            self.followers.end(open.terms);
            *open = session;
        } else {
            self.commands.spawn((session, SessionOf(visitor.entity)));
        }
        visitor.counts.count_entry();
        self.tally.entered.push((session.open.mode, session.open.stage));
    }

    /// Closes the open session after a victory; `damage` is what the bosses took.
    pub(super) fn leave(&mut self, visitor: &mut VisitorItem, damage: Option<u64>) {
        if let Some(OpenSession { mode, stage, .. }) = self.end(visitor, damage) {
            visitor.counts.count_victory();
            self.tally.won.push((mode, stage));
        }
    }

    /// Closes the open session without a victory.
    pub(super) fn abandon(&mut self, visitor: &mut VisitorItem) {
        self.end(visitor, None);
    }

    /// Records data that an honest client does not send, and clears the session. The counters stay for operators.
    pub(super) fn clear(&mut self, visitor: &mut VisitorItem, anomaly: Anomaly) {
        self.end(visitor, None);
        self.note_anomaly(visitor, anomaly);
    }

    /// Records abnormal data that leaves the session open. Operators find the player among the suspects.
    pub(super) fn note_anomaly(&mut self, visitor: &mut VisitorItem, anomaly: Anomaly) {
        visitor.counts.count_anomaly();
        let (name, counts) = (visitor.owner.name().to_owned(), visitor.counts.counts());
        self.commands.queue(note(visitor.stored.account(), name, counts, anomaly));
    }

    fn end(&mut self, visitor: &mut VisitorItem, damage: Option<u64>) -> Option<OpenSession> {
        let open = self.find(visitor).map(|(entity, session)| (entity, *session));
        if let Some((entity, session)) = open {
            visitor.counts.note_end(&session, damage);
            self.followers.end(session.terms);
            self.commands.entity(entity).despawn();
        }
        open.map(|(_, session)| session.open)
    }

    fn find(&self, visitor: &VisitorItem) -> Option<(Entity, &StageSession)> {
        let entity = visitor.session?.entity();
        self.sessions.get(entity).ok().map(|session| (entity, session))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_from_before_terms_were_noted_are_read() {
        let open = OpenSession { stage: 8, mode: Mode::General, entered_at: 5 };
        let row = postcard::to_stdvec(&(open, Some(RoundId(7)))).expect("plain data");
        let session = StageSession::upgrade(1, &row).expect("version 1 can be upgraded");
        assert_eq!(session, StageSession::without_terms(open, Some(RoundId(7))));
    }

    fn read(version: u16, row: &impl Serialize) -> StageCounts {
        let bytes = postcard::to_stdvec(row).expect("plain data");
        upgrade(version, &bytes).expect("the version can be upgraded")
    }

    #[test]
    fn rows_from_before_sessions_were_entities_are_read() {
        let open = OpenSession { stage: 3001, mode: Mode::Boss, entered_at: 5 };
        let round = Some(RoundId(7));
        let counts = read(2, &(Some((3001_u32, Mode::Boss, 5_i64)), 3_u64, 2_u64, 1_u32, round));
        assert_eq!(counts.counts(), (3, 2, 1));
        assert_eq!(counts.inherited, Some(StageSession::without_terms(open, round)), "nothing of the session is lost");
        let counts = read(2, &(None::<(u32, Mode, i64)>, 3_u64, 2_u64, 1_u32, None::<RoundId>));
        assert_eq!(counts.inherited, None, "and none is made up");
    }

    #[test]
    fn sessions_from_before_rounds_are_read() {
        let counts = read(1, &(Some((8_u32, Mode::General, 5_i64)), 3_u64, 2_u64, 1_u32));
        assert_eq!(counts.inherited.map(|session| session.open.stage), Some(8));
        assert_eq!(counts.counts(), (3, 2, 1));
    }

    #[test]
    fn only_so_many_sessions_against_the_bosses_are_noted_in_one_tick() {
        let mut counts = StageCounts::default();
        counts.note_end(&StageSession::new(8, Mode::General, 5, TermsId::UNKNOWN), None);
        assert!(!counts.has_ended(), "other modes are not reported");
        for damage in 0..20 {
            counts.note_end(&StageSession::new(3001, Mode::Boss, 5, TermsId::UNKNOWN), Some(damage));
        }
        let damages: Vec<_> = counts.take_ended().iter().filter_map(|ended| ended.damage).collect();
        assert_eq!(damages, (0..16).collect::<Vec<_>>());
        assert!(!counts.has_ended(), "each is reported once");
    }
}
