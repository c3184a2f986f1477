use super::*;
use crate::drops::{DropRules, Drops};
use crate::hang_up::rules::{Chance, Chances, DropChance, Rate};
use crate::hang_up::terms::{BesideRates, HangUpTerms, OwnDays};
use crate::items::ItemId;
use crate::shipped_rules;
use crate::timed_events::{EventRules, PlayerDays};
use proptest::prelude::*;
use raidkeep_engine::history::{History, Terms};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

fn random(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// Rules in force from moments on, of a player whose account was made at 0.
#[derive(Debug, Default)]
struct Held {
    history: History<HangUpTerms>,
    drops: DropRules,
}

impl Held {
    fn begin(&mut self, rules: HangUpRules, at: i64) {
        self.history.begin(HangUpTerms::of(&rules, &EventRules::default(), &self.drops), at);
    }

    fn rates(&self) -> Rates<'_> {
        Rates { history: &self.history, made_at: 0, drops: &self.drops }
    }
}

/// The same rules at all times.
fn always(rules: HangUpRules) -> Held {
    changing(vec![(0, rules)])
}

fn look(hang_up: &mut HangUp, now: i64, held: &Held, random: &mut ChaCha8Rng) -> Earnings {
    hang_up.look(now, &held.rates(), &mut Misses::default(), random).expect("something hangs")
}

fn settle(hang_up: &mut HangUp, now: i64, held: &Held, random: &mut ChaCha8Rng) -> Earnings {
    hang_up.settle(now, &held.rates(), &mut Misses::default(), random).expect("something hangs")
}

fn hanging(stage: u32) -> HangUp {
    let mut hang_up = HangUp::default();
    hang_up.start(stage, 0);
    hang_up
}

fn earned(earnings: &Earnings, id: u32) -> i64 {
    let of_item = earnings.amounts.iter().filter(|amount| amount.item == ItemId::item(id));
    of_item.map(|amount| amount.quantity).sum()
}

#[test]
fn the_documented_settlement_of_1893_seconds() {
    let rules = always(shipped_rules());
    let mut hang_up = hanging(2);
    let earnings = settle(&mut hang_up, 1893, &rules, &mut random(1));
    assert_eq!((earned(&earnings, 1), earned(&earnings, 2), earnings.seconds), (1860, 620, 1893));
    assert_eq!(hang_up.elapsed(1893), 33, "the seconds of the minute under way stay on the timer");
}

#[test]
fn looking_often_neither_changes_nor_improves_the_chances() {
    let rules = always(shipped_rules());
    let mut hang_up = hanging(1);
    let mut random = random(7);
    let mut last = 0;
    for minute in 0..500 {
        let looked = look(&mut hang_up, minute * 60, &rules, &mut random);
        let again = look(&mut hang_up, minute * 60, &rules, &mut random);
        assert_eq!(looked, again, "a second look shows the same");
        assert!(earned(&looked, 11) >= last, "what was shown is not taken back");
        last = earned(&looked, 11);
    }
    let settled = settle(&mut hang_up, 499 * 60, &rules, &mut random);
    assert_eq!(earned(&settled, 11), last, "the settlement pays what was shown");
    assert!((20..120).contains(&last), "about 12 in 100: {last} of 499");
}

#[test]
fn a_cap_ends_the_earning_but_not_the_hanging() {
    let rules = always(HangUpRules { cap_hours: Some(8), ..shipped_rules() });
    let mut hang_up = hanging(1);
    let earnings = settle(&mut hang_up, 100 * 3600, &rules, &mut random(1));
    assert_eq!(earned(&earnings, 1), 8 * 60 * 30);
    assert_eq!(hang_up.elapsed(100 * 3600), 0, "what was above the cap is gone");
}

#[test]
fn a_clock_that_jumps_back_pays_nothing_twice() {
    let rules = always(shipped_rules());
    let mut hang_up = hanging(1);
    let mut random = random(1);
    settle(&mut hang_up, 6000, &rules, &mut random);
    let back = settle(&mut hang_up, 60, &rules, &mut random);
    assert_eq!(earned(&back, 1), 0);
    let again = settle(&mut hang_up, 6000, &rules, &mut random);
    assert_eq!(earned(&again, 1), 0, "the same minutes are paid once");
}

/// This many coins a minute on stage 1, and a chance of `hits` in 1 of item 11.
fn rules_with(coins: i64, hits: u32, cap_hours: Option<i64>) -> HangUpRules {
    let per_minute = vec![Amount { item: ItemId::item(1), quantity: coins }];
    let item = Amount { item: ItemId::item(11), quantity: 1 };
    let items = vec![Chance { amount: item, numerator: hits, denominator: 1 }];
    HangUpRules {
        cap_hours,
        rates: vec![Rate { stage: 1, per_minute }],
        chances: vec![Chances { stage: 1, items, drops: Vec::new() }],
    }
}

