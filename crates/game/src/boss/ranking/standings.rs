//! A ranking of many players that stays in order while scores change.
//!
//! The entries lie in sorted chunks, and a Fenwick tree counts the entries
//! before each chunk. A page, a rank and an update each take a few binary
//! searches and at most one short move of entries, also with a million players.

use std::cmp::{Ordering, Reverse};
use std::collections::HashMap;
use std::hash::Hash;

/// How many entries a chunk holds after a bulk build. A chunk is split when it
/// reaches twice this, and neighbours merge when they fit into one.
const CHUNK: usize = 512;

/// A place in the order: more damage first, then the player who reached it earlier.
///
/// The better score is the lesser one, so an ascending sort puts it first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Score {
    /// The best damage dealt.
    pub damage: u64,
    /// The sequence number at which this damage was reached. Lower is earlier.
    pub reached: u64,
}

impl Ord for Score {
    fn cmp(&self, other: &Self) -> Ordering {
        (Reverse(self.damage), self.reached).cmp(&(Reverse(other.damage), other.reached))
    }
}

impl PartialOrd for Score {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// What the chunks hold. Comparing it compares the score, then the key, so the
/// order is total even when a caller gives two players the same score.
type Entry<K> = (Score, K);

/// Players in the order of their scores, best first.
///
/// Equal scores are ordered by key, so the order never depends on the order of
/// the calls.
#[derive(Debug, Clone)]
pub struct Standings<K: Copy + Eq + Ord + Hash> {
    /// Sorted, never empty and shorter than `2 * chunk`. Two neighbours hold
    /// more than `chunk` together, which bounds how many chunks there are.
    chunks: Vec<Vec<Entry<K>>>,
    counts: Counts,
    /// Only ever looked up by key: its own order must not reach a caller.
    scores: HashMap<K, Score>,
    chunk: usize,
}

impl<K: Copy + Eq + Ord + Hash> Default for Standings<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Copy + Eq + Ord + Hash> Standings<K> {
    /// Makes empty standings.
    #[must_use]
    pub fn new() -> Self {
        Self::with_chunk(CHUNK)
    }

    fn with_chunk(chunk: usize) -> Self {
        Self { chunks: Vec::new(), counts: Counts::default(), scores: HashMap::new(), chunk }
    }

    /// Builds standings from players in any order.
    ///
    /// If a key is given more than once, its last score counts.
    #[must_use]
    pub fn from_unsorted(players: Vec<(K, Score)>) -> Self {
        let mut standings = Self::new();
        standings.fill(players);
        standings
    }

    fn fill(&mut self, players: Vec<(K, Score)>) {
        self.scores.clear();
        self.scores.reserve(players.len());
        self.scores.extend(players.iter().copied());
        let repeated = self.scores.len() < players.len();

        let mut entries: Vec<Entry<K>> = players.into_iter().map(|(k, s)| (s, k)).collect();
        if repeated {
            entries.retain(|(score, key)| self.scores.get(key) == Some(score));
        }
        entries.sort_unstable();
        if repeated {
            entries.dedup();
        }
        self.chunks = entries.chunks(self.chunk).map(<[_]>::to_vec).collect();
        self.recount();
    }

    /// Sets a player's score. The player is added, or moves to the new place.
    pub fn set(&mut self, key: K, score: Score) {
        match self.scores.insert(key, score) {
            Some(old) if old == score => return,
            Some(old) => self.take_out(&(old, key)),
            None => {}
        }
        self.put_in((score, key));
    }

    /// Removes a player and returns the score the player had.
    pub fn remove(&mut self, key: K) -> Option<Score> {
        let score = self.scores.remove(&key)?;
        self.take_out(&(score, key));
        Some(score)
    }

    /// Removes all players.
    pub fn clear(&mut self) {
        self.chunks.clear();
        self.scores.clear();
        self.recount();
    }

