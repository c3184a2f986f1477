//! Completion and meanings as functions of texts, without a program.

use std::collections::BTreeMap;

use raidkeep::engine::rules::{AssetSource, Catalogue};
use raidkeep::game;
use raidkeep::server::config::Config;
use raidkeep::studio::language::{Completion, GivenNames, Known, Suggestion, WrittenNames, complete, hover};

struct Desk {
    catalogue: Catalogue,
    texts: BTreeMap<String, String>,
    shipped: WrittenNames,
    names: GivenNames,
}

impl Desk {
    fn new() -> Self {
        let settings = Config::load(None, &[]).and_then(|config| config.game()).expect("the shipped configuration");
        let catalogue = game::catalogue(&settings);
        let source = game::shipped_assets();
        let study = catalogue.study(&source);
        let shipped = WrittenNames::of(&study, &catalogue);
        let mut names = GivenNames::default();
        names.learn(&study);
        let texts = source.text_files().expect("the shipped assets can be read");
        Self { catalogue, texts, shipped, names }
    }

    /// The text of a file with a part replaced, and where `|` stands in the new one.
    fn edited(&self, file: &str, from: &str, to: &str) -> (String, usize) {
        let text = &self.texts[file];
        assert!(text.contains(from), "{file} should hold {from:?}");
        let at = text.find(from).expect("it is there") + to.find('|').expect("a place");
        (text.replacen(from, &to.replacen('|', "", 1), 1), at)
    }

    fn complete(&self, file: &str, from: &str, to: &str) -> (String, Completion) {
        let (text, at) = self.edited(file, from, to);
        let known = Known { catalogue: &self.catalogue, slots: &self.shipped.slots, names: &self.names };
        (text.clone(), complete(file, &text, at, known))
    }

    fn labels(&self, file: &str, from: &str, to: &str) -> Vec<String> {
        self.complete(file, from, to).1.suggestions.into_iter().map(|found| found.label).collect()
    }

    fn suggestion(&self, file: &str, from: &str, to: &str, label: &str) -> Suggestion {
        let found = self.complete(file, from, to).1.suggestions;
        let labels: Vec<&str> = found.iter().map(|found| found.label.as_str()).collect();
        found.iter().find(|found| found.label == label).unwrap_or_else(|| panic!("{label} in {labels:?}")).clone()
    }

    fn hover(&self, file: &str, from: &str, to: &str) -> Option<String> {
        let (text, at) = self.edited(file, from, to);
        let mut texts = self.texts.clone();
        texts.insert(file.to_owned(), text.clone());
        let study = self.catalogue.study(&AssetSource::Texts(texts));
        let names = WrittenNames::of(&study, &self.catalogue);
        hover(file, &text, at, self.catalogue.schema_of_file(file), (&study, &names)).map(|card| card.text)
    }
}

#[test]
fn fields_are_offered_with_their_meaning_required_ones_first_and_none_twice() {
    let desk = Desk::new();
    let labels = desk.labels("monsters.ron", "(id: \"slime\", name: \"史莱姆\", ", "(id: \"slime\", |");
    assert_eq!(labels[0], "name", "the only required one that is left: {labels:?}");
    assert!(!labels.iter().any(|label| ["id", "life", "speed"].contains(&label.as_str())), "{labels:?}");
    let energy = desk.suggestion("items.ron", "name: \"金币\")", "name: \"金币\", |)", "energy");
    assert_eq!(energy.detail, "whole number, 1 to 1000000 (points of energy), may be left out");
    assert!(energy.about.starts_with("Points of energy that `use_item` turns one into"), "{}", energy.about);
    assert_eq!(energy.snippet, "energy: $1", "what follows on the line is left alone");
}

#[test]
fn words_of_an_enumeration_are_offered_with_what_belongs_into_their_brackets() {
    let desk = Desk::new();
    let modes = desk.labels("stages/general.ron", "mode: general", "mode: |");
    assert!(modes.contains(&"endless".to_owned()) && modes.contains(&"boss".to_owned()), "{modes:?}");
    let yearly = desk.suggestion(
        "events/spring_festival.ron",
        "[Dates(name: \"2027\", from: \"2027-02-05\", to: \"2027-02-20\")]",
        "[|]",
        "Dates",
    );
    assert!(yearly.snippet.starts_with("Dates(from: \"$1\""), "{}", yearly.snippet);
    let surplus = desk.labels("world_boss.ron", "legacy: true", "legacy: |");
    assert_eq!(surplus, ["true", "false"]);
}

