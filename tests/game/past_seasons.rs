//! Seasons that are over: their rankings can be read, and what each brought a player is explained.

use raidkeep::engine::rules::AssetSource;
use raidkeep::game::GameSettings;
use raidkeep::game::identity::IdentitySettings;
use raidkeep::studio::testing::{NOON_MS, TestPlayer, TestServer, TestSetup, edit_assets};
use serde_json::{Value, json};

use crate::seasons::succeed;
use crate::traveller::{delete, operate};

const NOON: i64 = NOON_MS / 1000;
/// From the 10th of March, noon, to the 1st of April, 0:00.
const TO_APRIL: i64 = 21 * 86_400 + 12 * 3600;
const END_OF_MARCH: i64 = NOON + TO_APRIL;

/// A server whose tokens outlast many seasons.
fn server() -> TestServer {
    server_with(TestSetup::default().assets)
}

fn server_with(assets: AssetSource) -> TestServer {
    let identity = IdentitySettings { token_seconds: 1000 * 86_400, ..IdentitySettings::default() };
    let settings = GameSettings { identity, ..TestSetup::default().settings };
    TestServer::with(TestSetup { settings, assets, ..TestSetup::default() })
}

fn strike(server: &mut TestServer, player: &TestPlayer, damage: i64) {
    succeed(server, player, "enter_stage", json!({"stage": 3000}));
    succeed(server, player, "pass_stage", json!({"stage": 3000, "damage": damage}));
}

/// Players who deal these damages.
fn ranked(server: &mut TestServer, damages: impl IntoIterator<Item = i64>) -> Vec<TestPlayer> {
    let numbered = damages.into_iter().enumerate();
    let mut players = Vec::new();
    for (number, damage) in numbered {
        let player = server.player(&format!("raider {number}"));
        strike(server, &player, damage);
        players.push(player);
    }
    players
}

fn ranking(server: &mut TestServer, data: Value) -> Value {
    operate(server, "season_ranking", data)
}

fn rewards(server: &mut TestServer, player: u64) -> Value {
    operate(server, "season_rewards_of", json!({"player": player}))
}

fn rank(rank: u64, player: u64, damage: u64) -> Value {
    json!({"rank": rank, "player": player, "name": format!("玩家#{player}"), "damage": damage})
}

#[test]
fn the_ranking_of_a_season_that_is_over_is_read_page_by_page_and_outlasts_a_crash() {
    let mut server = server();
    ranked(&mut server, [500, 9_000, 700]);
    let running = json!({"season": 1, "ended_at": null, "players": 3,
        "ranking": [rank(1, 2, 9_000), rank(2, 3, 700), rank(3, 1, 500)], "next": null});
    assert_eq!(ranking(&mut server, json!({})), running, "the one that runs");
    server.advance_seconds(TO_APRIL);
    for round in ["at once", "after a crash"] {
        let first = json!({"season": 1, "ended_at": END_OF_MARCH, "players": 3,
            "ranking": [rank(1, 2, 9_000), rank(2, 3, 700)], "next": 2});
        assert_eq!(ranking(&mut server, json!({"season": 1, "limit": 2})), first, "{round}");
        let rest =
            json!({"season": 1, "ended_at": END_OF_MARCH, "players": 3, "ranking": [rank(3, 1, 500)], "next": null});
        assert_eq!(ranking(&mut server, json!({"season": 1, "after": 2})), rest, "{round}");
        let empty = json!({"season": 2, "ended_at": null, "players": 0, "ranking": [], "next": null});
        assert_eq!(ranking(&mut server, json!({})), empty, "{round}: the new one has no records");
        server = server.crash_and_reopen();
    }
    delete(&mut server, "玩家#2");
    let nameless = json!({"rank": 1, "player": 2, "name": null, "damage": 9_000});
    assert_eq!(ranking(&mut server, json!({"season": 1}))["ranking"][0], nameless, "a deleted player keeps its rank");
    assert_eq!(server.verify(), []);
}

