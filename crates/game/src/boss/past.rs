//! Seasons that are over: the ranking of each is kept in rows, with what it brought.

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::boss::ranking::Ranking;
use crate::items::Amount;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::storage::Rows;
use raidkeep_engine::storage::{Archive, ArchivedRow, RowError, StorageError, WorldRow};
use raidkeep_engine::verify::Inspection;

/// Seasons kept in the archive.
const KEPT: usize = 12;
/// How many ranks are in one row of a past ranking.
const RANKS_PER_ROW: usize = 1000;

/// The seasons that are over, the latest last. A separate row, because it changes once a month and the season with every
/// record.
#[derive(Debug, Default, Clone, Resource, Serialize, Deserialize)]
pub struct SeasonArchive(pub Vec<ArchivedSeason>);

/// A season that is over.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ArchivedSeason {
    /// Its number.
    pub number: u32,
    /// Best damages, the highest first: all ranks that a reward was set for.
    pub best: Vec<(AccountId, u64)>,
    /// How it ended; `None` for a season that ended under a program that did not keep it.
    pub ending: Option<SeasonEnding>,
}

/// How a season ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeasonEnding {
    /// Unix seconds.
    pub ended_at: i64,
    /// How many players had a rank. The whole ranking is in rows.
    pub players: usize,
    /// What the ranks were rewarded with.
    pub brackets: Vec<RewardedRanks>,
    /// The number of the broadcast that brought the rewards, if anybody got one.
    pub mail: Option<u64>,
}

/// A range of ranks and what each of them got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RewardedRanks {
    /// The best rank.
    pub from: usize,
    /// The last rank.
    pub to: usize,
    /// What each got.
    pub items: Vec<Amount>,
}

impl WorldRow for SeasonArchive {
    const TABLE: &'static str = "season_archive";
    const VERSION: u16 = 2;

    /// Version 1 had the best only.
    fn upgrade(version: u16, bytes: &[u8]) -> Option<Self> {
        let former: Vec<(u32, Vec<(AccountId, u64)>)> = postcard::from_bytes(bytes).ok().filter(|_| version == 1)?;
        let archived = former.into_iter().map(|(number, best)| ArchivedSeason { number, best, ending: None });
        Some(Self(archived.collect()))
    }
}

impl SeasonArchive {
    /// The season of that number, if it is kept.
    pub fn season(&self, number: u32) -> Option<&ArchivedSeason> {
        self.0.iter().find(|season| season.number == number)
    }

    /// Adds a season, with its ranking in rows, and drops the oldest beyond what is kept.
    pub(super) fn keep(&mut self, season: ArchivedSeason, ranking: &Ranking, archive: &mut Archive) {
        for chunk in (0..ranking.len()).step_by(RANKS_PER_ROW) {
            let ranked =
                ranking.range(chunk + 1, RANKS_PER_ROW).map(|(_, account, damage)| (account, damage)).collect();
            archive.put(&key(season.number, chunk / RANKS_PER_ROW), &RankedRow { ranked });
        }
        self.0.push(season);
        let surplus = self.0.len().saturating_sub(KEPT);
        for dropped in self.0.drain(..surplus) {
            let rows = dropped.ending.map_or(0, |ending| ending.players).div_ceil(RANKS_PER_ROW);
            (0..rows).for_each(|row| archive.delete::<RankedRow>(&key(dropped.number, row)));
        }
    }
}

impl SeasonEnding {
    /// What a rank was rewarded with.
    pub fn reward(&self, rank: usize) -> Option<&RewardedRanks> {
        self.brackets.iter().find(|bracket| (bracket.from..=bracket.to).contains(&rank))
    }
}

/// Consecutive ranks of a past season. Its key is the season, and how many such rows are before it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RankedRow {
    /// The best damages, the highest first.
    ranked: Vec<(AccountId, u64)>,
}

impl ArchivedRow for RankedRow {
    const TABLE: &'static str = "season_rankings";
}

fn key(season: u32, row: usize) -> [u8; 8] {
    let row = u32::try_from(row).unwrap_or(u32::MAX);
    (u64::from(season) << 32 | u64::from(row)).to_be_bytes()
}