    /// Returns the score of a player.
    #[must_use]
    pub fn score(&self, key: K) -> Option<Score> {
        self.scores.get(&key).copied()
    }

    /// Returns the rank of a player. The best player has rank 1.
    #[must_use]
    pub fn rank(&self, key: K) -> Option<usize> {
        let entry = (self.score(key)?, key);
        let at = self.chunk_of(&entry);
        let within = self.chunks.get(at)?.binary_search(&entry).ok()?;
        Some(self.counts.before(at) + within + 1)
    }

    /// Returns up to `count` players from a rank on, each with rank, key and score.
    ///
    /// Rank 0 reads like rank 1. A rank past the end gives no players.
    pub fn range(&self, first_rank: usize, count: usize) -> impl Iterator<Item = (usize, K, Score)> + Clone {
        let first_rank = first_rank.max(1);
        let (at, skipped) = self.counts.locate(first_rank - 1);
        let mut chunks = self.chunks.get(at..).unwrap_or_default().iter();
        let first = chunks.next().and_then(|chunk| chunk.get(skipped..));
        // The entries come first in the zip: with a huge rank they end before
        // the counter would have to go past its maximum.
        first
            .into_iter()
            .flatten()
            .chain(chunks.flatten())
            .zip(first_rank..)
            .map(|(&(score, key), rank)| (rank, key, score))
            .take(count)
    }

    /// Returns all players in order, each with rank, key and score.
    pub fn iter(&self) -> impl Iterator<Item = (usize, K, Score)> + Clone {
        self.range(1, self.len())
    }

    /// Returns how many players there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.scores.len()
    }

    /// Returns whether there are no players.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.scores.is_empty()
    }

    /// The first chunk that ends at this entry or after it: the only one that
    /// can hold it.
    fn chunk_of(&self, entry: &Entry<K>) -> usize {
        self.chunks.partition_point(|chunk| chunk.last().is_some_and(|last| last < entry))
    }

    fn put_in(&mut self, entry: Entry<K>) {
        // An entry after all others has no chunk yet and extends the last one.
        let at = self.chunk_of(&entry).min(self.chunks.len().saturating_sub(1));
        let Some(chunk) = self.chunks.get_mut(at) else {
            self.chunks.push(vec![entry]);
            self.recount();
            return;
        };
        let within = chunk.partition_point(|other| other < &entry);
        chunk.insert(within, entry);
        // Splitting on reaching the limit, not past it, keeps the vector from
        // doubling its memory for one more entry.
        if chunk.len() >= 2 * self.chunk {
            let tail = chunk.split_off(chunk.len() / 2);
            self.chunks.insert(at + 1, tail);
            self.recount();
        } else {
            self.counts.increase(at);
        }
    }

    fn take_out(&mut self, entry: &Entry<K>) {
        let at = self.chunk_of(entry);
        let Some(chunk) = self.chunks.get_mut(at) else {
            return;
        };
        let Ok(within) = chunk.binary_search(entry) else {
            return;
        };
        chunk.remove(within);
        if chunk.is_empty() {
            self.chunks.remove(at);
            self.recount();
        } else if self.merge(at) || (at > 0 && self.merge(at - 1)) {
            self.recount();
        } else {
            self.counts.decrease(at);
        }
    }

    /// Joins a chunk with the next one if both fit into one.
    fn merge(&mut self, at: usize) -> bool {
        let Some([left, right]) = self.chunks.get_mut(at..).and_then(<[_]>::first_chunk_mut) else {
            return false;
        };
        if left.len() + right.len() > self.chunk {
            return false;
        }
        left.append(right);
        self.chunks.remove(at + 1);
        true
    }

    /// Recounts all chunks. Needed when one came or went, which happens too
    /// seldom for a cleverer way to pay.
    fn recount(&mut self) {
        self.counts.rebuild(self.chunks.iter().map(Vec::len));
    }
}

