//! Counts and latencies of replies.

use hdrhistogram::Histogram;

/// Significant digits of latencies.
const DIGITS: u8 = 3;
/// Maximum of example replies kept, one for each kind and unexpected status.
const EXAMPLES_MAX: usize = 100;

/// Replies of one kind of request.
#[derive(Debug)]
pub struct KindTally {
    /// Latencies in microseconds.
    pub latencies: Histogram<u64>,
    /// How often each status occurred.
    pub statuses: Vec<(i32, u64)>,
}

/// A status that was not expected.
#[derive(Debug, Clone)]
pub struct Unexpected {
    /// The kind of request it answered.
    pub kind: usize,
    /// The status.
    pub status: i32,
    /// How often it occurred, including the warm-up.
    pub count: u64,
    /// The first such reply.
    pub example: String,
}

/// What one thread, or all of them, received.
#[derive(Debug)]
pub struct Tally {
    /// By kind of request.
    pub kinds: Vec<KindTally>,
    /// Unexpected statuses, including those of the warm-up.
    pub unexpected: Vec<Unexpected>,
    /// Connection set-up, where sequences connect.
    pub connects: Histogram<u64>,
    /// Requests that were due and never sent, by how long they had waited at the end.
    pub unsent: Histogram<u64>,
    /// Requests that were sent and never answered.
    pub unanswered: u64,
    /// Sequences that ended early because a reply lacked a value that the next request needed.
    pub cut_short: u64,
    /// Events the server pushed.
    pub events: u64,
    /// Connections that broke.
    pub broken: u64,
    /// How the first of them broke.
    pub first_broken: Option<String>,
    /// When the last reply arrived, nanoseconds since the run began.
    pub last_reply_ns: u64,
}

fn histogram() -> Histogram<u64> {
    match Histogram::new(DIGITS) {
        Ok(histogram) => histogram,
        Err(error) => unreachable!("{DIGITS} digits are possible: {error}"),
    }
}

fn microseconds(ns: u64) -> u64 {
    ns.div_ceil(1000)
}

/// The histogram grows to fit; if it cannot grow further, the latency is clamped to its maximum.
fn note(histogram: &mut Histogram<u64>, ns: u64) {
    if histogram.record(microseconds(ns)).is_err() {
        histogram.saturating_record(microseconds(ns));
    }
}

fn merge(into: &mut Histogram<u64>, other: &Histogram<u64>) {
    if into.add(other).is_err() {
        unreachable!("both histograms can grow");
    }
}

impl Tally {
    /// An empty tally for this many kinds of requests.
    #[must_use]
    pub fn new(kinds: usize) -> Self {
        let kind = || KindTally { latencies: histogram(), statuses: Vec::new() };
        Self {
            kinds: (0..kinds).map(|_| kind()).collect(),
            unexpected: Vec::new(),
            connects: histogram(),
            unsent: histogram(),
            unanswered: 0,
            cut_short: 0,
            events: 0,
            broken: 0,
            first_broken: None,
            last_reply_ns: 0,
        }
    }

    /// Counts a reply.
    pub fn reply(&mut self, kind: usize, status: i32, latency_ns: u64) {
        let tally = &mut self.kinds[kind];
        note(&mut tally.latencies, latency_ns);
        count_status(&mut tally.statuses, status, 1);
    }

    /// Counts an unexpected status.
    pub fn note_unexpected(&mut self, kind: usize, status: i32, reply: &[u8]) {
        let known = self.unexpected.iter_mut().find(|found| (found.kind, found.status) == (kind, status));
        if let Some(found) = known {
            found.count += 1;
        } else if self.unexpected.len() < EXAMPLES_MAX {
            let example = String::from_utf8_lossy(reply).into_owned();
            self.unexpected.push(Unexpected { kind, status, count: 1, example });
        }
    }

    /// Counts a connection set-up.
    pub fn connected(&mut self, latency_ns: u64) {
        note(&mut self.connects, latency_ns);
    }

    /// Counts a request that was due and never sent.
    pub fn unsent(&mut self, waited_ns: u64) {
        note(&mut self.unsent, waited_ns);
    }

    /// Counts a broken connection and the requests it leaves unanswered.
    pub fn connection_broke(&mut self, why: &str, unanswered: usize) {
        self.broken += 1;
        self.unanswered += unanswered as u64;
        self.first_broken.get_or_insert_with(|| why.to_owned());
    }

    /// Merges the tally of another thread.
    pub fn add(&mut self, other: Self) {
        for (kind, heard) in self.kinds.iter_mut().zip(&other.kinds) {
            merge(&mut kind.latencies, &heard.latencies);
            heard.statuses.iter().for_each(|(status, count)| count_status(&mut kind.statuses, *status, *count));
        }
        for found in other.unexpected {
            let known =
                self.unexpected.iter_mut().find(|known| (known.kind, known.status) == (found.kind, found.status));
            match known {
                Some(known) => known.count += found.count,
                None => self.unexpected.push(found),
            }
        }
        merge(&mut self.connects, &other.connects);
        merge(&mut self.unsent, &other.unsent);
        self.unanswered += other.unanswered;
        self.cut_short += other.cut_short;
        self.events += other.events;
        self.broken += other.broken;
        self.first_broken = self.first_broken.take().or(other.first_broken);
        self.last_reply_ns = self.last_reply_ns.max(other.last_reply_ns);
    }

    /// Requests that were answered.
    #[must_use]
    pub fn answered(&self) -> u64 {
        self.kinds.iter().map(|kind| kind.latencies.len()).sum()
    }

    /// The latencies of all requests, in microseconds, including those never sent.
    #[must_use]
    pub fn all(&self) -> Histogram<u64> {
        let mut all = self.unsent.clone();
        self.kinds.iter().for_each(|kind| merge(&mut all, &kind.latencies));
        all
    }
}

fn count_status(statuses: &mut Vec<(i32, u64)>, status: i32, count: u64) {
    match statuses.iter_mut().find(|(known, _)| *known == status) {
        Some((_, sum)) => *sum += count,
        None => statuses.push((status, count)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tallies_of_threads_add_up() {
        let (mut first, mut second) = (Tally::new(2), Tally::new(2));
        first.reply(0, 0, 1_000_000);
        second.reply(0, 97, 3_000_000);
        second.reply(1, 0, 5_000_000_000);
        second.note_unexpected(0, 97, b"no energy");
        second.connection_broke("gone", 3);
        second.unsent(7_000_000_000);
        first.add(second);
        assert_eq!(first.kinds[0].statuses, [(0, 1), (97, 1)]);
        assert_eq!((first.answered(), first.broken, first.unanswered), (3, 1, 3));
        assert_eq!(first.unexpected[0].example, "no energy");
        let all = first.all();
        assert_eq!(all.len(), 4, "requests never sent are part of the latencies");
        assert!((7_000_000..7_010_000).contains(&all.max()), "{}", all.max());
    }
}
