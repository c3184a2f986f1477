//! Comparisons: an edit is found with its effect, and chance is told as chance.

use raidkeep::engine::rules::{AssetSource, Single};
use raidkeep::game::shipped_assets;
use raidkeep::studio::compare::{Comparison, RowVerdict, compare, page};
use raidkeep::studio::diff::between;
use raidkeep::studio::simulate::study::load;
use raidkeep::studio::simulate::{Crowd, Measure, Policy, Study, StudyPlan, policy, study};
use raidkeep::studio::testing::edit_assets;

/// Two archetypes, of which one never spends energy.
fn two_kinds() -> Single<Policy> {
    let archetype = |name: &str, habits: &str| {
        format!(
            r#"(name: "{name}", share: 1, leaves_per_day: 0.0,
                visits: [(from: "10:00", to: "12:00", chance: 0.9), (from: "18:00", to: "22:00", chance: 0.9)],
                fight_seconds: (60, 120), pause_seconds: (20, 60),
                damage: (base: 600, per_level: 0, spread: 0.1), habits: [{habits}])"#
        )
    };
    let fights = "Fight(mode: general, at_most: 100, win_chance: 0.9)";
    let text = format!(
        r#"(starts_on: "2026-03-02", moment_seconds: 60, joining_days: 1, archetypes: [{}, {}])"#,
        archetype("fighter", fights),
        archetype("idler", "HangUp"),
    );
    policy::read("test.ron", &text).unwrap_or_else(|problems| panic!("a valid policy:\n{problems}"))
}

fn studies(policy: &Single<Policy>, assets: [(&str, AssetSource); 2], seeds: u32) -> Vec<Study> {
    let plan = StudyPlan { players: 6, days: 8, first_seed: 1, seeds, policy, policy_name: "test.ron" };
    let load = |(name, assets): (&str, AssetSource)| (name.to_owned(), load(&assets).expect("valid assets"));
    study(&plan, &assets.map(load), || {}).unwrap_or_else(|troubles| panic!("{troubles}"))
}

fn compared(assets: [(&str, AssetSource); 2], seeds: u32) -> (Vec<Study>, Comparison) {
    let edits = between(&assets[0].1, &assets[1].1).expect("well-formed assets");
    let studies = studies(&two_kinds(), assets, seeds);
    let comparison = compare(&studies[0], &studies[1], edits);
    (studies, comparison)
}

#[test]
fn an_edit_is_found_in_the_archetype_that_it_concerns_and_its_change_has_an_interval() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let faster = edit_assets(folder.path(), "energy.ron", "seconds_per_point: 360", "seconds_per_point: 180");
    let (studies, comparison) = compared([("shipped", shipped_assets()), ("faster", faster)], 5);
    assert_eq!(comparison.days, [1, 7, 8]);
    let level = |crowd: Crowd| comparison.rows.iter().find(|row| row.measure == Measure::Level && row.crowd == crowd);
    let fighters = level(Crowd::Archetype(0)).expect("fighters get twice the energy");
    assert_eq!(fighters.verdict, RowVerdict::Differs);
    let last = fighters.cells.last().expect("the last day");
    assert!(last.interval.is_some_and(|(low, high)| 0.0 < low && low < high), "they rise faster: {last:?}");
    assert!(level(Crowd::Archetype(1)).is_none(), "who never fights stays on the same level");
    let leading = comparison.leading();
    assert!(leading.is_sorted_by(|a, b| a.effect_over_noise >= b.effect_over_noise), "by falling effect over noise");
    let markdown = comparison.markdown();
    let edited = markdown.find("360 to 180").expect("what was edited is told");
    assert!(
        markdown.find("| Level [level] |").is_some_and(|level| edited < level),
        "first what was edited:\n{markdown}"
    );
    assert!(markdown.contains("| what | of | change | effect / noise | day 1 | day 7 | day 8 |"), "{markdown}");
    let html = page(&studies, &[comparison], None).html();
    assert!(html.contains("stroke-dasharray") && html.contains("fill-opacity"), "both curves are drawn in their bands");
}

#[test]
fn the_same_assets_do_not_differ() {
    let (_, comparison) = compared([("a", shipped_assets()), ("b", shipped_assets())], 2);
    assert!(comparison.rows.is_empty() && comparison.kills.is_empty(), "{:?}", comparison.rows);
    assert!(comparison.markdown().contains("Nothing differs between a and b"), "{}", comparison.markdown());
}

#[test]
fn one_seed_shows_differences_and_claims_none() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let faster = edit_assets(folder.path(), "energy.ron", "seconds_per_point: 360", "seconds_per_point: 180");
    let (_, comparison) = compared([("shipped", shipped_assets()), ("faster", faster)], 1);
    assert!(comparison.differing().next().is_none() && comparison.uncertain().next().is_some());
    assert!(comparison.markdown().contains("one seed says nothing about chance"), "{}", comparison.markdown());
}

#[test]
fn what_only_chance_moves_cannot_be_told_apart() {
    let policy = two_kinds();
    let [first, second] = [1, 101].map(|first_seed| {
        let plan = StudyPlan { players: 6, days: 8, first_seed, seeds: 4, policy: &policy, policy_name: "test.ron" };
        let folders = [("shipped".to_owned(), load(&shipped_assets()).expect("valid assets"))];
        study(&plan, &folders, || {}).unwrap_or_else(|troubles| panic!("{troubles}")).pop().expect("one folder")
    });
    let edits = between(&shipped_assets(), &shipped_assets()).expect("well-formed assets");
    let comparison = compare(&first, &second, edits);
    assert!(comparison.uncertain().count() > 20, "other players come at other times");
    assert_eq!(comparison.differing().count(), 0, "{}", comparison.markdown());
    assert!(comparison.markdown().contains("cannot be told apart with 4 seeds"), "{}", comparison.markdown());
}
