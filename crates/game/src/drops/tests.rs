use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::drops::chance::Guarantee;
use crate::items::{ItemId, Misses};
use raidkeep_engine::rules::Single;

fn random(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

fn rules(tables: &str) -> DropRules {
    let text = format!("(tables: [{tables}])");
    let single = Single::<DropFile>::read("drops/test.ron", &text, |_, _, _| {});
    let content = single.unwrap_or_else(|problems| panic!("the tables should be readable:\n{problems}")).content;
    DropRules::of(vec![("drops/test.ron".to_owned(), content)])
}

fn roll(table: &str) -> Drops {
    Drops::from_iter([table.parse().expect("a drop table")])
}

/// Each kind of table. Every entry grants an item of its own, once, so that counts of items are counts of entries.
const PLAIN: &str = r#"(id: "plain", name: "p", entries: [
    (weight: 60, items: ["3:1:1"]), (weight: 30, items: ["3:2:1"]), (weight: 9, items: ["3:3:1"]), (weight: 1, items: ["3:4:1"]),
])"#;
const SEVERAL: &str = r#"(id: "several", name: "s", draws: 5, entries: [
    (weight: 3, items: ["3:1:1"]), (weight: 2, items: ["3:2:1"]), (weight: 1, items: ["3:3:1"]),
])"#;
const DISTINCT: &str = r#"(id: "distinct", name: "d", draws: 3, replacement: false, entries: [
    (weight: 50, items: ["3:1:1"]), (weight: 20, items: ["3:2:1"]), (weight: 20, items: ["3:3:1"]),
    (weight: 5, items: ["3:4:1"]), (weight: 5, items: ["3:5:1"]),
])"#;
const GUARANTEED: &str = r#"(id: "guaranteed", name: "g", guaranteed_after: 9, entries: [
    (weight: 70, items: ["3:1:1"]), (weight: 20, items: ["3:2:1"]), (weight: 6, items: ["3:3:1"], guaranteed: true),
    (weight: 4, items: ["3:4:1"], guaranteed: true),
])"#;
const NESTED: &str = r#"(id: "nested", name: "n", draws: 2, entries: [
    (weight: 5, items: ["3:5:1"]), (weight: 3, table: "guaranteed"), (weight: 2, table: "distinct"),
]),"#;

/// The counts of items 1 to 5 in so many rolls, and what they are told to be.
fn counts(rules: &DropRules, table: &str, rolls: u64, at_once: u64) -> Vec<(f64, f64)> {
    let (mut misses, mut random) = (Misses::default(), random(20_261_128));
    let mut drawn = [0.0; 5];
    for _ in 0..rolls / at_once {
        for amount in rules.draw_from(&roll(table), at_once, &mut misses, &mut random) {
            drawn[amount.item.id as usize - 1] += amount.quantity as f64;
        }
    }
    let rates = rules.rates(table).expect("the table should have rates");
    let told = (1..).map(|id| rates.mean_of(ItemId::item(id)) * rolls as f64);
    drawn.into_iter().zip(told).filter(|(_, told)| *told > 0.0).collect()
}

/// Pearson's statistic, and what it exceeds once in a thousand times if the counts are as told (Wilson and Hilferty).
fn chi_squared(counts: &[(f64, f64)]) -> (f64, f64) {
    let statistic = counts.iter().map(|(drawn, told)| (drawn - told).powi(2) / told).sum();
    let freedom = (counts.len() - 1) as f64;
    let share = 2.0 / (9.0 * freedom);
    (statistic, freedom * (1.0 - share + 3.09 * share.sqrt()).powi(3))
}

#[test]
fn chances_told_are_chances_drawn_one_by_one_and_many_at_once() {
    let rules = rules(&[PLAIN, SEVERAL, DISTINCT, GUARANTEED, NESTED].join(","));
    for table in ["plain", "several", "distinct", "guaranteed", "nested"] {
        for at_once in [1, 50, 60_000] {
            let counts = counts(&rules, table, 60_000, at_once);
            let (statistic, limit) = chi_squared(&counts);
            assert!(statistic < limit, "{table}, {at_once} at once: {statistic} of {limit}, {counts:?}");
        }
    }
}

