//! Families (docs/contract/world-boss-and-ranking.md#families).

use crate::duel::{self, Duelist, refuse};
use crate::tale::edited;
use crate::traveller;
use raidkeep::studio::testing::{TestPlayer, TestServer};
use serde_json::{Value, json};

fn trio(server: &mut TestServer) -> [Duelist; 3] {
    ["ann", "bob", "cid"].map(|device| Duelist::join(server, device))
}

fn members(server: &mut TestServer, who: &Duelist, family: &str) -> Value {
    who.succeed(server, "family_members", json!({"name": family}))
}

/// The `fid` of each row of the ranking, best first.
fn fids(server: &mut TestServer, player: &TestPlayer) -> Vec<Value> {
    let page = server.ask(player, "stage_damage_ranking", json!({"page": 1}));
    let rows = page["data"]["rank"].as_array().unwrap_or_else(|| panic!("rows: {page}"));
    rows.iter().map(|row| row["fid"].clone()).collect()
}

fn hit_the_boss(server: &mut TestServer, player: &TestPlayer, damage: u64) {
    assert_eq!(server.ask(player, "enter_stage", json!({"stage": 3000}))["status"], 0);
    assert_eq!(server.ask(player, "pass_stage", json!({"stage": 3000, "damage": damage}))["status"], 0);
}

#[test]
fn a_family_is_founded_joined_listed_and_left() {
    let mut server = duel::server();
    let [ann, bob, cid] = trio(&mut server);
    let founded = ann.succeed(&mut server, "found_family", json!({"name": "青云门"}));
    assert_eq!(founded, json!({"family": "青云门", "leader": ann.role, "members": [ann.role], "max": 50}));
    let joined = bob.succeed(&mut server, "join_family", json!({"name": "青云门"}));
    assert_eq!(joined["members"], json!([ann.role, bob.role]), "in the order in which they joined");
    assert_eq!(members(&mut server, &cid, "青云门"), joined, "others may look");
    assert_eq!(bob.succeed(&mut server, "family_members", json!({})), joined, "without a name it is one's own");

    assert_eq!(bob.ask(&mut server, "leave_family", json!({})), json!({"status": 0, "message": "success"}));
    assert_eq!(members(&mut server, &cid, "青云门"), founded);
    refuse(&mut server, &bob, "leave_family", json!({}), (94, "not in a family"));
    refuse(&mut server, &bob, "family_members", json!({}), (94, "not in a family"));
}

#[test]
fn the_next_member_leads_when_the_founder_leaves_and_the_last_one_frees_the_name() {
    let mut server = duel::server();
    let [ann, bob, cid] = trio(&mut server);
    ann.succeed(&mut server, "found_family", json!({"name": "青云门"}));
    for who in [&cid, &bob] {
        who.succeed(&mut server, "join_family", json!({"name": "青云门"}));
    }
    ann.ask(&mut server, "leave_family", json!({}));
    let shown = members(&mut server, &ann, "青云门");
    assert_eq!((&shown["leader"], &shown["members"]), (&json!(cid.role), &json!([cid.role, bob.role])));
    for who in [&cid, &bob] {
        who.ask(&mut server, "leave_family", json!({}));
    }
    refuse(&mut server, &ann, "join_family", json!({"name": "青云门"}), (98, "no such family"));
    let anew = bob.succeed(&mut server, "found_family", json!({"name": "青云门"}));
    assert_eq!(anew["members"], json!([bob.role]), "the name is free again, and nobody is left in it");
    assert_eq!(server.verify(), []);
}

#[test]
fn names_of_families_are_held_to_the_rules_of_usernames() {
    let mut server = duel::server();
    let [ann, bob, _] = trio(&mut server);
    for name in ["", "x", "系统帮", "a b", "青云\u{0}门", &"长".repeat(65)] {
        refuse(&mut server, &ann, "found_family", json!({"name": name}), (99, "illegal family name"));
    }
    refuse(&mut server, &ann, "found_family", json!({}), (13, "data: missing field `name`"));
    ann.succeed(&mut server, "found_family", json!({"name": "青云门"}));
    refuse(&mut server, &bob, "found_family", json!({"name": "青云门"}), (96, "there is a family of this name"));
    refuse(&mut server, &ann, "found_family", json!({"name": "逍遥派"}), (97, "already in a family"));
    bob.succeed(&mut server, "found_family", json!({"name": "逍遥派"}));
    refuse(&mut server, &bob, "join_family", json!({"name": "青云门"}), (97, "already in a family"));
}

