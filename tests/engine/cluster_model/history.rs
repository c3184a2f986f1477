//! What clients have asked and heard, and whether one world, asked by one after the other, could have answered like this.
//!
//! The reply to an addition is its place in the order of all, and that of a read how many came before. So nobody has to search for an
//! order: the one that the replies name either fits the times, or none does.

use crate::cluster_model::game::Ask;

/// A request that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Done {
    pub(super) ask: Ask,
    pub(super) invoked: u64,
    pub(super) responded: u64,
    pub(super) tally: u64,
}

/// What contradicts one order of all requests to a world.
pub(super) fn contradiction(done: &[Done], last: u64) -> Option<String> {
    let mut additions: Vec<&Done> = done.iter().filter(|done| done.ask != Ask::Read).collect();
    additions.sort_by_key(|done| done.tally);
    if let Some(pair) = additions.windows(2).find(|pair| pair[0].tally == pair[1].tally) {
        return Some(format!("two additions have the same place: {pair:?}"));
    }
    if additions.len() as u64 != last {
        return Some(format!("{} additions were answered, and {last} are there", additions.len()));
    }
    // In the order of the replies, an addition before the reads that have seen it.
    let mut order: Vec<&Done> = done.iter().collect();
    order.sort_by_key(|done| (done.tally, done.ask == Ask::Read, done.invoked));
    let mut latest: Option<&Done> = None;
    for next in order {
        if let Some(before) = latest.filter(|before| next.responded < before.invoked) {
            return Some(format!("{next:?} was over before {before:?} was asked, and comes behind it"));
        }
        latest = Some(latest.filter(|latest| latest.invoked >= next.invoked).unwrap_or(next));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(ask: Ask, invoked: u64, responded: u64, tally: u64) -> Done {
        Done { ask, invoked, responded, tally }
    }

    #[test]
    fn what_one_world_could_have_answered_is_no_contradiction() {
        let add = [done(Ask::Add(1), 0, 10, 2), done(Ask::Add(2), 0, 10, 1)];
        let read = [done(Ask::Read, 5, 8, 0), done(Ask::Read, 5, 8, 1), done(Ask::Read, 11, 12, 2)];
        assert_eq!(contradiction(&[&add[..], &read[..]].concat(), 2), None);
    }

    #[test]
    fn stale_reads_lost_and_doubled_additions_are_found() {
        let add = [done(Ask::Add(1), 0, 10, 1), done(Ask::Add(2), 20, 30, 2)];
        assert!(contradiction(&add, 2).is_none());
        assert!(contradiction(&add, 3).is_some(), "something was added twice");
        assert!(contradiction(&add, 1).is_some(), "something was lost");
        assert!(
            contradiction(&[add[0], Done { tally: 1, ..add[1] }], 2).is_some(),
            "one was forgotten, and its place given again"
        );
        let stale = done(Ask::Read, 31, 32, 1);
        assert!(contradiction(&[&add[..], &[stale]].concat(), 2).is_some(), "a read must see what was answered before");
        let early = done(Ask::Read, 12, 15, 2);
        assert!(contradiction(&[&add[..], &[early]].concat(), 2).is_some(), "nobody sees what was not asked yet");
        let back = [done(Ask::Read, 21, 22, 2), done(Ask::Read, 23, 24, 1)];
        assert!(contradiction(&[&add[..], &back[..]].concat(), 2).is_some(), "time goes on for every reader");
    }
}
