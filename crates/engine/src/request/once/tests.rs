//! The memory of keys against a model that forgets nothing.

use std::collections::{BTreeMap, HashMap};

use bevy_ecs::prelude::*;
use proptest::prelude::*;

use super::*;
use crate::account::AccountId;
use crate::storage::{Batch, PlayerRows, encode_value};

const ANN: AccountId = AccountId(7);

fn once(key: &str, fingerprint: u64) -> OnceKey {
    OnceKey { key: key.into(), fingerprint }
}

/// A player's memory, and its rows on disk.
#[derive(Default)]
struct Player {
    log: OnceLog,
    rows: BTreeMap<Vec<u8>, Vec<u8>>,
    settings: OnceSettings,
}

impl Player {
    fn use_key(&mut self, key: &str, body: &str) {
        self.log.memory_mut().keep(once(key, 1), body, &self.settings);
    }

    fn save(&mut self) -> usize {
        let mut batch = Batch::default();
        self.log.save(ANN, &mut batch);
        for row in batch.rows() {
            match row.value {
                Some(value) => drop(self.rows.insert(row.key.to_vec(), value.to_vec())),
                None => drop(self.rows.remove(row.key)),
            }
        }
        batch.encoded_len()
    }

    fn restart(&mut self) {
        self.save();
        let rows: Vec<_> = self.rows.clone().into_iter().collect();
        self.log = OnceLog::load(&rows, &World::new()).expect("own rows should be readable");
    }

    fn look_up(&self, key: &str) -> Repeat {
        self.log.memory().look_up(&once(key, 1))
    }
}

fn same(body: &str) -> Repeat {
    Repeat::Same(body.to_owned())
}

#[test]
fn a_key_answers_only_the_request_it_was_used_for() {
    let mut ann = Player::default();
    ann.use_key("a", "first");
    assert_eq!(ann.look_up("a"), same("first"));
    assert_eq!(ann.log.memory().look_up(&once("a", 2)), Repeat::Misused);
    assert_eq!(ann.look_up("b"), Repeat::New);
    ann.use_key("a", "final");
    assert_eq!(ann.look_up("a"), same("final"), "a later reply replaces the interim one");
}

#[test]
fn the_last_64_replies_and_1024_keys_before_them_are_remembered_across_a_restart() {
    let mut ann = Player::default();
    for n in 0..3000 {
        ann.use_key(&n.to_string(), &format!("reply {n}"));
        ann.save();
    }
    let on_disk = ann.rows.len();
    ann.restart();
    for n in 3000 - 64..3000 {
        assert_eq!(ann.look_up(&n.to_string()), same(&format!("reply {n}")), "{n} has its reply");
    }
    for n in 3000 - 64 - 1024..3000 - 64 {
        assert_eq!(ann.look_up(&n.to_string()), Repeat::Used, "{n} is known to have been used");
    }
    assert_eq!(ann.look_up("1000"), Repeat::New, "nothing is promised of a key without order before these");
    assert!(on_disk <= 64 + 18, "replies, blocks and nothing else: {on_disk} rows");
}

#[test]
fn a_key_without_its_reply_costs_some_bytes_on_disk_and_is_written_with_its_block() {
    let mut ann = Player::default();
    let mut written = Vec::new();
    for n in 0..64 * 30 {
        ann.use_key(&format!("key {n}"), "ok");
        written.push(ann.save());
    }
    let plain = written[64 * 20 + 5];
    assert!(plain < 80, "a request writes its own row: {plain} bytes");
    assert!(written[64 * 20] < plain + 900, "and sixty-four together their block: {} bytes", written[64 * 20]);
    let bytes: usize = ann.rows.iter().map(|(key, value)| key.len() + value.len()).sum();
    assert!(bytes < 64 * 60 + 1088 * 12, "{bytes} bytes in all");
}

#[test]
fn numbers_of_a_series_at_or_below_its_highest_forgotten_one_were_used_however_old() {
    let mut ann = Player::default();
    for n in 0..5000 {
        ann.use_key(&format!("sweep#{n}"), "ok");
        if n % 500 == 0 {
            ann.restart();
        }
    }
    ann.restart();
    for n in [0, 1, 17, 3000, 3911, 3912, 4900] {
        assert_eq!(ann.look_up(&format!("sweep#{n}")), Repeat::Used, "{n}");
    }
    assert_eq!(ann.look_up("sweep#4999"), same("ok"));
    assert_eq!(ann.look_up("sweep#5000"), Repeat::New);
    assert_eq!(ann.look_up("sweep#007"), Repeat::Used, "the number counts, not how it is written");
    assert_eq!(ann.look_up("other#7"), Repeat::New, "another series has come less far");
    assert_eq!(ann.look_up("sweep#7x"), Repeat::New, "and this is none");
}

