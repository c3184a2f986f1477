//! A designer's afternoon, as docs/afternoon.md tells it: the commands and files are those of the document, what the program
//! prints is compared with it word for word, and a real server takes in what comes of it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::process::{Client, Host, OPERATOR, PROGRAM, Server, copy_folder};
use serde_json::{Value, json};

const DOCUMENT: &str = include_str!("../../docs/afternoon.md");
/// Where the document's server listens for operators; another port is free when the test runs.
const OPERATORS: &str = "ws://127.0.0.1:7352";
const DAY_SECONDS: i64 = 86_400;
/// Of Shanghai, the shipped zone.
const ZONE_SECONDS: i64 = 8 * 3600;

/// The designer's folder, and the server that players play on.
struct Afternoon {
    host: Host,
    server: Server,
}

impl Afternoon {
    fn new() -> Self {
        let host = Host::new(&[]);
        let live = host.path("live");
        copy_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("assets"), &live);
        std::fs::remove_file(live.join("goals.ron")).expect("the shipped goals are about a month");
        copy_folder(&live, &host.path("idea"));
        let live = live.display().to_string();
        // What is copied file by file is taken in once, when the designer says so.
        let host = host.with(&["--clock", "manual", "--assets", &live, "--set", "assets_watch=false"]);
        let server = host.start();
        Self { host, server }
    }

    /// Runs a command of the document in the folder.
    fn run(&self, command: &str) -> Output {
        let arguments = command.replace(OPERATORS, &format!("ws://{}", self.server.operators));
        let mut program = Command::new(PROGRAM);
        program.args(arguments.split(' '));
        if arguments.starts_with("check ") {
            // The dates of the shipped assets are not over on the day of the document.
            program.args(["--at", "2026-12-01 12:00:00"]);
        }
        program.current_dir(self.host.path("")).env("RAIDKEEP_OPERATOR_TOKEN", OPERATOR);
        program.output().expect("the program should be there")
    }

    /// Runs a command, and checks that it ends with this code and prints what the document shows.
    fn shows(&self, command: &str, code: i32) {
        let output = self.run(command);
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        let printed = printed.replace(&format!("ws://{}", self.server.operators), OPERATORS);
        assert_eq!(output.status.code(), Some(code), "{command}: {printed}{}", String::from_utf8_lossy(&output.stderr));
        let start = format!("$ raidkeep {command}\n");
        let shown = DOCUMENT.split_once(&start).unwrap_or_else(|| panic!("the document runs {command}")).1;
        let shown = shown.split("```").next().unwrap_or_default();
        assert_eq!(printed, shown, "what docs/afternoon.md shows of {command} is what is printed");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.host.path(name)
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Writes a file as the document has it.
    fn write(&self, name: &str) {
        let shown = DOCUMENT.split_once(&format!("`{name}`:\n\n```ron\n")).expect("the document has the file").1;
        let text = shown.split("```").next().unwrap_or_default();
        std::fs::write(self.path(name), text).expect("a writable folder");
    }

    /// Edits a file as somebody does in an editor.
    fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.text(name);
        assert!(text.contains(from), "{name} should hold {from:?}:\n{text}");
        std::fs::write(self.path(name), text.replacen(from, to, 1)).expect("a writable folder");
    }

    fn advance(&self, seconds: i64) -> i64 {
        let reply = self.server.operate("clock_advance", json!({"seconds": seconds}));
        reply["data"]["now"].as_i64().unwrap_or_else(|| panic!("the time: {reply}"))
    }

    /// Lets the clock go on to the next Friday, 12:00.
    fn until_friday_noon(&self) {
        let now = self.advance(1) + ZONE_SECONDS;
        // 1 January 1970 was a Thursday.
        let days_since_friday = (now / DAY_SECONDS + 6) % 7;
        self.advance((7 - days_since_friday) * DAY_SECONDS - now % DAY_SECONDS + DAY_SECONDS / 2);
    }
}

fn wins(player: &mut Client) -> (Value, Value) {
    let entered = player.ask("enter_stage_general", json!({"stage": 8}));
    let won = player.ask("victory_stage_general", json!({"stage": 8}));
    (entered["data"]["energy"]["reward"].clone(), won["data"]["exp_info"]["reward"].clone())
}

/// The only event that a player is told of.
fn event_of(player: &mut Client) -> Value {
    let told = player.ask("list_events", json!({}));
    told["data"]["events"][0].clone()
}

#[test]
fn an_afternoon_from_an_idea_to_players_who_feel_it() {
    let afternoon = Afternoon::new();
    afternoon.until_friday_noon();
    let mut ann = afternoon.server.guest("ann");
    assert_eq!(wins(&mut ann), (json!(-6), json!(500)), "the game as it was");
    ann.ask("enter_stage_general", json!({"stage": 8}));

    edit_in_a_sheet(&afternoon);
    afternoon.write("idea/events/weekend.ron");
    afternoon.shows("check idea", 0);
    say_what_is_wanted(&afternoon);
    afternoon.shows("diff live idea", 0);
    publish(&afternoon);
    let won = ann.ask("victory_stage_general", json!({"stage": 8}));
    assert_eq!(won["data"]["exp_info"]["reward"], 500, "who was inside gets what was promised at the entry: {won}");
    assert_eq!(wins(&mut ann), (json!(-5), json!(500)), "from now on it is cheaper; the weekend is still to come");
    let event = event_of(&mut ann);
    assert_eq!((&event["name"]["en"], &event["running"]), (&json!("Weekend"), &json!(false)), "{event}");

    the_weekend_begins(&afternoon, &mut ann, &event["at"]["begins_at"]);
}