#[test]
fn the_test_of_chances_notices_a_guarantee() {
    let (with, without) = (rules(GUARANTEED), rules(&GUARANTEED.replace("guaranteed_after: 9, ", "")));
    let drawn = counts(&with, "guaranteed", 60_000, 1);
    let told = counts(&without, "guaranteed", 60_000, 1);
    let mixed: Vec<(f64, f64)> = drawn.iter().zip(&told).map(|((drawn, _), (_, told))| (*drawn, *told)).collect();
    let (statistic, limit) = chi_squared(&mixed);
    assert!(statistic > 10.0 * limit, "chances without the guarantee should be found out: {statistic} of {limit}");
}

#[test]
fn the_chances_of_the_documents_examples() {
    let rules = rules(&[PLAIN, DISTINCT, GUARANTEED, NESTED].join(","));
    let rate = |table: &str, id: u32| {
        let rates = rules.rates(table).expect("the table should have rates");
        let line = rates.lines.iter().find(|line| line.amount.item == ItemId::item(id));
        line.map(|line| ((line.rate.by_luck * 1e6).round() / 1e6, (line.rate.in_all * 1e6).round() / 1e6))
    };
    assert_eq!(rate("plain", 4), Some((0.01, 0.01)));
    // One of ten by luck; with the tenth guaranteed a round has (1 - 0.9^10) / 0.1 = 6.513 draws.
    assert_eq!(rate("guaranteed", 3), Some((0.06, 0.09212)));
    assert_eq!(rate("guaranteed", 4), Some((0.04, 0.061414)));
    assert_eq!(rate("guaranteed", 1), Some((0.7, 0.658_362)));
    // Two draws, three of ten of them into the guaranteed table.
    assert_eq!(rate("nested", 4).map(|(_, in_all)| in_all > 2.0 * 0.3 * 0.0614), Some(true));
    let rates = rules.rates("distinct").expect("the table should have rates");
    let sum: f64 = rates.lines.iter().map(|line| line.rate.in_all).sum();
    assert!((sum - 3.0).abs() < 1e-9, "three of five come each time: {sum}");
    assert!(rates.lines.iter().all(|line| line.rate.in_all < 1.0), "and none of them twice: {rates:?}");
}

/// What the hits of many draws are: their mean, and how far they are from it (the standard deviation).
fn spread(hits: &[u64]) -> (f64, f64) {
    let count = hits.len() as f64;
    let mean = hits.iter().sum::<u64>() as f64 / count;
    let variance = hits.iter().map(|hits| (*hits as f64 - mean).powi(2)).sum::<f64>() / count;
    (mean, variance.sqrt())
}

#[test]
fn many_draws_at_once_spread_like_as_many_one_by_one() {
    for (luck, after) in [(0.02, 20), (0.3, 4), (0.006, 89), (0.5, 200)] {
        let guarantee = Guarantee { luck, after };
        let (mut random, draws) = (random(7), 30_000);
        let at_once: Vec<u64> = (0..400).map(|_| guarantee.draw(draws, 0, &mut random).0).collect();
        let one_by_one = |_| {
            let (mut hits, mut misses) = (0, 0);
            for _ in 0..draws {
                let (hit, missed) = guarantee.draw(1, misses, &mut random);
                (hits, misses) = (hits + hit, missed);
            }
            hits
        };
        let one_by_one: Vec<u64> = (0..100).map(one_by_one).collect();
        let ((mean, deviation), (expected, usual)) = (spread(&at_once), spread(&one_by_one));
        assert!((mean - expected).abs() < 4.0 * usual / 10.0, "{luck}, {after}: {mean} hits, expected {expected}");
        assert!((0.7..1.4).contains(&(deviation / usual)), "{luck}, {after}: {deviation} around it, expected {usual}");
        assert!((mean - draws as f64 / guarantee.mean()).abs() < 4.0 * usual / 10.0, "{luck}, {after}: the mean told");
    }
}