#[test]
fn ids_are_offered_where_an_id_belongs_with_their_names() {
    let desk = Desk::new();
    let coins = desk.suggestion("shop.ron", "items: [\"3:5:60\"]", "items: [|]", "3:1 金币");
    assert_eq!((coins.snippet.as_str(), coins.plain.as_str()), ("\"3:1:$1\"", "\"3:1:\""));
    let (text, found) = desk.complete("shop.ron", "items: [\"3:5:60\"]", "items: [\"3:|5:60\"]");
    assert_eq!(&text[found.span], "\"3:5:60\"", "the whole string is replaced");
    for (file, from, to, expected) in [
        ("layouts.ron", "monster: \"slime\"", "monster: |", "slime 史莱姆"),
        ("stages/general.ron", "layout: \"meadow\"", "layout: \"|\"", "meadow"),
        ("tickets.ron", "ticket: 19", "ticket: |", "19 金币挑战"),
        ("events/spring_festival.ron", "offer: \"diamonds_60\"", "offer: |", "diamonds_60 60钻石"),
        ("tickets.ron", "vip_items: [\"3:26\"", "vip_items: [|", "3:26 VIP月卡"),
        ("tasks/lost_lamb.ron", "speaker: \"shepherd\"", "speaker: |", "shepherd 牧童阿牧"),
        ("tasks/lost_lamb.ron", "start: \"meadow\"", "start: \"|\"", "bushes"),
        ("characters.ron", "portrait: \"portraits/narrator\"", "portrait: \"|\"", "portraits/elder"),
        ("stages/activity.ron", "drops: [\"weekend_spoils\"]", "drops: [|]", "weekend_spoils 周末战利品"),
    ] {
        let labels = desk.labels(file, from, to);
        assert!(labels.iter().any(|label| label == expected), "{file}: {expected} in {labels:?}");
    }
    let steps = desk.labels("tasks/dragon_lair.ron", "start: \"", "start: \"|");
    assert!(!steps.iter().any(|step| step == "bushes"), "scenes of another task are not offered: {steps:?}");
}

#[test]
fn of_thousands_of_ids_those_are_offered_that_hold_what_is_typed() {
    let mut desk = Desk::new();
    let many: String = (0..2000)
        .map(|n| format!("(id: \"m_{n}\", name: \"怪{n}\", life: 5, attack: 1, defense: 1, speed: 1.0),"))
        .collect();
    let monsters = desk.texts["monsters.ron"].replacen("monsters: [", &format!("monsters: [{many}"), 1);
    desk.texts.insert("monsters.ron".to_owned(), monsters);
    desk.names.learn(&desk.catalogue.study(&AssetSource::Texts(desk.texts.clone())));
    let (_, all) = desk.complete("layouts.ron", "monster: \"slime\"", "monster: |");
    assert!(all.has_more && all.suggestions.len() == 500, "the editor asks again: {}", all.suggestions.len());
    let (_, found) = desk.complete("layouts.ron", "monster: \"slime\"", "monster: \"怪1999|\"");
    let labels: Vec<&str> = found.suggestions.iter().map(|found| found.label.as_str()).collect();
    assert_eq!(labels, ["m_1999 怪1999"], "by its name as by its id");
}

#[test]
fn nothing_is_offered_in_comments_and_in_files_that_no_table_reads() {
    let desk = Desk::new();
    assert!(desk.labels("energy.ron", "(", "( // en|\n").is_empty());
    let known = Known { catalogue: &desk.catalogue, slots: &desk.shipped.slots, names: &desk.names };
    assert!(complete("notes.ron", "(", 1, known).suggestions.is_empty());
}

#[test]
fn a_place_is_told_with_unit_range_default_and_the_names_of_ids() {
    let desk = Desk::new();
    let energy = desk.hover("items.ron", "energy: 50", "ener|gy: 50").expect("a field");
    assert!(
        energy.starts_with("**energy**: whole number, 1 to 1000000 (points of energy), may be left out"),
        "{energy}"
    );
    let coin = desk.hover("shop.ron", "\"3:5:60\"", "\"3:|5:60\"").expect("an id");
    assert!(coin.starts_with("**item 3:5** 钻石\n\ngiven in items.ron:"), "{coin}");
    let lost = desk.hover("shop.ron", "\"3:5:60\"", "\"3:|999:60\"").expect("an id");
    assert!(lost.contains("not given; expected one of the items in items.ron"), "{lost}");
    let portrait = desk.hover("characters.ron", "portraits/elder", "portr|aits/elder").expect("an image");
    assert!(portrait.contains("portraits/elder"), "{portrait}");
    assert_eq!(desk.hover("items.ron", "(\n    items", "(\n |   items"), None);
}
