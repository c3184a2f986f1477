//! The realm's side of rule sets in one app: who may ask, and what is refused where nothing keeps sets.

use raidkeep::studio::testing::{TestServer, TestSetup};
use serde_json::json;

fn server() -> TestServer {
    TestServer::with(TestSetup::default().with_realm())
}

#[test]
fn only_operators_ask_for_rule_sets_and_only_the_server_itself_keeps_one() {
    let mut server = server();
    let ann = server.player("ann");
    let keep = json!({"fingerprint": "0123456789abcdef", "change": "published", "by": "", "reason": "", "source": ""});
    let asked = [
        ("rules_history", json!({})),
        ("rules_back", json!({"fingerprint": "0123456789abcdef", "reason": "a try"})),
        ("rules_unpin", json!({"reason": "a try"})),
        ("rules_diff", json!({})),
        ("rules_study", json!({})),
        ("rules_studies", json!({})),
        ("rules_study_report", json!({"study": 1})),
        ("rules_study_stop", json!({"study": 1})),
        ("rules_keep", keep.clone()),
    ];
    for (function, data) in asked {
        assert_eq!(server.ask(&ann, function, data)["status"], 11, "{function} is not for players");
    }
    assert_ne!(server.operate("rules_keep", keep)["status"], 0, "only the server itself has a set kept");
}

#[test]
fn a_set_that_the_history_does_not_have_is_refused_and_so_is_removing_no_pin() {
    let mut server = server();
    let back = server.operate("rules_back", json!({"fingerprint": "0123456789abcdef", "reason": "a try"}));
    assert_eq!(back, json!({"status": 96, "message": "no such rule set in the history"}));
    let unpin = server.operate("rules_unpin", json!({"reason": "a try"}));
    assert_eq!(unpin, json!({"status": 95, "message": "no rule set is pinned"}));
    for reason in ["", " "] {
        let refused = server.operate("rules_unpin", json!({"reason": reason}));
        assert_eq!(refused["status"], 13, "a reason is needed: {refused}");
    }
    assert_eq!(server.operate("rules_history", json!({}))["data"], json!({"sets": [], "pinned": null, "next": null}));
}

#[test]
fn what_runs_is_compared_with_what_the_folder_has() {
    let mut server = server();
    let same = server.operate("rules_diff", json!({}));
    let expected = json!({"from": "running", "to": "folder", "differences": [], "left_out": 0});
    assert_eq!(same["data"], expected, "{same}");
}

#[test]
fn where_nothing_studies_rules_no_study_begins_and_none_is_known() {
    let mut server = server();
    let begun = server.operate("rules_study", json!({"players": 1, "days": 1, "seeds": 1}));
    assert_eq!(begun, json!({"status": 94, "message": "this server studies no rules"}));
    assert_eq!(server.operate("rules_studies", json!({}))["data"], json!({"studies": []}));
    for function in ["rules_study_report", "rules_study_stop"] {
        let unknown = server.operate(function, json!({"study": 1}));
        assert_eq!(unknown, json!({"status": 95, "message": "no such study"}), "{function}");
    }
}