#[test]
fn a_number_below_ones_that_are_remembered_but_above_all_forgotten_is_new() {
    let mut ann = Player::default();
    ann.use_key("s#10", "ok");
    (0..100).for_each(|n| ann.use_key(&format!("plain {n}"), "ok"));
    assert_eq!(ann.look_up("s#10"), Repeat::Used);
    assert_eq!(ann.look_up("s#9"), Repeat::New, "nothing of the series was forgotten");
    (100..1300).for_each(|n| ann.use_key(&format!("plain {n}"), "ok"));
    assert_eq!((ann.look_up("s#9"), ann.look_up("s#11")), (Repeat::Used, Repeat::New), "now s#10 is");
}

#[test]
fn of_more_than_sixteen_series_the_longest_unused_is_forgotten_first() {
    let mut ann = Player::default();
    (0..16).for_each(|series| ann.use_key(&format!("s{series}#5"), "ok"));
    (0..1300).for_each(|n| ann.use_key(&format!("plain {n}"), "ok"));
    ann.use_key("s0#6", "ok");
    ann.use_key("new#1", "ok");
    ann.restart();
    assert_eq!(ann.look_up("s0#5"), Repeat::Used, "it was used again");
    assert_eq!(ann.look_up("s1#5"), Repeat::New, "the longest unused of seventeen");
    assert!((2..16).all(|series| ann.look_up(&format!("s{series}#4")) == Repeat::Used));
}

#[test]
fn replies_are_bounded_in_bytes_and_the_oldest_go_first() {
    let settings = OnceSettings { reply_bytes_per_player: 100, ..OnceSettings::default() };
    let mut ann = Player { settings, ..Player::default() };
    for key in ["a", "b", "c", "d"] {
        ann.use_key(key, &key.repeat(30));
    }
    ann.restart();
    assert_eq!(ann.look_up("a"), Repeat::Used, "a fourth reply of 30 bytes is beyond 100");
    assert_eq!(ann.look_up("b"), same(&"b".repeat(30)));
    ann.use_key("long", &"x".repeat(101));
    assert_eq!(ann.look_up("long"), Repeat::Used, "a reply longer than the limit is not kept");
    assert_eq!(ann.look_up("b"), same(&"b".repeat(30)), "and drives out no other");
    assert!(ann.log.memory().reply_bytes() <= 100);
    let few = OnceSettings { replies: 2, ..OnceSettings::default() };
    ann.settings = few;
    ann.use_key("e", "e");
    ann.restart();
    let replies = ["d", "long", "e"].map(|key| ann.look_up(key));
    assert_eq!(replies, [Repeat::Used, Repeat::Used, same("e")], "a setting with fewer replies drops the others");
}

#[test]
fn rows_of_the_first_version_are_read() {
    #[derive(serde::Serialize)]
    struct First {
        ordinal: u64,
        key: &'static str,
        fingerprint: u64,
        body: Vec<u8>,
    }
    let mut value = Vec::new();
    encode_value(1, &First { ordinal: 70, key: "a", fingerprint: 1, body: b"reply".to_vec() }, &mut value);
    let row = ([&ANN.to_key()[..], &[6]].concat(), value);
    let mut ann = Player { rows: [row].into(), ..Player::default() };
    ann.restart();
    assert_eq!(ann.look_up("a"), same("reply"));
    (0..200).for_each(|n| ann.use_key(&n.to_string(), "ok"));
    ann.restart();
    assert_eq!(ann.look_up("a"), Repeat::Used, "it goes on from there");
}