#[test]
fn a_ranking_of_more_players_than_a_row_holds_is_whole() {
    let mut server = server();
    server.player("the first season begins");
    {
        use raidkeep::engine::account::AccountId;
        use raidkeep::game::boss::ranking::{Ranking, Score};
        let mut ranking = server.simulation().world_mut().resource_mut::<Ranking>();
        (1..=2500_u64).for_each(|n| ranking.set(AccountId(n), Score { damage: 10_000 - n, reached: n }));
    }
    server.advance_seconds(TO_APRIL);
    let page = ranking(&mut server, json!({"season": 1, "after": 1999, "limit": 2}));
    let ranks: Vec<(&Value, &Value)> =
        page["ranking"].as_array().expect("a list").iter().map(|row| (&row["rank"], &row["player"])).collect();
    assert_eq!(ranks, [(&json!(2000), &json!(2000)), (&json!(2001), &json!(2001))], "across two rows");
    assert_eq!((&page["players"], &page["next"]), (&json!(2500), &json!(2001)));
    let last = ranking(&mut server, json!({"season": 1, "after": 2499}));
    assert_eq!((&last["ranking"][0]["rank"], &last["next"]), (&json!(2500), &Value::Null));
    assert_eq!(server.verify(), []);
}

#[test]
fn twelve_seasons_are_kept_and_older_ones_leave_nothing() {
    let mut server = server();
    let players = ranked(&mut server, [500]);
    for _ in 0..13 {
        server.advance_seconds(31 * 86_400);
        strike(&mut server, &players[0], 500);
    }
    assert_eq!(server.operate("season_ranking", json!({"season": 1}))["status"], 98, "it is no longer kept");
    assert_eq!(ranking(&mut server, json!({"season": 13}))["players"], 1);
    assert_eq!(server.verify(), [], "no rows of dropped seasons remain");
}

#[test]
fn what_a_season_brought_is_told_with_the_bracket_and_what_became_of_the_mail() {
    let mut server = server();
    let players = ranked(&mut server, [500, 9_000]);
    server.player("watches only");
    let items = json!(["3:5:2000", "3:13:5", "3:12:5", "3:1:500000"]);
    let told = |mail: Value| {
        json!({"season": 1, "outcome": "rewarded", "rank": 1, "damage": 9_000,
            "bracket": {"from": 1, "to": 1, "items": items}, "mail": mail})
    };
    let running = operate(&mut server, "season_rewards_of", json!({"player": 2, "season": 1}));
    assert_eq!((&running["outcome"], &running["rank"]), (&json!("running"), &json!(1)), "it is not over yet");
    assert_eq!(running["bracket"]["items"], items, "what the rank would bring");
    server.advance_seconds(TO_APRIL);
    let mut server = server.crash_and_reopen();
    let mail = |state: &str, key: Value| json!({"state": state, "key": key, "at": END_OF_MARCH});
    assert_eq!(rewards(&mut server, 2), told(mail("waiting", Value::Null)), "the player has not looked yet");
    succeed(&mut server, &players[1], "get_all_mail", json!({}));
    assert_eq!(rewards(&mut server, 2), told(mail("unclaimed", json!("1"))));
    succeed(&mut server, &players[1], "claim_mail", json!({"key": "1"}));
    assert_eq!(rewards(&mut server, 2), told(mail("claimed", json!("1"))));
    succeed(&mut server, &players[1], "delete_mail", json!({"key": "1"}));
    assert_eq!(rewards(&mut server, 2), told(mail("deleted", Value::Null)));
    let none =
        json!({"season": 1, "outcome": "not_ranked", "rank": null, "damage": null, "bracket": null, "mail": null});
    assert_eq!(rewards(&mut server, 3), none, "who has struck no boss gets nothing");
    server.advance_seconds(366 * 86_400);
    let late = operate(&mut server, "season_rewards_of", json!({"player": 1, "season": 1}));
    assert_eq!(late["mail"]["state"], "expired", "the player has never looked: {late}");
}