/// Rules, each in force from a moment on.
fn changing(changes: Vec<(i64, HangUpRules)>) -> Held {
    let mut held = Held::default();
    changes.into_iter().for_each(|(at, rules)| held.begin(rules, at));
    held
}

#[test]
fn what_was_earned_before_the_rates_changed_is_paid_by_the_rates_of_then() {
    let history = changing(vec![(0, rules_with(30, 0, None)), (3600, rules_with(3000, 1, None))]);
    let earnings = settle(&mut hanging(1), 3720, &history, &mut random(1));
    assert_eq!(earned(&earnings, 1), 60 * 30 + 2 * 3000, "an hour at 30, two minutes at 3000");
    assert_eq!(earned(&earnings, 11), 2, "and the new chance in these two alone");
    let mut late = HangUp::default();
    late.start(1, 30);
    let earnings = settle(&mut late, 3690, &history, &mut random(1));
    assert_eq!(earned(&earnings, 1), 60 * 30 + 3000, "the minute under way at the change began under the old rates");
}

#[test]
fn a_cap_takes_nothing_back_that_was_earned_before_it_and_gives_nothing_that_was_lost_to_one() {
    let days = 2 * 86_400;
    let capped = changing(vec![(0, rules_with(30, 1, None)), (days, rules_with(30, 1, Some(1)))]);
    let earnings = settle(&mut hanging(1), days + 3600, &capped, &mut random(1));
    assert_eq!((earned(&earnings, 1), earned(&earnings, 11)), (30 * 2880, 2880), "two days, and no minute beyond");
    let freed = changing(vec![(0, rules_with(30, 1, Some(1))), (days, rules_with(30, 1, None))]);
    let earnings = settle(&mut hanging(1), days + 3600, &freed, &mut random(1));
    assert_eq!((earned(&earnings, 1), earned(&earnings, 11)), (30 * 120, 120), "an hour of old rules, one of new");
}

#[test]
fn a_look_at_the_chances_before_a_change_is_remembered_after_it() {
    let (old, new) = (rules_with(30, 1, None), rules_with(30, 0, None));
    let mut hang_up = hanging(1);
    let looked = look(&mut hang_up, 1800, &always(old.clone()), &mut random(1));
    assert_eq!(earned(&looked, 11), 30);
    let history = changing(vec![(0, old), (3600, new)]);
    let earnings = settle(&mut hang_up, 7200, &history, &mut random(1));
    assert_eq!(earned(&earnings, 11), 60, "one a minute for an hour, whether somebody looked or not");
}

#[test]
fn rates_that_change_every_hour_of_a_year_are_rolled_once_for_each_that_there_were() {
    let hours = 365 * 24;
    let history = changing((0..hours).map(|hour| (hour * 3600, rules_with(1 + hour % 2, 1, None))).collect());
    let mut hang_up = hanging(1);
    let shares = hang_up.hanging.as_ref().expect("something hangs").shares(hours * 60, &history.rates());
    assert_eq!(shares.len(), 2, "a settlement draws for different rules, not for each interval");
    let earnings = settle(&mut hang_up, hours * 3600, &history, &mut random(1));
    assert_eq!(earned(&earnings, 1), hours / 2 * 60 * 3);
}

#[test]
fn a_row_of_the_history_keeps_its_form() {
    let amount = Amount { item: ItemId::item(1), quantity: 30 };
    let chance = Chance { amount, numerator: 12, denominator: 100 };
    let chances = Chances { stage: 1, items: vec![chance], drops: Vec::new() };
    let rates = vec![Rate { stage: 1, per_minute: vec![amount] }];
    let rules = HangUpRules { cap_hours: Some(8), rates, chances: vec![chances] };
    let earlier = b"\x01\x01\x10\x01\x01\x01\x063:1:30\x01\x01\x01\x063:1:30\x0c\x64\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00";
    let read = HangUpTerms::upgrade(1, earlier).expect("version 1 should be readable");
    let without = HangUpTerms { rules: rules.clone(), beside: None };
    assert_eq!(read.in_force(), Some(&without), "what stood beside the rates then is not known");

    let mut rules = rules;
    let drops = Drops::from_iter(["t:2".parse().expect("a roll")]);
    rules.chances[0].drops = vec![DropChance { drops, numerator: 1, denominator: 60 }];
    let table = r#"(id: "t", name: "t", guaranteed_after: 9, entries: [(weight: 3, items: ["3:1:1"], guaranteed: true), (weight: 4, table: "t")])"#;
    let own = r#"[(of: hang_up_rates(from: 1, item: "3:1"), multiply: 2), (of: drop_weights(table: "t"), add: 1)]"#;
    let own = OwnDays { days: PlayerDays { from: 1, to: 7 }, changes: read_ron(own) };
    let beside = BesideRates { own: vec![own], tables: vec![read_ron(table)] };
    let mut history = History::default();
    history.begin(HangUpTerms { rules, beside: Some(beside) }, 0);
    let row = postcard::to_stdvec(&history).expect("plain data");
    let pinned: &[u8] = b"\x01\x01\x10\x01\x01\x01\x063:1:30\x01\x01\x01\x063:1:30\x0cd\x01\x01\x03t:2\x01<\x01\x01\x02\x0e\x02\x09\x01\x01\x00\x01\x033:1\x01\x00\x00\x00\x00\x00\x00\x00@\x00\x00\x13\x01\x01t\x00\x00\x00\x01\x02\x00\x01\x01t\x01t\x01\x01\x01\x09\x02\x03\x01\x053:1:1\x00\x01\x04\x00\x01\x01t\x00\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00";
    assert_eq!(row, pinned, "a change of the format needs a new version and an upgrade from this one");
    let again: History<HangUpTerms> = postcard::from_bytes(pinned).expect("the row should be readable");
    assert_eq!(again, history);
}