#[test]
fn a_billion_draws_take_no_longer_than_a_few_and_overflow_nothing() {
    let rules = rules(&[DISTINCT, GUARANTEED, NESTED].join(","));
    let (mut misses, mut random) = (Misses::default(), random(1));
    let drops = roll("nested:2");
    let won = rules.draw_from(&drops, 1_000_000_000, &mut misses, &mut random);
    let of_five = won.iter().find(|amount| amount.item == ItemId::item(5)).map_or(0, |amount| amount.quantity);
    // Four billion draws, half of them item 5, and a fifth of them the table in which it comes in some more.
    assert!((2_000_000_000..3_000_000_000).contains(&of_five), "{won:?}");
    assert!(!rules.can_draw(&drops, u64::MAX), "more than can be counted is refused before anything is drawn");
    assert_eq!(rules.draw_from(&drops, u64::MAX, &mut misses, &mut random), []);
    let rich = self::rules(r#"(id: "rich", name: "r", entries: [(weight: 1, items: ["3:1:9000000000000000000"])])"#);
    let won = rich.draw_from(&roll("rich"), 1_000_000, &mut misses, &mut random);
    assert_eq!(won[0].quantity, i64::MAX, "a sum that is too large stays at the largest number");
}

#[test]
fn tables_that_lead_back_to_themselves_are_found_and_never_followed() {
    let circle = r#"(id: "a", name: "a", entries: [(weight: 1, table: "b"), (weight: 1, table: "a")]),
        (id: "b", name: "b", entries: [(weight: 1, table: "c")]), (id: "c", name: "c", entries: [(weight: 1, table: "a")])"#;
    let rules = rules(circle);
    assert_eq!(rules.circles(), [(2, 0), (0, 1)], "the entry that leads back, and the one that names its own table");
    assert_eq!(rules.draw_from(&roll("a"), 100, &mut Misses::default(), &mut random(1)), []);
}

proptest! {
    #[test]
    fn a_guarantee_holds_however_the_draws_are_made(
        weight in 1_u32..200,
        after in 1_u32..60,
        rolls in proptest::collection::vec((1_u64..200, any::<bool>()), 1..60),
        seed in any::<u64>(),
    ) {
        let table = format!(
            r#"(id: "t", name: "t", guaranteed_after: {after}, entries: [
                (weight: 100, items: ["3:1:1"]), (weight: {weight}, items: ["3:2:1"], guaranteed: true),
            ])"#
        );
        let (rules, mut misses, mut random) = (rules(&table), Misses::default(), random(seed));
        let mut since_hit = 0;
        for (times, one_by_one) in rolls {
            let (rolls, at_once) = if one_by_one { (times, 1) } else { (1, times) };
            for _ in 0..rolls {
                let won = rules.draw_from(&roll("t"), at_once, &mut misses, &mut random);
                let count = |id| won.iter().find(|amount| amount.item == ItemId::item(id)).map_or(0, |amount| amount.quantity);
                let (missed, hits) = (count(1).unsigned_abs(), count(2).unsigned_abs());
                prop_assert_eq!(missed + hits, at_once, "each draw brings one entry");
                let most = (hits + 1) * u64::from(after);
                prop_assert!(since_hit + missed <= most, "{} misses and {} more with {} hits", since_hit, missed, hits);
                let noted = u64::from(misses.of("t"));
                prop_assert!(noted <= u64::from(after));
                if hits == 0 {
                    prop_assert_eq!(noted, since_hit + missed, "every miss is noted");
                }
                since_hit = noted;
            }
        }
    }

    #[test]
    fn without_replacement_nothing_comes_twice_in_a_roll(
        weights in proptest::collection::vec(1_u32..1000, 1..12),
        draws in 1_u32..12,
        seed in any::<u64>(),
    ) {
        let draws = draws.min(u32::try_from(weights.len()).expect("a few"));
        let entries: Vec<String> =
            weights.iter().zip(1..).map(|(weight, id)| format!(r#"(weight: {weight}, items: ["3:{id}:1"])"#)).collect();
        let rules = rules(&format!(
            r#"(id: "t", name: "t", draws: {draws}, replacement: false, entries: [{}])"#,
            entries.join(",")
        ));
        for times in [1, 7] {
            let won = rules.draw_from(&roll("t"), times, &mut Misses::default(), &mut random(seed));
            prop_assert_eq!(won.iter().map(|amount| amount.quantity).sum::<i64>(), i64::from(draws) * times.cast_signed());
            prop_assert!(won.iter().all(|amount| amount.quantity <= times.cast_signed()), "{:?}", won);
        }
    }
}