#[test]
fn a_rank_below_the_brackets_brings_nothing_and_a_full_box_keeps_the_mail_waiting() {
    let folder = tempfile::tempdir().expect("a temporary folder should be made");
    let last = r#"(from: 101, to: 1000, items: ["3:5:50", "3:11:1", "3:1:30000"]),"#;
    let mut server = server_with(edit_assets(folder.path(), "world_boss.ron", last, ""));
    let players = ranked(&mut server, (0..102).map(|n| 700 - n));
    server.advance_seconds(TO_APRIL);
    let below = rewards(&mut server, 102);
    assert_eq!((&below["outcome"], &below["rank"], &below["mail"]), (&json!("no_bracket"), &json!(102), &Value::Null));
    fill_box(&mut server, 5);
    succeed(&mut server, &players[4], "get_all_mail", json!({}));
    assert_eq!(rewards(&mut server, 5)["mail"]["state"], "box_full");
}

/// Fills a player's mailbox to the brim.
fn fill_box(server: &mut TestServer, account: u64) {
    use raidkeep::engine::account::AccountId;
    use raidkeep::engine::players::Players;
    use raidkeep::engine::rules::Rules;
    use raidkeep::engine::storage::EditWorld;
    use raidkeep::game::mail::{Letter, MailRules, Mailbox};
    let world = server.simulation().world_mut();
    let box_max = world.resource::<Rules<MailRules>>().box_max;
    let entity = world.resource::<Players>().entity(AccountId(account)).expect("the player is in memory");
    let letter = Letter {
        at: NOON,
        from: "x".into(),
        subj: "x".into(),
        body: "x".into(),
        items: vec!["3:1:1".parse().expect("an amount")],
    };
    let mut mailbox = world.edit::<Mailbox>(entity).expect("everybody has a box");
    while mailbox.receive(letter.clone(), box_max).is_ok() {}
}

#[test]
fn questions_about_seasons_and_players_that_are_not_there_are_refused() {
    let mut server = server();
    server.player("ann");
    let no_season = json!({"status": 98, "message": "no such season, or it is no longer kept"});
    for season in [0, 2, -1] {
        assert_eq!(server.operate("season_ranking", json!({"season": season})), no_season);
        assert_eq!(server.operate("season_rewards_of", json!({"player": 1, "season": season})), no_season);
    }
    assert_eq!(server.operate("season_rewards_of", json!({"player": 1})), no_season, "none is over");
    let nobody = json!({"status": 99, "message": "no such player"});
    assert_eq!(server.operate("season_rewards_of", json!({"player": 7, "season": 1})), nobody);
    let limit = json!({"status": 13, "message": "data.limit: expected an integer from 1 to 500"});
    assert_eq!(server.operate("season_ranking", json!({"limit": 501})), limit);
    let after = json!({"status": 13, "message": "data.after: expected a rank, 0 or more"});
    assert_eq!(server.operate("season_ranking", json!({"after": -1})), after);
}

#[test]
fn of_a_season_that_ended_under_an_earlier_program_the_best_are_known() {
    let mut server = server();
    server.player("ann");
    server.advance_seconds(TO_APRIL);
    server.damage(|batch| {
        use raidkeep::engine::account::AccountId;
        use raidkeep::engine::storage::encode_value;
        let former = vec![(1_u32, vec![(AccountId(1), 900_u64), (AccountId(9), 800)])];
        batch.put("season_archive", b"", |out| encode_value(1, &former, out));
    });
    let mut server = server.crash_and_reopen();
    let gone = json!({"rank": 2, "player": 9, "name": null, "damage": 800});
    let kept = json!({"season": 1, "ended_at": null, "players": 2, "ranking": [rank(1, 1, 900), gone], "next": null});
    assert_eq!(ranking(&mut server, json!({"season": 1})), kept);
    let told = json!({"season": 1, "outcome": "not_kept", "rank": 1, "damage": 900, "bracket": null, "mail": null});
    assert_eq!(rewards(&mut server, 1), told);
}