#[test]
fn a_document_carries_what_is_remembered() {
    let mut ann = Player::default();
    let travel = |ann: &mut Player| {
        let document = serde_json::to_value(PortableKeys::of(ann.log.memory().clone())).expect("plain data");
        let read: PortableKeys = serde_json::from_value(document.clone()).expect("as written");
        let arrived = read.into_memory(&OnceSettings::default()).expect("it fits");
        (document, OnceLog::of(arrived))
    };
    ann.use_key("a", "first");
    let (document, _) = travel(&mut ann);
    assert_eq!(document, serde_json::json!([{"ordinal": 0, "key": "a", "fingerprint": 1, "reply": "first"}]));
    (0..2000).for_each(|n| ann.use_key(&format!("s#{n}"), "ok"));
    let (_, arrived) = travel(&mut ann);
    let mut bob = Player { log: arrived, ..Player::default() };
    bob.restart();
    for (key, expected) in [("s#1999", same("ok")), ("s#1500", Repeat::Used), ("s#3", Repeat::Used)] {
        assert_eq!(bob.look_up(key), expected, "{key}");
    }
    let read = |document: serde_json::Value| -> String {
        let keys: PortableKeys = serde_json::from_value(document).expect("the right types");
        keys.into_memory(&OnceSettings::default()).err().map(|unfit| unfit.to_string()).unwrap_or_default()
    };
    let block = |number: u64| serde_json::json!({"number": number, "keys": [1], "highest": []});
    let refused = read(serde_json::json!({"replies": [], "used": [block(3)], "series": []}));
    assert_eq!(refused, "used[0].number: expected rising numbers, below those of the replies");
}

#[derive(Debug, Clone)]
enum Step {
    /// A request with a new key of this series; without one it has no order.
    Use {
        series: Option<u8>,
        bytes: usize,
    },
    /// Many of them.
    Run {
        series: Option<u8>,
        times: usize,
    },
    Restart,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let series = || proptest::option::of(0..20_u8);
    let step = prop_oneof![
        4 => (series(), 0..200_usize).prop_map(|(series, bytes)| Step::Use { series, bytes }),
        2 => (series(), 1..400_usize).prop_map(|(series, times)| Step::Run { series, times }),
        1 => Just(Step::Restart),
    ];
    proptest::collection::vec(step, 1..40)
}

/// All keys that were ever used, in order.
#[derive(Default)]
struct Model {
    used: Vec<(String, String)>,
    next: HashMap<Option<u8>, u64>,
}

impl Model {
    fn use_next(&mut self, ann: &mut Player, series: Option<u8>, bytes: usize) {
        let number = self.next.entry(series).or_default();
        let key = series.map_or(format!("plain {number}"), |series| format!("s{series}#{number}"));
        *number += 1;
        assert_eq!(ann.look_up(&key), Repeat::New, "{key} was never used");
        let body = "x".repeat(bytes);
        ann.use_key(&key, &body);
        self.used.push((key, body));
    }

    /// The series used last, as many as are remembered.
    fn remembered_series(&self, max: usize) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for (key, _) in self.used.iter().rev() {
            if let Some((series, _)) = key.split_once('#')
                && !names.contains(&series)
            {
                names.push(series);
            }
        }
        names.truncate(max);
        names
    }

    fn check(&self, ann: &Player) {
        let series = self.remembered_series(ann.settings.series);
        let mut kept = 0;
        for (age, (key, body)) in self.used.iter().rev().enumerate() {
            let found = ann.look_up(key);
            kept += body.len();
            let is_ordered = key.split_once('#').is_some_and(|(name, _)| series.contains(&name));
            if age < 64 && kept <= ann.settings.reply_bytes_per_player {
                assert_eq!(found, same(body), "{key}, {age} requests ago, has its reply");
            } else if age < 1088 || is_ordered && self.never_left(key, ann.settings.series) {
                assert_eq!(found, Repeat::Used, "{key}, {age} requests ago, is not carried out again");
            }
        }
        assert!(ann.log.memory().reply_bytes() <= ann.settings.reply_bytes_per_player);
    }

    /// Whether the key's series has been among the last `max` ever since it was used.
    fn never_left(&self, key: &str, max: usize) -> bool {
        let name = key.split('#').next().unwrap_or_default();
        let mut others: Vec<&str> = Vec::new();
        let since = self.used.iter().skip_while(|(used, _)| used != key);
        for series in since.filter_map(|(used, _)| used.split_once('#')).map(|(series, _)| series) {
            if series == name {
                others.clear();
            } else if !others.contains(&series) {
                others.push(series);
            }
            if others.len() >= max {
                return false;
            }
        }
        true
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_key_within_what_is_promised_is_ever_taken_for_new(steps in steps()) {
        let settings = OnceSettings { reply_bytes_per_player: 3000, ..OnceSettings::default() };
        let mut ann = Player { settings, ..Player::default() };
        let mut model = Model::default();
        for step in steps {
            match step {
                Step::Use { series, bytes } => model.use_next(&mut ann, series, bytes),
                Step::Run { series, times } => (0..times).for_each(|_| model.use_next(&mut ann, series, 20)),
                Step::Restart => ann.restart(),
            }
        }
        model.check(&ann);
        ann.restart();
        model.check(&ann);
    }
}
