//! A mix made ready to be sent: requests as text, names as numbers.

use std::collections::BTreeMap;

use rand::Rng;

use crate::load::mix::{GIVEN, Lifetime, Mix, Step};
use crate::load::text::{self, Piece};

/// Where the value of a name lies.
pub type Slot = usize;

/// The number of the client's sequence, which differs from one to the next.
const COUNT: Slot = 2;
const _: () = assert!(GIVEN.len() == COUNT + 1);

/// A mix made ready.
#[derive(Debug)]
pub struct Script {
    /// What requests are counted by: the names of functions.
    pub kinds: Vec<String>,
    /// What each connection asks first.
    pub start: Vec<Request>,
    /// What is asked then.
    pub sequences: Vec<Vec<Request>>,
    /// Whether each sequence has a connection of its own.
    pub reconnects: bool,
    /// How many slots a client has; the first are `run`, `client` and `count`.
    pub slots: usize,
    /// Slots up to here stay the same after the start, but for `count`.
    lasting: usize,
    /// The sum of the weights up to each sequence.
    weights: Vec<u64>,
}

/// A request made ready.
#[derive(Debug)]
pub struct Request {
    /// Which of the kinds it is counted as.
    pub kind: usize,
    pieces: Vec<Filled>,
    /// The statuses that are as they should be.
    pub statuses: Vec<i32>,
    /// What is taken from the reply, and where it is.
    pub takes: Vec<(Slot, String)>,
}

#[derive(Debug)]
enum Filled {
    Text(String),
    From(Slot),
}

/// What the slots of a client hold.
pub type Values = Vec<Option<String>>;

impl Script {
    /// Makes a mix ready for a world.
    #[must_use]
    pub fn new(mix: &Mix, world: u32) -> Self {
        let mut names: BTreeMap<String, Slot> =
            GIVEN.iter().enumerate().map(|(slot, name)| ((*name).to_owned(), slot)).collect();
        let mut kinds = Vec::new();
        let mut slots = GIVEN.len();
        let start = mix.start.iter().map(|step| ready(step, world, &mut names, &mut slots, &mut kinds)).collect();
        let lasting = slots;
        let mut sequences = Vec::new();
        for sequence in &mix.sequences {
            // What a sequence takes is known in it alone, and the slots of one serve the next.
            let (mut names, mut own_slots) = (names.clone(), lasting);
            let steps = sequence.steps.iter();
            sequences.push(steps.map(|step| ready(step, world, &mut names, &mut own_slots, &mut kinds)).collect());
            slots = slots.max(own_slots);
        }
        let weights = mix.sequences.iter().scan(0, |sum, sequence| {
            *sum += u64::from(sequence.weight);
            Some(*sum)
        });
        let weights = weights.collect();
        Self { kinds, start, sequences, reconnects: mix.connection == Lifetime::EachSequence, slots, lasting, weights }
    }

    /// Which sequence comes next.
    pub fn choose(&self, random: &mut impl Rng) -> usize {
        if self.weights.len() == 1 {
            return 0;
        }
        let all = self.weights.last().copied().unwrap_or(1).max(1);
        let drawn = rand::RngExt::random_range(random, 0..all);
        self.weights.partition_point(|sum| *sum <= drawn)
    }

    /// Whether the text of a request is the same in every sequence of a client.
    #[must_use]
    pub fn is_fixed(&self, request: &Request) -> bool {
        request.needs().all(|slot| slot != COUNT && slot < self.lasting)
    }

    /// The values of a client that has connected.
    #[must_use]
    pub fn values(&self, run: &str, client: usize) -> Values {
        let mut values = vec![None; self.slots];
        values[0] = Some(run.to_owned());
        values[1] = Some(client.to_string());
        values[COUNT] = Some("0".to_owned());
        values
    }

    /// Begins the values of the sequence with this number.
    pub fn begin(&self, values: &mut Values, count: u64) {
        values[COUNT] = Some(count.to_string());
        values[self.lasting..].fill(None);
    }

    /// Whether a sequence takes anything, so that its values have to be kept for its later requests.
    #[must_use]
    pub fn carries(&self, sequence: usize) -> bool {
        self.sequences[sequence]
            .iter()
            .any(|request| !request.takes.is_empty() || request.needs().any(|slot| slot == COUNT))
    }
}