/// A place in a past ranking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PastRank {
    /// From 1.
    pub(super) rank: usize,
    pub(super) account: AccountId,
    pub(super) damage: u64,
}

/// Calls `look` with the ranks of a past season from this one on, until it returns `false`.
fn each_rank(
    rows: &Rows,
    season: u32,
    first: usize,
    look: &mut dyn FnMut(PastRank) -> bool,
) -> Result<(), StorageError> {
    let mut row = first.saturating_sub(1) / RANKS_PER_ROW;
    loop {
        let Some(value) = rows.get(RankedRow::TABLE, &key(season, row))? else {
            return Ok(());
        };
        let unreadable = |source: RowError| StorageError::Row { table: RankedRow::TABLE, source };
        let RankedRow { ranked } = RankedRow::read(&value).map_err(unreadable)?;
        for (rank, (account, damage)) in (row * RANKS_PER_ROW + 1..).zip(ranked) {
            if rank >= first && !look(PastRank { rank, account, damage }) {
                return Ok(());
            }
        }
        row += 1;
    }
}

/// `count` ranks of a past season from this one on.
pub(super) fn read_ranks(rows: &Rows, season: u32, first: usize, count: usize) -> Result<Vec<PastRank>, StorageError> {
    let mut ranks = Vec::with_capacity(count);
    each_rank(rows, season, first, &mut |rank| {
        ranks.push(rank);
        ranks.len() < count
    })?;
    Ok(ranks)
}

/// The rank that a player had in a past season.
pub(super) fn read_rank_of(rows: &Rows, season: u32, account: AccountId) -> Result<Option<PastRank>, StorageError> {
    let mut found = None;
    each_rank(rows, season, 1, &mut |rank| {
        found = Some(rank).filter(|rank| rank.account == account);
        found.is_none()
    })?;
    Ok(found)
}

/// The rows of each season's ranking are all there, in order, and there are no others.
pub(super) fn check(inspection: &mut Inspection<'_>) {
    let Some(SeasonArchive(seasons)) = inspection.world_row::<SeasonArchive>() else {
        return;
    };
    for season in &seasons {
        let players = season.ending.as_ref().map_or(0, |ending| ending.players);
        let (mut ranked, mut least) = (0, u64::MAX);
        for row in 0..players.div_ceil(RANKS_PER_ROW) {
            let key = key(season.number, row);
            let found = inspection.get(RankedRow::TABLE, &key).and_then(|value| RankedRow::read(&value).ok());
            let damages = found.into_iter().flat_map(|row| row.ranked).map(|(_, damage)| damage);
            let is_falling =
                damages.inspect(|_| ranked += 1).all(|damage| std::mem::replace(&mut least, damage) >= damage);
            if !is_falling {
                let what = format!("the ranking of season {} is not in order", season.number);
                inspection.breach(RankedRow::TABLE, &key, None, what);
            }
        }
        if ranked != players {
            let what = format!("the ranking of season {} has {ranked} players, and had {players}", season.number);
            inspection.breach(RankedRow::TABLE, &key(season.number, 0), None, what);
        }
    }
    inspection.each_archived::<RankedRow>(|inspection, found, _| {
        let is_known = |season: &ArchivedSeason| {
            let players = season.ending.as_ref().map_or(0, |ending| ending.players);
            (0..players.div_ceil(RANKS_PER_ROW)).any(|row| key(season.number, row)[..] == *found)
        };
        if !seasons.iter().any(is_known) {
            inspection.breach(RankedRow::TABLE, found, None, "the row belongs to no season that is kept");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_season_that_ended_before_rankings_were_kept_has_its_best() {
        let row = postcard::to_stdvec(&vec![(4_u32, vec![(AccountId(7), 90_u64)])]).expect("plain data");
        let archive = SeasonArchive::upgrade(1, &row).expect("version 1 can be upgraded");
        let season = archive.season(4).expect("it is kept");
        assert_eq!((season.best.as_slice(), &season.ending), ([(AccountId(7), 90)].as_slice(), &None));
    }
}
