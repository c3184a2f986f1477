//! The calendar of events, as designers see it.

use std::collections::BTreeMap;

use raidkeep::engine::clock::time_zone;
use raidkeep::engine::rules::{AssetSource, LoadedRules, Problems};
use raidkeep::game::timed_events::EventRules;
use raidkeep::game::{self, GameSettings};
use raidkeep::studio::calendar::Calendar;

/// The shipped assets with these events; their names are added.
fn load(events: &[(&str, &str)]) -> Result<LoadedRules, Problems> {
    let event = |(id, text): &(&str, &str)| {
        (format!("events/{id}.ron"), format!("(\n name: (zh: \"活动\", en: \"{id}\"),\n {text}\n)"))
    };
    let texts: BTreeMap<String, String> = events.iter().map(event).collect();
    let source = AssetSource::Layers(vec![game::shipped_assets(), AssetSource::Texts(texts)]);
    game::load_rules(&GameSettings::default(), &source)
}

/// What is told of these events, in order.
fn told(events: &[(&str, &str)]) -> Vec<String> {
    let problems = load(events).map_or_else(|problems| problems, |rules| rules.warnings);
    // The shipped event runs at other times, or is about the same stages by chance.
    let of_test = problems.iter().filter(|problem| !problem.file.contains("spring_festival"));
    of_test.map(ToString::to_string).collect()
}

