//! A compiled mix: requests are text with placeholders, names are slot numbers.

use std::collections::BTreeMap;

use rand::Rng;

use crate::load::mix::{GIVEN, Lifetime, Mix, MixStep};
use crate::load::text::{self, TextPiece};

/// Index of a named value.
pub type ValueSlot = usize;

/// The number of the client's current sequence.
const COUNT: ValueSlot = 2;
const _: () = assert!(GIVEN.len() == COUNT + 1);

/// A compiled mix.
#[derive(Debug)]
pub struct LoadScript {
    /// Function names, by which requests are counted.
    pub kinds: Vec<String>,
    /// What each connection sends first.
    pub start: Vec<ScriptedRequest>,
    /// What is sent then.
    pub sequences: Vec<Vec<ScriptedRequest>>,
    /// Whether each sequence opens its own connection.
    pub reconnects: bool,
    /// Slots per client; the first are `run`, `client` and `count`.
    pub slots: usize,
    /// Slots below this one stay the same after the start, except `count`.
    lasting: usize,
    /// Cumulative weights of the sequences.
    weights: Vec<u64>,
}

/// A compiled request.
#[derive(Debug)]
pub struct ScriptedRequest {
    /// Index into [`LoadScript::kinds`].
    pub kind: usize,
    pieces: Vec<Filled>,
    /// The expected statuses.
    pub statuses: Vec<i32>,
    /// Values taken from the reply: the slot and the JSON pointer.
    pub takes: Vec<(ValueSlot, String)>,
}

#[derive(Debug)]
enum Filled {
    Text(String),
    From(ValueSlot),
}

/// The slot values of a client.
pub type Values = Vec<Option<String>>;

impl LoadScript {
    /// Compiles a mix for a world.
    #[must_use]
    pub fn new(mix: &Mix, world: u32) -> Self {
        let mut names: BTreeMap<String, ValueSlot> =
            GIVEN.iter().enumerate().map(|(slot, name)| ((*name).to_owned(), slot)).collect();
        let mut kinds = Vec::new();
        let mut slots = GIVEN.len();
        let start = mix.start.iter().map(|step| ready(step, world, &mut names, &mut slots, &mut kinds)).collect();
        let lasting = slots;
        let mut sequences = Vec::new();
        for sequence in &mix.sequences {
            // A name that a sequence takes is local to it, so sequences share slots.
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

    /// Chooses the next sequence.
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
    pub fn is_fixed(&self, request: &ScriptedRequest) -> bool {
        request.needs().all(|slot| slot != COUNT && slot < self.lasting)
    }

    /// The values of a newly connected client.
    #[must_use]
    pub fn values(&self, run: &str, client: usize) -> Values {
        let mut values = vec![None; self.slots];
        values[0] = Some(run.to_owned());
        values[1] = Some(client.to_string());
        values[COUNT] = Some("0".to_owned());
        values
    }

    /// Resets the values for the sequence with this number.
    pub fn begin(&self, values: &mut Values, count: u64) {
        values[COUNT] = Some(count.to_string());
        values[self.lasting..].fill(None);
    }

    /// Whether a sequence needs values of its own, because it takes some or uses `count`.
    #[must_use]
    pub fn carries(&self, sequence: usize) -> bool {
        self.sequences[sequence]
            .iter()
            .any(|request| !request.takes.is_empty() || request.needs().any(|slot| slot == COUNT))
    }
}

impl ScriptedRequest {
    /// The slots that its text is filled from.
    pub fn needs(&self) -> impl Iterator<Item = ValueSlot> + '_ {
        self.pieces.iter().filter_map(|piece| match piece {
            Filled::From(slot) => Some(*slot),
            Filled::Text(_) => None,
        })
    }

    /// Its text; a missing value leaves its placeholder empty.
    #[must_use]
    pub fn text(&self, values: &Values) -> String {
        let pieces = self.pieces.iter().map(|piece| match piece {
            Filled::Text(text) => text.as_str(),
            Filled::From(slot) => values[*slot].as_deref().unwrap_or_default(),
        });
        pieces.collect()
    }

    /// Takes from a reply the values that later requests need; a value not in the reply is cleared.
    pub fn take(&self, reply: &[u8], values: &mut Values) {
        let reply: serde_json::Value = serde_json::from_slice(reply).unwrap_or_default();
        for (slot, from) in &self.takes {
            values[*slot] = reply.pointer(from).and_then(text::fill_of);
        }
    }
}

fn ready(
    step: &MixStep,
    world: u32,
    names: &mut BTreeMap<String, ValueSlot>,
    slots: &mut usize,
    kinds: &mut Vec<String>,
) -> ScriptedRequest {
    let kind = kinds.iter().position(|kind| *kind == step.function).unwrap_or_else(|| {
        kinds.push(step.function.clone());
        kinds.len() - 1
    });
    let function = serde_json::Value::from(step.function.as_str());
    // Real clients send an id. Replies arrive in request order, so this one is never read.
    let text = format!(r#"{{"world":{world},"function":{function},"data":{},"id":17}}"#, step.data);
    let pieces = text::pieces(&text).into_iter().map(|piece| match piece {
        TextPiece::Text(text) => Filled::Text(text),
        TextPiece::Place(name) => names.get(&name).map_or(Filled::Text(String::new()), |slot| Filled::From(*slot)),
    });
    let pieces = pieces.collect();
    let mut takes = Vec::new();
    for (name, from) in &step.take {
        takes.push((*slots, from.clone()));
        names.insert(name.clone(), *slots);
        *slots += 1;
    }
    ScriptedRequest { kind, pieces, statuses: step.statuses.clone(), takes }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    fn script(sequences: &str) -> LoadScript {
        let start =
            r#"[(function: "login_unique", data: {"unique_id": "{run}-{client}"}, take: {"token": "/data/token"})]"#;
        let text = format!(r#"(about: "a test", in_flight: 1, start: {start}, sequences: {sequences})"#);
        LoadScript::new(&Mix::read("m.ron", &text).expect("a mix"), 3)
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
        assert!(claim.text(&values).contains(r#""key":"","token":"secret""#), "another sequence takes its own values");
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
