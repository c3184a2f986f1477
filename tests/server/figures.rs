//! `raidkeep figures`: what a running server has counted, for spreadsheets.

use std::process::{Command, Output};

use crate::process::{Host, OPERATOR, PROGRAM, Server};
use serde_json::json;

fn figures(server: &Server, arguments: &[&str]) -> Output {
    let url = format!("ws://{}", server.operators);
    let mut command = Command::new(PROGRAM);
    command.args(["figures", "--admin-url", &url]).args(arguments).env("RAIDKEEP_OPERATOR_TOKEN", OPERATOR);
    command.output().expect("the program runs")
}

fn lines(output: &Output) -> Vec<String> {
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    text.trim_start_matches('\u{feff}').lines().map(str::to_owned).collect()
}

#[test]
fn a_spreadsheet_gets_a_line_for_each_day_and_one_for_each_item_and_cause() {
    let host = Host::new(&["--clock", "manual"]);
    let server = host.start();
    let mut ann = server.guest("ann");
    ann.ask("enter_stage_general", json!({"stage": 8}));
    ann.ask("victory_stage_general", json!({"stage": 8}));
    server.operate("clock_advance", json!({"seconds": 40 * 86_400}));
    let time = ann.ask("server_time", json!({}))["data"]["time"].as_str().expect("a time")[..10].to_owned();
    let today: jiff::civil::Date = time.parse().expect("a date");
    let first = today.checked_sub(jiff::Span::new().days(40)).expect("a date").to_string();
    let days = lines(&figures(&server, &["--from", &first, "--to", "2199-12-31"]));
    assert_eq!(days.len(), 1 + 41, "a header, and each day up to today, asked for in parts: {days:?}");
    assert!(days[0].starts_with("date,active_day,active_week,active_month,new,day_1,"), "{}", days[0]);
    assert!(days[1].starts_with(&format!("{first},1,1,1,1,0,0,0,0,1,1,")), "{}", days[1]);
    assert!(days[41].starts_with(&format!("{today},0,0,0,0,,,,,")), "what is not known yet is empty: {}", days[41]);
    let items = lines(&figures(&server, &["--from", &first, "--to", &first, "--table", "items"]));
    let expected = ["3:1,victory,375,0,1", "3:2,victory,125,0,1", "3:9,victory,125,0,1", "3:10,victory,1,0,1"];
    let expected: Vec<String> = std::iter::once("date,item,why,gained,spent,movements".to_owned())
        .chain(expected.iter().map(|line| format!("{first},{line}")))
        .collect();
    assert_eq!(items, expected);
    let stages = lines(&figures(&server, &["--from", &first, "--to", &first, "--table", "stages"]));
    assert_eq!(stages, ["date,mode,stage,entered,won".to_owned(), format!("{first},general,8,1,1")]);
    let refused = figures(&server, &["--from", &time, "--to", &first]);
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!((refused.status.code(), told.contains("from is later than to")), (Some(1), true), "{told}");
}