/// A Fenwick tree over the lengths of the chunks.
#[derive(Debug, Clone, Default)]
struct Counts {
    /// Node `i`, counted from 1, is at index `i - 1` and sums the `lowest_bit(i)` lengths that end at length `i`.
    sums: Vec<usize>,
}

impl Counts {
    fn rebuild(&mut self, lengths: impl Iterator<Item = usize>) {
        self.sums.clear();
        self.sums.extend(lengths);
        for node in 1..=self.sums.len() {
            let sum = self.sums[node - 1];
            if let Some(parent) = self.sums.get_mut(node + lowest_bit(node) - 1) {
                *parent += sum;
            }
        }
    }

    fn increase(&mut self, at: usize) {
        self.change(at, |sum| *sum += 1);
    }

    fn decrease(&mut self, at: usize) {
        self.change(at, |sum| *sum -= 1);
    }

    fn change(&mut self, at: usize, change: impl Fn(&mut usize)) {
        let mut node = at + 1;
        while let Some(sum) = self.sums.get_mut(node - 1) {
            change(sum);
            node += lowest_bit(node);
        }
    }

    /// How many entries lie in the first `chunks` chunks.
    fn before(&self, chunks: usize) -> usize {
        let mut node = chunks.min(self.sums.len());
        let mut total = 0;
        while node > 0 {
            total += self.sums[node - 1];
            node -= lowest_bit(node);
        }
        total
    }

    /// The chunk that holds the entry at this position, and the offset in it. Past the end it is the chunk after the
    /// last one.
    fn locate(&self, position: usize) -> (usize, usize) {
        let mut chunk = 0;
        let mut rest = position;
        let mut step = self.sums.len().checked_ilog2().map_or(0, |bits| 1 << bits);
        while step > 0 {
            if let Some(&sum) = self.sums.get(chunk + step - 1)
                && sum <= rest
            {
                chunk += step;
                rest -= sum;
            }
            step /= 2;
        }
        (chunk, rest)
    }
}

