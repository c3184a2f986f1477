//! Where a client's requests come from: it picks sequences at random, yields their requests in order, and carries
//! values from replies into later requests.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::load::frame::{self, TEXT};
use crate::load::script::{LoadScript, Values};

/// Values that the requests of one sequence share.
#[derive(Debug)]
pub struct Carried {
    values: Values,
    /// Pending replies that a value is taken from.
    awaited: usize,
}

/// A request that has been written to the buffer.
#[derive(Debug)]
pub struct WrittenRequest {
    /// Its sequence in the script.
    pub sequence: usize,
    /// Its place in the sequence.
    pub step: usize,
    /// Where values taken from its reply go.
    pub taker: Option<Rc<RefCell<Carried>>>,
}

/// A sequence in progress.
#[derive(Debug)]
struct Course {
    sequence: usize,
    next: usize,
    carried: Option<Rc<RefCell<Carried>>>,
}

enum Readiness {
    Ready,
    /// A pending reply may supply the value.
    Waiting,
    /// A reply lacked the value.
    Missing,
}

/// Produces the requests of one client.
#[derive(Debug)]
pub struct RequestSource {
    script: Rc<LoadScript>,
    values: Values,
    /// Requests whose text never changes, framed in advance.
    frames: Vec<Vec<Option<Vec<u8>>>>,
    random: ChaCha8Rng,
    current: Option<Course>,
    /// Sequences waiting for a reply while others continue; each has a request in flight.
    parked: VecDeque<Course>,
    begun: u64,
    is_paused: bool,
    /// Sequences that ended early because a reply lacked a value they needed.
    pub cut_short: u64,
}

impl RequestSource {
    /// For a client whose start produced these values. The same seed makes the same choices.
    #[must_use]
    pub fn new(script: Rc<LoadScript>, values: Values, seed: u64) -> Self {
        let framed = |request| {
            let is_fixed = script.is_fixed(request);
            is_fixed.then(|| frame::masked(TEXT, request.text(&values).as_bytes()))
        };
        let frames = script.sequences.iter().map(|steps| steps.iter().map(framed).collect()).collect();
        Self {
            frames,
            values,
            random: ChaCha8Rng::seed_from_u64(seed),
            current: None,
            parked: VecDeque::new(),
            begun: 0,
            is_paused: false,
            cut_short: 0,
            script,
        }
    }

    /// Appends the next request to `out`; `None` while every sequence waits for a reply, or until
    /// [`RequestSource::resume`].
    pub fn push_next(&mut self, out: &mut Vec<u8>) -> Option<WrittenRequest> {
        loop {
            if self.current.is_none() {
                self.current = Some(self.next_course()?);
            }
            let course = self.current.as_ref()?;
            match self.readiness(course) {
                Readiness::Ready => return self.push(out),
                Readiness::Waiting => {
                    self.parked.extend(self.current.take());
                    if self.script.reconnects {
                        return None;
                    }
                }
                Readiness::Missing => {
                    self.cut_short += 1;
                    self.end_course();
                }
            }
        }
    }

    /// Whether a sequence has ended and the next needs its own connection.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.is_paused
    }

    /// Continues with another sequence on a new connection; whatever was in progress on the old one is abandoned.
    pub fn resume(&mut self) {
        self.is_paused = false;
        self.current = None;
        self.parked.clear();
    }

    fn end_course(&mut self) {
        self.current = None;
        self.is_paused = self.script.reconnects;
    }

    /// A parked sequence whose reply has arrived, else a new one.
    fn next_course(&mut self) -> Option<Course> {
        let waits = |course: &Course| matches!(self.readiness(course), Readiness::Waiting);
        if let Some(at) = self.parked.iter().position(|course| !waits(course)) {
            return self.parked.remove(at);
        }
        if self.is_paused || (self.script.reconnects && !self.parked.is_empty()) {
            return None;
        }
        let sequence = self.script.choose(&mut self.random);
        let carried = self.script.carries(sequence).then(|| {
            let mut values = self.values.clone();
            self.script.begin(&mut values, self.begun);
            Rc::new(RefCell::new(Carried { values, awaited: 0 }))
        });
        self.begun += 1;
        Some(Course { sequence, next: 0, carried })
    }

    fn readiness(&self, course: &Course) -> Readiness {
        let Some(carried) = &course.carried else {
            return Readiness::Ready;
        };
        let carried = carried.borrow();
        let mut needs = self.script.sequences[course.sequence][course.next].needs();
        match needs.all(|slot| carried.values[slot].is_some()) {
            true => Readiness::Ready,
            false if carried.awaited > 0 => Readiness::Waiting,
            false => Readiness::Missing,
        }
    }

    fn push(&mut self, out: &mut Vec<u8>) -> Option<WrittenRequest> {
        let course = self.current.as_mut()?;
        let (sequence, step) = (course.sequence, course.next);
        let request = &self.script.sequences[sequence][step];
        match (&self.frames[sequence][step], &course.carried) {
            (Some(frame), _) => out.extend_from_slice(frame),
            (None, Some(carried)) => {
                frame::push_masked(out, TEXT, request.text(&carried.borrow().values).as_bytes());
            }
            (None, None) => frame::push_masked(out, TEXT, request.text(&self.values).as_bytes()),
        }
        let taker = course.carried.as_ref().filter(|_| !request.takes.is_empty()).cloned();
        if let Some(taker) = &taker {
            taker.borrow_mut().awaited += 1;
        }
        course.next += 1;
        if course.next == self.script.sequences[sequence].len() {
            self.end_course();
        }
        Some(WrittenRequest { sequence, step, taker })
    }
}