fn edit_in_a_sheet(afternoon: &Afternoon) {
    afternoon.shows("sheet export idea/stages --out sheets", 0);
    let general = "sheets/general.csv";
    afternoon.edit(general, "\n2,8,9,6,125,125,375,1,", "\n2,8,9,5,125,125,375,1,");
    let sheet = afternoon.text(general);
    let last = sheet.lines().last().expect("the row of stage 24");
    let new = last.replacen("16,24,", ",25,", 1).replacen(",375,", ",400,", 1);
    std::fs::write(afternoon.path(general), format!("{sheet}{new}\r\n")).expect("a writable folder");
    afternoon.shows("sheet import idea/stages sheets/general.csv", 0);
    afternoon.shows("check idea --deny-warnings", 1);
    afternoon.shows("sheet export idea/stages/general.ron --out again", 0);
    afternoon.edit("again/general.csv", "\n2,8,9,5,125,125,375,1,", "\n2,8,9,5,125,125,375,,");
    afternoon.shows("sheet import idea/stages again/general.csv", 0);
    let changed: Vec<String> =
        lines_that_differ(&afternoon.text("live/stages/general.ron"), &afternoon.text("idea/stages/general.ron"));
    assert_eq!(
        changed[..2],
        ["energy: 5,", "rewards: [\"3:9:125\", \"3:2:125\", \"3:1:375\"],"],
        "and nothing else, but stage 25"
    );
    assert!(changed[2..].iter().any(|line| line == "from: 25,"), "{changed:?}");
}

/// Lines of the later text that are not at the same place in the earlier one.
fn lines_that_differ(before: &str, after: &str) -> Vec<String> {
    let before: Vec<&str> = before.lines().collect();
    let differs = |(index, line): &(usize, &str)| before.get(*index) != Some(line);
    after.lines().enumerate().filter(differs).map(|(_, line)| line.trim().to_owned()).collect()
}

fn say_what_is_wanted(afternoon: &Afternoon) {
    afternoon.write("idea/goals.ron");
    afternoon.write("noon.ron");
    let compare = "compare live idea --goals --policy noon.ron --players 3 --days 2 --seeds 3";
    afternoon.shows(compare, 0);
    let goals = afternoon.text("comparison/csv/goals.csv");
    let level = "median level of all players on day 2: at least 12";
    assert!(goals.contains(&format!("live: {level},9 (8.28 to 9.72),broken,idea/goals.ron:4:9")), "{goals}");
    assert!(goals.contains(&format!("idea: {level},13 (12.28 to 13.72),held,idea/goals.ron:4:9")), "{goals}");
    let changes = afternoon.text("comparison/csv/changes.csv");
    assert!(changes.contains("Level [level]") && changes.contains("44.4"), "{changes}");
    let page = afternoon.text("comparison/compare.html");
    assert!(page.contains("<svg") && page.contains(level), "pictures, and the goals first");
    let data: Value = serde_json::from_str(&afternoon.text("comparison/compare.json")).expect("JSON");
    assert_eq!(data.as_array().map(Vec::len), Some(1), "one folder is compared with the first");
}

fn publish(afternoon: &Afternoon) {
    afternoon.shows(&format!("check idea --against {OPERATORS}"), 0);
    copy_folder(&afternoon.path("idea"), &afternoon.path("live"));
    let reloaded = afternoon.run("call rules_reload");
    let reply: Value = serde_json::from_slice(&reloaded.stdout).unwrap_or_else(|_| panic!("JSON: {reloaded:?}"));
    assert_eq!((&reply["data"]["changed"], &reply["data"]["problems"]), (&json!(true), &json!([])), "{reply}");
    afternoon.shows("diff live idea --exit-code", 0);
}

fn the_weekend_begins(afternoon: &Afternoon, ann: &mut Client, begins_at: &Value) {
    let now = afternoon.advance(1);
    let begins_at = begins_at.as_i64().expect("a moment");
    assert_eq!((begins_at + ZONE_SECONDS) % DAY_SECONDS, 0, "at midnight");
    afternoon.advance(begins_at - now - 1);
    assert_eq!(wins(ann), (json!(-5), json!(500)), "one second before");
    afternoon.advance(1);
    assert_eq!(event_of(ann)["running"], true);
    assert_eq!(wins(ann), (json!(-5), json!(1000)), "twice the experience");
    let metrics = afternoon.server.metrics();
    for line in [
        "raidkeep_rules_reloads_total{outcome=\"changed\"} 1\n",
        "raidkeep_requests_total{world=\"0\",function=\"victory_stage_general\",status=\"0\"} 5\n",
    ] {
        assert!(metrics.contains(line), "{line} in:\n{metrics}");
    }
}