impl Request {
    /// The slots that its text is filled from.
    pub fn needs(&self) -> impl Iterator<Item = Slot> + '_ {
        self.pieces.iter().filter_map(|piece| match piece {
            Filled::From(slot) => Some(*slot),
            Filled::Text(_) => None,
        })
    }

    /// Its text; a value that is missing leaves its place empty.
    #[must_use]
    pub fn text(&self, values: &Values) -> String {
        let pieces = self.pieces.iter().map(|piece| match piece {
            Filled::Text(text) => text.as_str(),
            Filled::From(slot) => values[*slot].as_deref().unwrap_or_default(),
        });
        pieces.collect()
    }

    /// Takes from a reply what later requests need; what is not there is taken away.
    pub fn take(&self, reply: &[u8], values: &mut Values) {
        let reply: serde_json::Value = serde_json::from_slice(reply).unwrap_or_default();
        for (slot, from) in &self.takes {
            values[*slot] = reply.pointer(from).and_then(text::fill_of);
        }
    }
}

fn ready(
    step: &Step,
    world: u32,
    names: &mut BTreeMap<String, Slot>,
    slots: &mut usize,
    kinds: &mut Vec<String>,
) -> Request {
    let kind = kinds.iter().position(|kind| *kind == step.function).unwrap_or_else(|| {
        kinds.push(step.function.clone());
        kinds.len() - 1
    });
    let function = serde_json::Value::from(step.function.as_str());
    // Clients of the game send an id. Replies come in the order of the requests, so nobody looks at this one.
    let text = format!(r#"{{"world":{world},"function":{function},"data":{},"id":17}}"#, step.data);
    let pieces = text::pieces(&text).into_iter().map(|piece| match piece {
        Piece::Text(text) => Filled::Text(text),
        Piece::Place(name) => names.get(&name).map_or(Filled::Text(String::new()), |slot| Filled::From(*slot)),
    });
    let pieces = pieces.collect();
    let mut takes = Vec::new();
    for (name, from) in &step.take {
        takes.push((*slots, from.clone()));
        names.insert(name.clone(), *slots);
        *slots += 1;
    }
    Request { kind, pieces, statuses: step.statuses.clone(), takes }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    fn script(sequences: &str) -> Script {
        let start =
            r#"[(function: "login_unique", data: {"unique_id": "{run}-{client}"}, take: {"token": "/data/token"})]"#;
        let text = format!(r#"(about: "a test", in_flight: 1, start: {start}, sequences: {sequences})"#);
        Script::new(&Mix::read("m.ron", &text).expect("a mix"), 3)
    }

    #[test]
    fn values_go_from_a_reply_into_the_requests_that_need_them() {
        let script = script(
            r#"[(weight: 1, steps: [
                (function: "get_new_mail", take: {"key": "/data/mail/0/key"}),
                (function: "claim_mail", data: {"key": "{key}", "token": "{token}"}),
            ])]"#,
        );
        let mut values = script.values("r", 7);
        let login = &script.start[0];
        assert_eq!(login.text(&values), r#"{"world":3,"function":"login_unique","data":{"unique_id":"r-7"},"id":17}"#);
        login.take(br#"{"status":0,"data":{"token":"secret"}}"#, &mut values);
        let [look, claim] = &script.sequences[0][..] else { panic!("two requests") };
        script.begin(&mut values, 5);
        look.take(br#"{"status":0,"data":{"mail":[{"key":12}]}}"#, &mut values);
        let expected = r#"{"world":3,"function":"claim_mail","data":{"key":"12","token":"secret"},"id":17}"#;
        assert_eq!(claim.text(&values), expected);
        assert!(script.is_fixed(look) && !script.is_fixed(claim));
        script.begin(&mut values, 6);
        assert!(claim.text(&values).contains(r#""key":"","token":"secret""#), "another sequence takes anew");
    }

    #[test]
    fn sequences_come_as_often_as_their_weights_say() {
        let script = script(
            r#"[(weight: 80, steps: [(function: "a")]), (weight: 0, steps: [(function: "b")]), (weight: 20, steps: [(function: "c")])]"#,
        );
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let mut chosen = [0; 3];
        (0..10_000).for_each(|_| chosen[script.choose(&mut random)] += 1);
        assert!((7_800..8_200).contains(&chosen[0]) && chosen[1] == 0, "80 to 0 to 20: {chosen:?}");
    }
}