#[test]
fn a_family_takes_in_no_more_than_its_rules_allow() {
    let mut server = edited("families.ron", "members_max: 50", "members_max: 2");
    let [ann, bob, cid] = trio(&mut server);
    ann.succeed(&mut server, "found_family", json!({"name": "青云门"}));
    bob.succeed(&mut server, "join_family", json!({"name": "青云门"}));
    refuse(&mut server, &cid, "join_family", json!({"name": "青云门"}), (95, "the family is full"));
}

#[test]
fn the_ranking_shows_the_family_of_each_also_after_a_crash() {
    let mut server = duel::server();
    let [mut ann, bob, cid] = trio(&mut server);
    for (who, damage) in [(&ann, 900), (&bob, 800), (&cid, 700)] {
        hit_the_boss(&mut server, &who.player, damage);
    }
    assert_eq!(fids(&mut server, &ann.player), ["", "", ""], "nobody is in a family yet");
    ann.succeed(&mut server, "found_family", json!({"name": "青云门"}));
    cid.succeed(&mut server, "join_family", json!({"name": "青云门"}));
    assert_eq!(fids(&mut server, &ann.player), ["青云门", "", "青云门"]);

    let mut server = server.crash_and_reopen();
    server.connect();
    ann.rejoin(&mut server);
    assert_eq!(fids(&mut server, &ann.player), ["青云门", "", "青云门"], "families are kept");
    ann.ask(&mut server, "leave_family", json!({}));
    assert_eq!(fids(&mut server, &ann.player), ["", "", "青云门"]);
}

#[test]
fn who_is_deleted_leaves_and_who_is_imported_takes_along_only_the_mention() {
    let mut server = duel::server();
    let (ann, bob) = (traveller::join(&mut server, "Ann"), traveller::join(&mut server, "Bob"));
    traveller::succeed(&mut server, &ann, "found_family", json!({"name": "青云门"}));
    traveller::succeed(&mut server, &bob, "join_family", json!({"name": "青云门"}));
    let document = traveller::export(&mut server, "Ann");
    assert_eq!(document["mentions"]["families"][0]["name"], "青云门", "a document mentions the family: {document}");

    traveller::delete(&mut server, "Ann");
    let shown = traveller::succeed(&mut server, &bob, "family_members", json!({}));
    assert_eq!((&shown["leader"], &shown["members"]), (&json!("Bob"), &json!(["Bob"])), "the next one leads");
    assert_eq!(server.verify(), []);

    traveller::import(&mut server, &document);
    let ann = traveller::log_in(&mut server, "Ann").0;
    let reply = server.ask(&ann, "family_members", json!({}));
    assert_eq!(reply["status"], 94, "an imported player has to join again: {reply}");
    traveller::delete(&mut server, "Bob");
    let reply = server.ask(&ann, "join_family", json!({"name": "青云门"}));
    assert_eq!(reply["status"], 98, "with its last member the family is gone: {reply}");
    assert_eq!(server.crash_and_reopen().verify(), []);
}

#[test]
fn an_operator_lists_families_page_by_page_or_one_by_its_name() {
    let mut server = duel::server();
    let [ann, bob, cid] = trio(&mut server);
    ann.succeed(&mut server, "found_family", json!({"name": "青云门"}));
    bob.succeed(&mut server, "found_family", json!({"name": "逍遥派"}));
    cid.succeed(&mut server, "join_family", json!({"name": "青云门"}));
    let page = server.operate("family_list", json!({"limit": 1}));
    let data = &page["data"];
    assert_eq!((&data["count"], &data["next"]), (&json!(2), &json!(1)), "{page}");
    assert_eq!(data["families"][0]["family"], "青云门");
    let accounts: Vec<u64> = data["families"][0]["members"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|m| m["account"].as_u64())
        .collect();
    assert_eq!(accounts, [ann.account.0, cid.account.0]);
    let page = server.operate("family_list", json!({"after": 1, "limit": "1"}));
    assert_eq!((&page["data"]["families"][0]["family"], &page["data"]["next"]), (&json!("逍遥派"), &Value::Null));
    let page = server.operate("family_list", json!({"name": "逍遥派"}));
    assert_eq!(page["data"]["families"].as_array().map(Vec::len), Some(1), "{page}");
    assert_eq!(server.operate("family_list", json!({"name": "丐帮"}))["status"], 98);
    assert_eq!(server.operate("family_list", json!({"limit": 501}))["status"], 13);
}
