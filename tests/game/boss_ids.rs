//! Bosses are known by their ids: what the world knows of one stays with it, wherever it stands in the list.

use std::path::Path;

use raidkeep::engine::rules::Problems;
use raidkeep::game;
use raidkeep::studio::testing::{TestPlayer, TestServer, TestSetup, edit_assets};
use serde_json::{Value, json};
use tempfile::TempDir;

const FILE: &str = "world_boss.ron";
const DAY: i64 = 86_400;

/// A boss of the tests: its id and its life.
type Boss = (&'static str, u64);

const SLIME: Boss = ("slime", 100);
const WOLF: Boss = ("wolf", 200);
const DRAGON: Boss = ("dragon", 400);
const NEWCOMER: Boss = ("newcomer", 800);

/// How changed rules come into a world.
#[derive(Debug, Clone, Copy)]
enum Way {
    Reload,
    Restart,
}

fn entry((id, life): Boss) -> String {
    format!(
        "        (\n            id: \"{id}\",\n            life_value: {life},\n            name: \"the {id}\",\n            \
         gift: (delay_hours: 1, subject: \"{id}\", body: \"for all\", items: [\"3:1:100\"]),\n        ),\n"
    )
}

/// The shipped file with another roster.
fn with_roster(entries: &[String]) -> String {
    let shipped = game::shipped_assets().text_files().expect("the shipped assets should be readable");
    let text = &shipped[FILE];
    let (before, rest) = text.split_once("    bosses: [\n").expect("the file should have a roster");
    let (_, after) = rest.split_once("\n    ],\n").expect("the roster should end");
    format!("{before}    bosses: [\n{}    ],\n{after}", entries.concat())
}

fn write(folder: &Path, bosses: &[Boss]) {
    let entries: Vec<String> = bosses.iter().copied().map(entry).collect();
    std::fs::write(folder.join(FILE), with_roster(&entries)).expect("the test's folder should be writable");
}

/// A world with bosses, and a player who fights them.
struct Field {
    server: TestServer,
    folder: TempDir,
    ann: TestPlayer,
}

impl Field {
    fn of(bosses: &[Boss]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let assets = edit_assets(folder.path(), "tickets.ron", "daily: 3", "daily: 30");
        let text = std::fs::read_to_string(folder.path().join("energy.ron")).expect("the asset should be there");
        let text = text.replace("newcomer: 120", "newcomer: 100000").replace("maximum: 120", "maximum: 100000");
        std::fs::write(folder.path().join("energy.ron"), text).expect("the test's folder should be writable");
        write(folder.path(), bosses);
        allow(folder.path());
        let mut server = TestServer::with(TestSetup { assets, ..TestSetup::default() });
        let ann = server.player("ann");
        Self { server, folder, ann }
    }

    /// The rules get another roster.
    fn change(self, way: Way, bosses: &[Boss]) -> Self {
        write(self.folder.path(), bosses);
        allow(self.folder.path());
        let mut field = self;
        match way {
            Way::Reload => {
                let reply = field.server.operate("rules_reload", json!({}));
                assert_eq!(reply["data"]["changed"], true, "{reply}");
                field
            }
            Way::Restart => field.restart(),
        }
    }

    fn restart(self) -> Self {
        let assets = raidkeep::engine::rules::AssetSource::Folder(self.folder.path().to_owned());
        let mut server = self.server.crash_and_reopen_with(assets);
        let ann = server.player("ann");
        Self { server, ann, ..self }
    }

    /// Strikes the first boss alive, with surplus for those behind it.
    fn strike(&mut self, damage: u64) {
        let entered = self.server.ask(&self.ann, "enter_stage", json!({"stage": 3000}));
        assert_eq!(entered["status"], 0, "a boss is alive: {entered}");
        let left = self.server.ask(&self.ann, "pass_stage", json!({"stage": 3000, "damage": damage}));
        assert_eq!(left["status"], 0, "{left}");
    }

    /// What clients are told of the bosses' lives, by place.
    fn ratios(&mut self) -> Vec<String> {
        let told = self.server.ask(&self.ann, "stage_refresh_boss", json!({}))["data"]["ratio"].clone();
        let count = told.as_object().map_or(0, serde_json::Map::len);
        (0..count).map(|place| told[place.to_string()].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// The gifts that have come a day later, by the boss's id.
    fn gifts(&mut self) -> Vec<String> {
        self.server.advance_seconds(DAY);
        let reply = self.server.ask(&self.ann, "get_all_mail", json!({}));
        let mails = reply["data"]["mail"].as_array().cloned().unwrap_or_default();
        let mut gifts: Vec<String> = mails.iter().filter_map(|mail| mail["subj"].as_str().map(str::to_owned)).collect();
        gifts.sort_unstable();
        gifts
    }

    fn deaths(&mut self) -> Vec<(u64, String)> {
        let death = |event: &Value| {
            let is_it = event["event"] == "boss_died";
            is_it.then(|| Some((event["data"]["boss"].as_u64()?, event["data"]["name"].as_str()?.to_owned())))
        };
        let events = self.server.events(self.ann.connection);
        events.iter().filter_map(death).flatten().collect()
    }
}

/// Clients are told as many challenges as the edited tickets give.
fn allow(folder: &Path) {
    let path = folder.join(FILE);
    let text = std::fs::read_to_string(&path).expect("the asset should be there");
    std::fs::write(path, text.replace("max_enter_time: 3,", "max_enter_time: 30,")).expect("writable");
}

fn both_ways(story: impl Fn(Way)) {
    [Way::Reload, Way::Restart].into_iter().for_each(story);
}

#[test]
fn a_boss_inserted_above_a_dead_one_is_alive_and_the_dead_one_stays_dead() {
    both_ways(|way| {
        let mut field = Field::of(&[SLIME, WOLF]);
        field.strike(100);
        let mut field = field.change(way, &[NEWCOMER, SLIME, WOLF]);
        assert_eq!(field.ratios(), ["1.00", "0.00", "1.00"], "{way:?}: replies count by place");
        field.deaths();
        field.strike(800);
        assert_eq!(field.deaths(), [(0, "the newcomer".to_owned())], "{way:?}: the newcomer is fought first");
        assert_eq!(field.ratios(), ["0.00", "0.00", "1.00"]);
        assert_eq!(field.gifts(), ["newcomer", "slime"], "{way:?}: each death brings its own gift, once");
    });
}

#[test]
fn two_bosses_that_swap_places_keep_their_lives_and_deaths() {
    both_ways(|way| {
        let mut field = Field::of(&[SLIME, WOLF, DRAGON]);
        field.strike(150);
        assert_eq!(field.ratios(), ["0.00", "0.75", "1.00"]);
        let mut field = field.change(way, &[DRAGON, WOLF, SLIME]);
        assert_eq!(field.ratios(), ["1.00", "0.75", "0.00"], "{way:?}");
        field.strike(400 + 150);
        assert_eq!(field.gifts(), ["dragon", "slime", "wolf"], "{way:?}: nobody dies twice");
    });
}

#[test]
fn without_the_first_boss_the_others_move_up_with_their_lives() {
    both_ways(|way| {
        let mut field = Field::of(&[SLIME, WOLF, DRAGON]);
        field.strike(150);
        let mut field = field.change(way, &[WOLF, DRAGON]);
        assert_eq!(field.ratios(), ["0.75", "1.00"], "{way:?}: the dead slime does not hand its death to the wolf");
        field.strike(150);
        assert_eq!(field.gifts(), ["slime", "wolf"], "{way:?}: and its gift still comes");
    });
}

#[test]
fn a_boss_that_gets_another_name_stays_the_same_boss() {
    both_ways(|way| {
        let mut field = Field::of(&[SLIME, WOLF]);
        field.strike(150);
        let path = field.folder.path().join(FILE);
        let text = std::fs::read_to_string(&path).expect("the asset should be there");
        std::fs::write(&path, text.replace("the slime", "the ooze").replace("the wolf", "the hound"))
            .expect("writable");
        if let Way::Reload = way {
            assert_eq!(field.server.operate("rules_reload", json!({}))["data"]["changed"], true);
        } else {
            field = field.restart();
        }
        assert_eq!(field.ratios(), ["0.00", "0.75"], "{way:?}");
        field.deaths();
        field.strike(150);
        assert_eq!(field.deaths(), [(1, "the hound".to_owned())], "{way:?}: it dies under its new name");
        assert_eq!(field.gifts(), ["slime", "wolf"]);
    });
}

#[test]
fn a_boss_added_at_the_end_comes_whole_and_changes_nobody() {
    both_ways(|way| {
        let mut field = Field::of(&[SLIME, WOLF]);
        field.strike(150);
        let mut field = field.change(way, &[SLIME, WOLF, DRAGON]);
        assert_eq!(field.ratios(), ["0.00", "0.75", "1.00"], "{way:?}");
        assert_eq!(field.gifts(), ["slime"]);
    });
}

#[test]
fn a_removed_boss_comes_back_as_it_was_until_the_season_ends() {
    both_ways(|way| {
        let mut field = Field::of(&[SLIME, WOLF, DRAGON]);
        field.strike(150);
        let field = field.change(way, &[DRAGON]);
        let mut field = field.restart();
        assert_eq!(field.ratios(), ["1.00"]);
        let mut field = field.change(way, &[SLIME, ("wolf", 400), DRAGON]);
        assert_eq!(field.ratios(), ["0.00", "0.87", "1.00"], "{way:?}: dead stays dead, and 50 of now 400 were dealt");
        field.strike(350);
        assert_eq!(field.gifts(), ["slime", "wolf"], "{way:?}: the slime brings no second gift");

        let mut field = field.change(way, &[DRAGON]);
        field.server.advance_seconds(31 * DAY);
        field.ann = field.server.player("ann");
        let mut field = field.change(way, &[SLIME, DRAGON]);
        assert_eq!(field.ratios(), ["1.00", "1.00"], "{way:?}: in the next season it is as whole as the others");
    });
}

/// A world that was made before bosses had ids: its rows are numbered by place, and nothing says whose they are.
fn before_ids(field: &mut Field) {
    field.server.damage(|batch| batch.delete_all("boss_numbers", &[]));
}

#[test]
fn bosses_of_a_world_of_before_ids_are_taken_over_by_place_once() {
    let mut field = Field::of(&[SLIME, WOLF, DRAGON]);
    field.strike(150);
    before_ids(&mut field);
    let mut field = field.restart();
    assert_eq!(field.ratios(), ["0.00", "0.75", "1.00"], "the first start under ids finds them by place");
    let field = field.change(Way::Restart, &[NEWCOMER, DRAGON, SLIME, WOLF]);
    let mut field = field.restart();
    assert_eq!(field.ratios(), ["1.00", "1.00", "0.00", "0.75"], "and from then on by id");
    assert_eq!(field.gifts(), ["slime"], "nothing is sent twice");
}

#[test]
fn a_boss_of_before_ids_that_has_no_place_in_the_rules_is_gone() {
    let mut field = Field::of(&[SLIME, WOLF, DRAGON]);
    field.strike(650);
    before_ids(&mut field);
    let field = field.change(Way::Restart, &[SLIME, WOLF]);
    let mut field = field.change(Way::Restart, &[SLIME, WOLF, NEWCOMER]);
    assert_eq!(field.ratios(), ["0.00", "0.00", "1.00"], "what comes later is a boss of its own");
    assert_eq!(field.server.verify(), Vec::new());
}

fn problems_of(entries: &[String]) -> Problems {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let assets = edit_assets(folder.path(), "energy.ron", "maximum: 120", "maximum: 120");
    std::fs::write(folder.path().join(FILE), with_roster(entries)).expect("the test's folder should be writable");
    let loaded = TestSetup::default().catalogue().load(&assets);
    loaded.expect_err("a mistake should be an error")
}

/// The only problem, as a designer reads it, with the text of its line.
fn only_problem(entries: &[String]) -> (String, String) {
    let problems = problems_of(entries);
    assert_eq!(problems.len(), 1, "one mistake is one error:\n{problems}");
    let problem = problems.iter().next().expect("there is one");
    let line = usize::try_from(problem.line).expect("a line fits") - 1;
    let text = with_roster(entries).lines().nth(line).unwrap_or_default().trim().to_owned();
    (problem.to_string(), text)
}

#[test]
fn a_boss_without_an_id_is_told_what_to_type() {
    let nameless = entry(WOLF).replace("            id: \"wolf\",\n", "");
    let (problem, line) = only_problem(&[entry(SLIME), nameless, entry(("boss_2", 400))]);
    assert_eq!(line, "(", "at the boss");
    for part in ["bosses[1]", "the wolf", "has no id", "type id: \"boss_2_2\"", "by place, once"] {
        assert!(problem.contains(part), "{part}: {problem}");
    }
}

#[test]
fn an_id_that_two_bosses_have_or_that_is_none_is_an_error_at_its_line() {
    let (problem, line) = only_problem(&[entry(SLIME), entry(WOLF), entry(("slime", 300))]);
    assert_eq!(line, "id: \"slime\",");
    for part in ["bosses[2].id", "already the id of \"the slime\"", "such as \"slime_2\""] {
        assert!(problem.contains(part), "{part}: {problem}");
    }
    for wrong in ["", "Slime King", "史莱姆", "9_lives"] {
        let (problem, line) = only_problem(&[entry((wrong, 100)), entry(WOLF)]);
        assert_eq!(line, format!("id: \"{wrong}\","));
        assert!(problem.contains("is no id, expected lowercase letters, digits and _"), "{problem}");
    }
}
