//! What clients have asked of one key and heard, and whether one world, asked by one after the other, could have answered like this.
//!
//! The reply to an addition is its place in the order of all, and that of a read how many came before. So nobody has to search for an
//! order: the one that the replies name either fits the times, or none does.

/// A request that has ended; times are of one clock, in any unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Observed {
    /// Whether it adds one, or reads.
    pub is_addition: bool,
    /// When it was asked first.
    pub invoked: u64,
    /// When it was answered.
    pub responded: u64,
    /// How many additions there were with this one, by the reply.
    pub tally: u64,
}

/// What contradicts one order of all requests, after which there are `last` additions; `None` = nothing does.
pub fn contradiction(heard: &[Observed], last: u64) -> Option<String> {
    let mut additions: Vec<&Observed> = heard.iter().filter(|heard| heard.is_addition).collect();
    additions.sort_by_key(|heard| heard.tally);
    if let Some(pair) = additions.windows(2).find(|pair| pair[0].tally == pair[1].tally) {
        return Some(format!("two additions have the same place: {pair:?}"));
    }
    if additions.len() as u64 != last {
        return Some(format!("{} additions were answered, and {last} are there", additions.len()));
    }
    // In the order of the replies, an addition before the reads that have seen it.
    let mut order: Vec<&Observed> = heard.iter().collect();
    order.sort_by_key(|heard| (heard.tally, !heard.is_addition, heard.invoked));
    let mut latest: Option<&Observed> = None;
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

    const ADD: bool = true;
    const READ: bool = false;

    fn heard(is_addition: bool, invoked: u64, responded: u64, tally: u64) -> Observed {
        Observed { is_addition, invoked, responded, tally }
    }

    #[test]
    fn what_one_world_could_have_answered_is_no_contradiction() {
        let add = [heard(ADD, 0, 10, 2), heard(ADD, 0, 10, 1)];
        let read = [heard(READ, 5, 8, 0), heard(READ, 5, 8, 1), heard(READ, 11, 12, 2)];
        assert_eq!(contradiction(&[&add[..], &read[..]].concat(), 2), None);
    }

    #[test]
    fn stale_reads_lost_and_doubled_additions_are_found() {
        let add = [heard(ADD, 0, 10, 1), heard(ADD, 20, 30, 2)];
        assert!(contradiction(&add, 2).is_none());
        assert!(contradiction(&add, 3).is_some(), "something was added twice");
        assert!(contradiction(&add, 1).is_some(), "something was lost");
        assert!(
            contradiction(&[add[0], Observed { tally: 1, ..add[1] }], 2).is_some(),
            "one was forgotten, and its place given again"
        );
        let stale = heard(READ, 31, 32, 1);
        assert!(contradiction(&[&add[..], &[stale]].concat(), 2).is_some(), "a read must see what was answered before");
        let early = heard(READ, 12, 15, 2);
        assert!(contradiction(&[&add[..], &[early]].concat(), 2).is_some(), "nobody sees what was not asked yet");
        let back = [heard(READ, 21, 22, 2), heard(READ, 23, 24, 1)];
        assert!(contradiction(&[&add[..], &back[..]].concat(), 2).is_some(), "time goes on for every reader");
    }
}