fn read_ron<T: serde::de::DeserializeOwned>(text: &str) -> T {
    let options = ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
    options.from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A chance of 1 in 4 each minute to roll a table with a guarantee.
fn rolling() -> Held {
    let table = r#"(id: "t", name: "t", guaranteed_after: 4, entries: [
        (weight: 6, items: ["3:21:1"]), (weight: 3, items: ["3:22:1"]), (weight: 1, items: ["3:23:1"], guaranteed: true),
    ])"#;
    let drops = DropRules::of_tables(vec![read_ron(table)]);
    let mut rules = rules_with(0, 0, None);
    let rolled = Drops::from_iter(["t".parse().expect("a roll")]);
    rules.chances[0].drops = vec![DropChance { drops: rolled, numerator: 1, denominator: 4 }];
    let mut held = Held { drops, ..Held::default() };
    held.begin(rules, 0);
    held
}

/// Items 21 to 23 in so many minutes that are settled after every so many, and what they are told to be.
fn drawn(held: &Held, minutes: i64, at_once: i64, seed: u64) -> Vec<(f64, f64)> {
    let (mut hang_up, mut misses, mut random, mut sums) = (hanging(1), Misses::default(), random(seed), [0.0; 3]);
    for settled in 1..=minutes / at_once {
        let now = settled * at_once * 60;
        let earnings = hang_up.settle(now, &held.rates(), &mut misses, &mut random).expect("something hangs");
        for (sum, id) in sums.iter_mut().zip(21..) {
            *sum += earned(&earnings, id) as f64;
        }
    }
    let rates = held.drops.rates("t").expect("the table has rates");
    let told = (21..).map(|id| rates.mean_of(ItemId::item(id)) * minutes as f64 / 4.0);
    sums.into_iter().zip(told).collect()
}

#[test]
fn who_settles_each_minute_gets_by_drop_tables_what_who_settles_once_gets() {
    let held = rolling();
    for (at_once, seed) in [(1, 1), (7, 2), (1440, 3), (100_800, 4)] {
        let counts = drawn(&held, 100_800, at_once, seed);
        let statistic: f64 = counts.iter().map(|(drawn, told)| (drawn - told).powi(2) / told).sum();
        // How many rolls there were is chance too, so there are three degrees of freedom: 16.27 is once in a thousand.
        assert!(statistic < 16.27, "settled every {at_once} minutes: {statistic}, {counts:?}");
    }
}

#[test]
fn looking_rolls_the_tables_of_the_minutes_so_far_once() {
    let held = rolling();
    let (mut hang_up, mut misses, mut random) = (hanging(1), Misses::default(), random(5));
    let looked = hang_up.look(600 * 60, &held.rates(), &mut misses, &mut random).expect("something hangs");
    let noted = misses.clone();
    let again = hang_up.look(600 * 60, &held.rates(), &mut misses, &mut random).expect("something hangs");
    assert_eq!((looked.clone(), &noted), (again, &misses), "neither items nor misses are drawn a second time");
    let settled = hang_up.settle(600 * 60, &held.rates(), &mut misses, &mut random).expect("something hangs");
    assert_eq!(settled, looked, "the settlement pays what was shown");
}