impl Carried {
    /// Takes from a reply the values that later requests need.
    pub fn take(&mut self, script: &LoadScript, sequence: usize, step: usize, reply: &[u8]) {
        self.awaited -= 1;
        script.sequences[sequence][step].take(reply, &mut self.values);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::mix::Mix;

    fn asker(connection: &str, sequences: &str) -> RequestSource {
        let text = format!(r#"(about: "a test", in_flight: 1, connection: {connection}, sequences: {sequences})"#);
        let script = Rc::new(LoadScript::new(&Mix::read("m.ron", &text).expect("a mix"), 0));
        let values = script.values("r", 0);
        RequestSource::new(script, values, 1)
    }

    fn name(asker: &RequestSource, asked: Option<&WrittenRequest>) -> String {
        let Some(asked) = asked else { return "nothing".to_owned() };
        asker.script.kinds[asker.script.sequences[asked.sequence][asked.step].kind].clone()
    }

    fn next(asker: &mut RequestSource) -> (String, Option<WrittenRequest>) {
        let asked = asker.push_next(&mut Vec::new());
        (name(asker, asked.as_ref()), asked)
    }

    const LOOK_AND_CLAIM: &str = r#"[(weight: 1, steps: [
        (function: "look", take: {"key": "/key"}), (function: "claim", data: {"key": "{key}"}),
    ])]"#;

    fn answer(asker: &RequestSource, asked: &WrittenRequest, reply: &[u8]) {
        let taker = asked.taker.as_ref().expect("something is taken from this reply");
        taker.borrow_mut().take(&asker.script, asked.sequence, asked.step, reply);
    }

    #[test]
    fn a_sequence_that_waits_for_a_reply_lets_others_go_first() {
        let mut asker = asker("kept", LOOK_AND_CLAIM);
        let (first, asked) = next(&mut asker);
        let (second, _) = next(&mut asker);
        assert_eq!((first.as_str(), second.as_str()), ("look", "look"), "the key has not arrived yet");
        answer(&asker, &asked.expect("a request"), br#"{"key":7}"#);
        // The second sequence now waits too, so the first one continues.
        assert_eq!(next(&mut asker).0, "claim");
        assert_eq!(asker.cut_short, 0);
    }

    #[test]
    fn a_sequence_whose_value_did_not_come_ends_early() {
        let mut asker = asker("kept", LOOK_AND_CLAIM);
        let (_, asked) = next(&mut asker);
        answer(&asker, &asked.expect("a request"), br#"{"status":99}"#);
        assert_eq!(next(&mut asker).0, "look", "there is nothing to claim");
        assert_eq!(asker.cut_short, 1);
    }

    #[test]
    fn a_connection_for_each_sequence_pauses_between_them() {
        let mut asker = asker(
            "each_sequence",
            r#"[(weight: 1, steps: [(function: "a", data: {"n": "{count}"}), (function: "b")])]"#,
        );
        assert_eq!(["a", "b", "nothing"], [0; 3].map(|_| next(&mut asker).0).each_ref().map(String::as_str));
        assert!(asker.is_paused());
        asker.resume();
        let mut out = Vec::new();
        assert!(asker.push_next(&mut out).is_some(), "the next connection starts the next sequence");
        let again = asker.script.sequences[0][0].text(&{
            let mut values = asker.script.values("r", 0);
            asker.script.begin(&mut values, 1);
            values
        });
        assert_eq!(out, frame::masked(TEXT, again.as_bytes()), "with a count of its own");
    }
}