fn lowest_bit(number: usize) -> usize {
    number & number.wrapping_neg()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    type Row = (usize, u64, Score);

    fn score(damage: u64, reached: u64) -> Score {
        Score { damage, reached }
    }

    /// Small chunks, so that few entries already split and merge them.
    fn small() -> Standings<u64> {
        Standings::with_chunk(4)
    }

    fn keys(standings: &Standings<u64>) -> Vec<u64> {
        standings.iter().map(|(_, key, _)| key).collect()
    }

    fn numbered(count: u64) -> Standings<u64> {
        let mut standings = small();
        for key in 1..=count {
            standings.set(key, score(1000 - key, key));
        }
        standings
    }

    fn assert_sound(standings: &Standings<u64>) {
        let chunks = &standings.chunks;
        for chunk in chunks {
            assert!(!chunk.is_empty() && chunk.len() < 2 * standings.chunk);
        }
        for pair in chunks.windows(2) {
            assert!(pair[0].len() + pair[1].len() > standings.chunk);
        }
        assert!(chunks.concat().is_sorted_by(|a, b| a < b));
        assert_eq!(chunks.concat().len(), standings.len());
        assert_eq!(standings.counts.sums.len(), chunks.len());
        assert_eq!(standings.counts.before(chunks.len()), standings.len());
    }

    #[test]
    fn more_damage_ranks_first() {
        let mut standings = Standings::new();
        standings.set(1, score(10, 1));
        standings.set(2, score(30, 2));
        standings.set(3, score(20, 3));
        assert_eq!(keys(&standings), [2, 3, 1]);
        assert_eq!(standings.rank(1), Some(3));
    }

    #[test]
    fn equal_damage_ranks_who_reached_it_first() {
        let mut standings = Standings::new();
        standings.set(1, score(10, 7));
        standings.set(2, score(10, 3));
        assert_eq!(keys(&standings), [2, 1]);
        assert!(score(10, 3) < score(10, 7));
        assert!(score(11, 7) < score(10, 3));
    }

    #[test]
    fn equal_scores_rank_by_key_whatever_the_order_of_calls() {
        let same = score(5, 5);
        let forth = Standings::from_unsorted(vec![(1, same), (2, same), (3, same)]);
        let mut back = Standings::new();
        for key in [3, 2, 1] {
            back.set(key, same);
        }
        assert_eq!(keys(&forth), [1, 2, 3]);
        assert_eq!(keys(&back), [1, 2, 3]);
    }

    #[test]
    fn a_better_score_moves_a_player_without_a_second_entry() {
        let mut standings = numbered(50);
        standings.set(50, score(5000, 99));
        assert_eq!(standings.rank(50), Some(1));
        assert_eq!(standings.rank(1), Some(2));
        assert_eq!(standings.len(), 50);
        assert_sound(&standings);
    }

    #[test]
    fn setting_the_same_score_again_changes_nothing() {
        let mut standings = numbered(20);
        let before: Vec<Row> = standings.iter().collect();
        standings.set(7, score(993, 7));
        assert!(standings.iter().eq(before));
        assert_sound(&standings);
    }

    #[test]
    fn removing_returns_the_score_and_closes_the_gap() {
        let mut standings = numbered(30);
        assert_eq!(standings.remove(10), Some(score(990, 10)));
        assert_eq!(standings.remove(10), None);
        assert_eq!(standings.rank(10), None);
        assert_eq!(standings.score(10), None);
        assert_eq!(standings.rank(11), Some(10));
    }

    #[test]
    fn removing_everyone_leaves_no_chunks() {
        let mut standings = numbered(100);
        for key in (1..=100).step_by(2).chain((1..=100).rev().step_by(2)) {
            assert!(standings.remove(key).is_some());
            assert_sound(&standings);
        }
        assert!(standings.is_empty() && standings.chunks.is_empty());
    }

    #[test]
    fn clearing_leaves_usable_standings() {
        let mut standings = numbered(40);
        standings.clear();
        assert!(standings.is_empty());
        assert_eq!(standings.iter().count(), 0);
        standings.set(1, score(1, 1));
        assert_eq!(standings.rank(1), Some(1));
        assert_sound(&standings);
    }

    #[test]
    fn a_page_starts_at_its_rank_and_crosses_chunks() {
        let standings = numbered(50);
        let page: Vec<_> = standings.range(8, 10).map(|(rank, key, _)| (rank, key)).collect();
        let expected: Vec<_> = (8..18).map(|rank| (rank, rank as u64)).collect();
        assert_eq!(page, expected);
    }

    #[test]
    fn the_last_page_is_short() {
        let standings = numbered(23);
        assert_eq!(standings.range(21, 10).count(), 3);
        assert_eq!(standings.range(23, 10).count(), 1);
        assert_eq!(standings.range(24, 10).count(), 0);
    }

    #[test]
    fn odd_ranks_and_counts_are_harmless() {
        let standings = numbered(23);
        assert!(standings.range(0, 3).eq(standings.range(1, 3)));
        assert_eq!(standings.range(5, 0).count(), 0);
        assert_eq!(standings.range(usize::MAX, usize::MAX).count(), 0);
        assert_eq!(standings.range(1, usize::MAX).count(), 23);
        assert_eq!(small().range(0, 10).count(), 0);
        assert_eq!(small().rank(1), None);
        assert_eq!(Standings::<u64>::from_unsorted(Vec::new()).len(), 0);
    }

    #[test]
    fn extreme_scores_keep_their_order() {
        let mut standings = small();
        standings.set(1, score(0, u64::MAX));
        standings.set(2, score(u64::MAX, u64::MAX));
        standings.set(3, score(u64::MAX, 0));
        standings.set(4, score(0, 0));
        assert_eq!(keys(&standings), [3, 2, 4, 1]);
    }

    #[test]
    fn a_bulk_build_keeps_the_last_score_of_a_repeated_key() {
        let list = vec![(1, score(90, 1)), (2, score(50, 2)), (1, score(10, 3)), (2, score(50, 2))];
        let standings = Standings::from_unsorted(list);
        assert_eq!(keys(&standings), [2, 1]);
        assert_eq!(standings.score(1), Some(score(10, 3)));
        assert_sound(&standings);
    }

    #[test]
    fn many_players_at_the_real_chunk_size_keep_their_ranks() {
        let list: Vec<_> = (0..5000u64).map(|k| (k, score(k * 7919 % 5000, k))).collect();
        let built = Standings::from_unsorted(list.clone());
        let mut grown = Standings::new();
        list.into_iter().for_each(|(key, score)| grown.set(key, score));
        assert!(built.iter().eq(grown.iter()));
        assert!(built.iter().all(|(rank, key, _)| built.rank(key) == Some(rank)));
        assert_sound(&built);
        assert_sound(&grown);
    }

    #[derive(Debug, Clone)]
    enum Step {
        Set(u64, Score),
        Remove(u64),
        Rank(u64),
        Range(usize, usize),
        Build(Vec<(u64, Score)>),
        Clear,
    }

    fn any_score() -> impl Strategy<Value = Score> {
        (0..20u64, 0..20u64).prop_map(|(damage, reached)| score(damage, reached))
    }

    fn any_step() -> impl Strategy<Value = Step> {
        let build = prop::collection::vec((0..80u64, any_score()), 0..100);
        prop_oneof![
            200 => (0..80u64, any_score()).prop_map(|(key, score)| Step::Set(key, score)),
            120 => (0..80u64).prop_map(Step::Remove),
            40 => (0..80u64).prop_map(Step::Rank),
            40 => (0..90usize, 0..25usize).prop_map(|(first, count)| Step::Range(first, count)),
            2 => build.prop_map(Step::Build),
            1 => Just(Step::Clear),
        ]
    }

    fn sorted(model: &BTreeMap<u64, Score>) -> Vec<Row> {
        let mut rows: Vec<_> = model.iter().map(|(&key, &score)| (0, key, score)).collect();
        rows.sort_by_key(|&(_, key, s)| (Reverse(s.damage), s.reached, key));
        rows.iter_mut().zip(1..).for_each(|(row, rank)| row.0 = rank);
        rows
    }

    fn apply(step: Step, standings: &mut Standings<u64>, model: &mut BTreeMap<u64, Score>) {
        match step {
            Step::Set(key, score) => {
                standings.set(key, score);
                model.insert(key, score);
            }
            Step::Remove(key) => assert_eq!(standings.remove(key), model.remove(&key)),
            Step::Rank(key) => {
                let row = sorted(model).into_iter().find(|row| row.1 == key);
                assert_eq!(standings.rank(key), row.map(|row| row.0));
                assert_eq!(standings.score(key), row.map(|row| row.2));
            }
            Step::Range(first, count) => {
                let rows = sorted(model).into_iter();
                let expected = rows.skip(first.saturating_sub(1)).take(count);
                assert!(standings.range(first, count).eq(expected));
            }
            Step::Build(list) => {
                *model = list.iter().copied().collect();
                standings.fill(list);
            }
            Step::Clear => {
                standings.clear();
                model.clear();
            }
        }
    }

    proptest! {
        #[test]
        fn any_steps_match_a_sorted_list(
            chunk in 1..6usize,
            steps in prop::collection::vec(any_step(), 1..400),
        ) {
            let mut standings = Standings::with_chunk(chunk);
            let mut model = BTreeMap::new();
            for step in steps {
                apply(step, &mut standings, &mut model);
                assert_sound(&standings);
                assert_eq!(standings.len(), model.len());
            }
            assert!(standings.iter().eq(sorted(&model)));
        }
    }
}