#[test]
fn a_table_that_has_changed_is_rolled_as_it_was_in_the_minutes_before() {
    let mut held = rolling();
    let mut rules = rules_with(0, 0, None);
    let rolled = Drops::from_iter(["t".parse().expect("a roll")]);
    rules.chances[0].drops = vec![DropChance { drops: rolled, numerator: 1, denominator: 1 }];
    held.drops =
        DropRules::of_tables(vec![read_ron(r#"(id: "t", name: "t", entries: [(weight: 1, items: ["3:24:1"])])"#)]);
    held.begin(rules, 600 * 60);
    let earnings = settle(&mut hanging(1), 700 * 60, &held, &mut random(6));
    assert_eq!(earned(&earnings, 24), 100, "the new table each minute since it is there");
    let before: i64 = (21..24).map(|id| earned(&earnings, id)).sum();
    assert!((90..220).contains(&before), "and the old one about 150 times before: {before}");
}

#[test]
fn a_year_of_the_largest_rolls_is_drawn_in_portions() {
    let mut held = rolling();
    let large = r#"(id: "t", name: "t", draws: 100, entries: [(weight: 1, table: "u")]), (id: "u", name: "u", draws: 100, entries: [(weight: 1, table: "v")]), (id: "v", name: "v", draws: 9, entries: [(weight: 1, items: ["3:21:1"])])"#;
    held.drops = DropRules::of_tables(read_ron(&format!("[{large}]")));
    let mut rules = rules_with(0, 0, None);
    let rolled = Drops::from_iter(["t:100".parse().expect("a roll")]);
    rules.chances[0].drops = vec![DropChance { drops: rolled, numerator: 1, denominator: 1 }];
    held.begin(rules, 0);
    let minutes = 366 * 1440;
    let earnings = settle(&mut hanging(1), minutes * 60, &held, &mut random(7));
    assert_eq!(earned(&earnings, 21), minutes * 100 * 100 * 100 * 9, "each minute is paid");
}

#[test]
fn own_days_pay_by_the_events_of_then_and_those_that_nobody_knows_by_the_present_ones() {
    let own = |coins: i64| OwnDays {
        days: PlayerDays { from: 1, to: 7 },
        changes: read_ron(&format!("[(of: hang_up_rates(from: 1), set: {coins})]")),
    };
    let terms = |own: Option<OwnDays>| {
        let beside = own.map(|own| BesideRates { own: vec![own], tables: Vec::new() });
        HangUpTerms { rules: rules_with(1, 0, None), beside }
    };
    let mut held = Held::default();
    held.history.begin(terms(None), 0);
    held.history.begin(terms(Some(own(10))), 3600);
    held.history.begin(terms(Some(own(100))), 7200);
    let earnings = settle(&mut hanging(1), 10_800, &held, &mut random(8));
    assert_eq!(earned(&earnings, 1), 60 * 100 + 60 * 10 + 60 * 100, "the first hour was not kept: as in force");
}

proptest! {
    #[test]
    fn each_minute_is_paid_by_the_rules_it_began_under(
        changes in proptest::collection::vec((1_i64..4000, 0_i64..5, prop::option::of(1_i64..3)), 1..8),
        start in 0_i64..4000,
        looks in proptest::collection::vec(1_i64..4000, 1..8),
    ) {
        let (mut at, mut begun) = (0, Vec::new());
        for (wait, coins, cap) in changes {
            begun.push((at, rules_with(coins, u32::from(coins % 2 == 0), cap)));
            at += wait;
        }
        let history = changing(begun.clone());
        let mut hang_up = HangUp::default();
        hang_up.start(1, start);
        let mut now = start;
        for wait in looks {
            now += wait;
            let (mut coins, mut hits) = (0, 0);
            for minute in 0..(now - start) / 60 {
                let (_, rules) = begun.iter().rfind(|(at, _)| *at <= start + minute * 60).unwrap_or(&begun[0]);
                if minute < rules.minutes_max() {
                    coins += rules.rates[0].per_minute[0].quantity;
                    hits += i64::from(rules.chances[0].items[0].numerator);
                }
            }
            let looked = look(&mut hang_up, now, &history, &mut random(1));
            prop_assert_eq!((earned(&looked, 1), earned(&looked, 11)), (coins, hits), "at {}", now);
        }
    }

    #[test]
    fn a_year_settled_in_pieces_brings_what_it_brings_at_once(
        cuts in proptest::collection::vec(0_i64..31_536_000, 0..50),
        stage in 1_u32..30,
    ) {
        let rules = always(shipped_rules());
        let year = 31_536_000;
        let whole = settle(&mut hanging(stage), year, &rules, &mut random(1));
        let mut pieces = hanging(stage);
        let mut cuts = cuts;
        cuts.push(year);
        cuts.sort_unstable();
        let mut sums = (0, 0);
        for cut in cuts {
            let earnings = settle(&mut pieces, cut, &rules, &mut random(2));
            sums = (sums.0 + earned(&earnings, 1), sums.1 + earned(&earnings, 2));
        }
        prop_assert_eq!(sums, (earned(&whole, 1), earned(&whole, 2)));
    }
}