fn calendar<T>(events: &[(&str, &str)], zone: &str, from: &str, draw: impl FnOnce(&Calendar<'_>) -> T) -> T {
    let rules = load(events).unwrap_or_else(|problems| panic!("valid events:\n{problems}"));
    let events = rules.tables.get::<EventRules>().expect("events are loaded");
    let zone = time_zone(zone).expect("a known zone");
    draw(&Calendar::new(events, from.parse().expect("a date"), 3, &zone))
}

const WEEKEND: &str = "windows: [Weekly(weekdays: [friday], from: \"18:00\", to: \"24:00\", to_day: sunday)],
 changes: [(of: stage_rewards(from: 8, to: 24), multiply: 2)]";
const YEAR_END: &str = "windows: [Yearly(name: \"year end\", from: \"12-24\", to: \"01-04\")],
 changes: [(of: boss_life(boss: \"slime_king\"), multiply: 0.5)], opens: [2001]";

#[test]
fn the_calendar_prints_three_months_with_whole_days_and_parts_of_days() {
    let text = calendar(&[("weekend", WEEKEND), ("year_end", YEAR_END)], "Europe/Berlin", "2026-12-15", |calendar| {
        calendar.text()
    });
    let row = |id: &str| text.lines().find(|line| line.starts_with(id)).unwrap_or_else(|| panic!("{id} in:\n{text}"));
    assert!(text.starts_with("December 2026"), "{text}");
    assert!(text.contains("January 2027") && text.contains("February 2027") && !text.contains("March"), "{text}");
    let (whole, part) = (row("weekend").matches("██").count(), row("weekend").matches("▒▒").count());
    assert_eq!((whole, part), (8, 4), "four Fridays from 18:00, with Saturday and Sunday");
    assert_eq!(row("year_end").matches("██").count(), 8, "from the 24th to the end of the month");
    for words in [
        "runs friday 18:00 to sunday 24:00",
        "stage_rewards 8 to 24: times 2",
        "runs year end: every year 12-24 to 01-04",
        "boss_life slime_king: times 0.5",
        "opens 2001",
    ] {
        assert!(text.contains(words), "{words} in:\n{text}");
    }
}

#[test]
fn the_picture_shows_each_time_of_an_event_once_with_its_hours() {
    let zone = time_zone("Europe/Berlin").expect("a known zone");
    let svg = calendar(&[("weekend", WEEKEND)], "Europe/Berlin", "2027-03-01", |calendar| calendar.svg(&zone));
    assert!(svg.contains("2027-03-26 18:00 to 2027-03-29 00:00"), "over the change of clocks: {svg}");
    assert_eq!(svg.matches("rx=\"3\"").count(), 4 + 5 + 5, "each weekend of three months, cut at none of their ends");
    let html = calendar(&[("weekend", WEEKEND)], "Europe/Berlin", "2027-03-01", |calendar| calendar.html(&zone));
    assert!(html.contains("<svg") && !html.contains("http-equiv") && !html.contains("src="), "it needs nothing else");
}

#[test]
fn events_that_change_the_same_numbers_at_the_same_time_are_told_at_the_later_one() {
    let set = |value: i64| {
        format!(
            "windows: [Dates(from: \"2026-05-01\", to: \"2026-05-04\")],
 changes: [(of: stage_energy(from: 8, to: 10), set: {value})]"
        )
    };
    let (one, other) = (set(7), set(8));
    let errors = told(&[("a", &one), ("b", &other)]);
    assert_eq!(
        errors,
        [
            "events/b.ron:4:12: error: changes[0]: sets otherwise what is set by a, which runs at the same time, for example \
          on 2026-05-01 (if that is meant, say why: intended: \"..\")"
        ]
    );
    let intended = format!("{other}, intended: \"the last day is dearer\"");
    assert_eq!(told(&[("a", &one), ("b", &intended)]), [""; 0], "what is meant is not told");
    let elsewhere = other.replace("2026-05", "2026-06");
    assert_eq!(told(&[("a", &one), ("b", &elsewhere)]), [""; 0], "nor what never meets");
    let warnings = told(&[("a", WEEKEND), ("b", &WEEKEND.replace("from: 8, to: 24", "from: 20, to: 22"))]);
    let warnings: Vec<_> = warnings.iter().filter(|told| told.contains("runs at the same time")).collect();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    let told =
        "warning: changes[0]: changes once more what is changed by a, which runs at the same time, for example on a ";
    assert!(warnings[0].contains(told), "{warnings:?}");
}

#[test]
fn a_mistake_in_an_event_is_told_at_its_line_in_the_words_of_the_game() {
    let at = "windows: [Dates(from: \"2026-05-01\", to: \"2026-05-04\")],\n ";
    let cases = [
        (
            "changes: [(of: stage_rewards(from: 950), multiply: 2)]",
            "changes[0].of: changes nothing: there are no such numbers",
        ),
        (
            "changes: [(of: offer_price(offer: \"diamonds_6\"), multiply: 2)]",
            "changes nothing: there is no \"diamonds_6\" in shop.ron (did you mean \"diamonds_60\"?)",
        ),
        (
            "changes: [(of: stage_energy(from: 8), add: -9)]",
            "changes[0]: makes stages[1].energy of stages/general.ron wrong: -3 is out of range",
        ),
        ("changes: [(of: offer_price(), multiply: 0)]", "of shop.ron wrong: 0 is out of range, expected 1"),
        ("changes: [(of: stage_energy(from: 8), add: 1, set: 3)]", "expected one of multiply, add and set"),
        ("changes: [(of: stage_energy(from: 8, to: 3), add: 1)]", "expected from <= to, found 8 to 3"),
        (
            "changes: [(of: stage_energy(from: 8), multiply: 0.3333)]",
            "expected a factor of 0 to 1000 with at most three decimals",
        ),
        ("changes: [(of: energy_pace(), multiply: 2)]", "energy_pace"),
        ("opens: [2999]", "opens[0]: there is no stage 2999"),
        ("opens: [8]", "opens[0]: stage 8 is open at all times"),
        (
            "mail: (subject: (zh: \"\", en: \"a\"), body: (zh: \"b\", en: \"b\"))",
            "mail.subject.zh: expected a text of 1 to",
        ),
        (
            "mail: (subject: (zh: \"a\", en: \"a\"), body: (zh: \"b\", en: \"b\"), items: [\"3:99:1\"])",
            "unknown item 3:99",
        ),
    ];
    for (text, expected) in cases {
        let problems = told(&[("a", &format!("{at}{text}"))]);
        assert!(problems.len() == 1 && problems[0].contains(expected), "{text}: {problems:#?}");
        assert!(problems[0].starts_with("events/a.ron:4:"), "{text}: {problems:#?}");
    }
    let own = told(&[("a", "player_days: (from: 1, to: 7),\n changes: [(of: boss_life(), multiply: 2)]")]);
    assert!(
        own.len() == 1 && own[0].contains("a player's own days change rewards, costs, offers and chances"),
        "{own:#?}"
    );
}

#[test]
fn special_events_of_before_are_read_where_they_used_to_lie() {
    let files = game::shipped_assets().text_files().expect("the shipped assets should be readable");
    let old = files.into_iter().filter(|(file, _)| !file.starts_with("events/"));
    let texts = old.map(|(file, text)| (file.replace("special_events/", "events/"), text)).collect();
    let pictures = game::shipped_assets();
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (file, bytes) in pictures.pictures().expect("the shipped images should be readable") {
        let path = folder.path().join(file);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder should be writable");
        std::fs::write(path, bytes).expect("the folder should be writable");
    }
    let layers = vec![AssetSource::Folder(folder.path().to_owned()), AssetSource::Texts(texts)];
    let rules = game::load_rules(&GameSettings::default(), &AssetSource::Layers(layers));
    let rules = rules.unwrap_or_else(|problems| panic!("a folder of before should load:\n{problems}"));
    let warnings: Vec<String> = rules.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings.len(), 4, "{warnings:#?}");
    assert!(
        warnings[0].contains("events/caravan.ron:2:1: warning: special events lie in special_events/ now"),
        "{warnings:#?}"
    );
}

#[test]
fn a_mistake_in_a_table_is_not_told_once_more_at_the_event_that_changes_the_number() {
    let stages = include_str!("../../assets/stages/general.ron").replacen("3:1:375", "3:1:-375", 1);
    let texts = BTreeMap::from([("stages/general.ron".to_owned(), stages)]);
    let source = AssetSource::Layers(vec![game::shipped_assets(), AssetSource::Texts(texts)]);
    let problems = game::load_rules(&GameSettings::default(), &source).map(drop).expect_err("a negative reward");
    let files: Vec<&str> = problems.iter().map(|problem| problem.file.as_str()).collect();
    assert_eq!(files, ["stages/general.ron"], "{problems}");
}
