//! What no sequence of requests, clock steps and crashes may do to bosses, tickets, rewards and the ranking.

use proptest::prelude::*;
use raidkeep::game::boss::WorldBoss;
use raidkeep::studio::testing::{TestPlayer, TestServer};
use serde_json::{Value, json};

const LIVES: [u64; 11] = [
    10_000,
    100_000,
    1_000_000,
    10_000_000,
    10_000_000,
    10_000_000,
    1_000_000_000,
    10_000_000_000,
    10_000_000_000,
    10_000_000_000,
    100_000_000_000,
];

#[derive(Debug, Clone)]
enum Step {
    Enter(usize, bool),
    Strike(usize, bool, i64),
    Repeat(usize),
    Buy(usize),
    Claim(usize),
    Wait(i64),
    Crash,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (0..3_usize, any::<bool>()).prop_map(|(player, legacy)| Step::Enter(player, legacy)),
        6 => (0..3_usize, any::<bool>(), -5_i64..220_000).prop_map(|(player, legacy, damage)| Step::Strike(player, legacy, damage)),
        1 => (0..3_usize).prop_map(Step::Repeat),
        1 => (0..3_usize).prop_map(Step::Buy),
        1 => (0..3_usize).prop_map(Step::Claim),
        2 => (0_i64..40_000).prop_map(Step::Wait),
        1 => Just(Step::Crash),
    ];
    proptest::collection::vec(step, 1..60)
}

/// The expected state, according to the replies.
#[derive(Default)]
struct Expected {
    left: Vec<u64>,
    best: [(u64, u64); 3],
    records: u64,
    challenges: [(i64, u32); 3],
    open: [Option<bool>; 3],
}

impl Expected {
    fn strike(&mut self, mut damage: u64, carries_over: bool) {
        for left in self.left.iter_mut().filter(|left| **left > 0) {
            let dealt = damage.min(*left);
            *left -= dealt;
            damage -= dealt;
            if damage == 0 || !carries_over {
                return;
            }
        }
    }

    fn ranked(&self) -> Vec<u64> {
        let mut best: Vec<(u64, u64)> = self.best.iter().copied().filter(|(damage, _)| *damage > 0).collect();
        best.sort_by_key(|(damage, reached)| (std::cmp::Reverse(*damage), *reached));
        best.into_iter().map(|(damage, _)| damage).collect()
    }
}

fn day(server: &mut TestServer, player: &TestPlayer) -> i64 {
    let reply = server.ask(player, "server_time", json!({}));
    let local = reply["data"]["now"].as_i64().map(|now| (now + 8 * 3600).div_euclid(86_400));
    local.expect("the server knows the time")
}

fn bosses_left(server: &mut TestServer) -> Vec<u64> {
    let world = server.simulation().world_mut();
    let mut left: Vec<(u32, u64)> =
        world.query::<&WorldBoss>().iter(world).map(|boss| (boss.number, boss.left)).collect();
    left.sort_unstable();
    left.into_iter().map(|(_, left)| left).collect()
}

fn check_overview(info: &Value) {
    let items = info["data"]["items"].as_array().into_iter().flatten().filter_map(Value::as_str);
    for item in items {
        let quantity = item.rsplit(':').next().and_then(|quantity| quantity.parse::<i64>().ok());
        assert!(quantity.is_some_and(|quantity| quantity >= 0), "nobody owns less than nothing: {info}");
    }
    let energy = info["data"]["energy"]["remain"].as_i64();
    assert!(energy.is_some_and(|energy| energy >= 0), "energy is never negative: {info}");
}

fn act(server: &mut TestServer, players: &[TestPlayer], step: &Step, expected: &mut Expected) {
    match step {
        Step::Enter(at, legacy) => {
            let (function, stage) = if *legacy { ("enter_stage", 3000) } else { ("enter_stage_boss", 3001) };
            // A legacy entry out of an open session revokes the token, which other tests cover.
            if *legacy && expected.open[*at].is_some() {
                return;
            }
            let today = day(server, &players[*at]);
            if server.ask(&players[*at], function, json!({"stage": stage}))["status"] == 0 {
                let (counted, count) = &mut expected.challenges[*at];
                (*counted, *count) = if *counted == today { (today, *count + 1) } else { (today, 1) };
                assert!(*count <= 3, "three challenges a day");
                expected.open[*at] = Some(*legacy);
            }
        }
        Step::Strike(at, legacy, damage) => {
            if *legacy && expected.open[*at] != Some(true) {
                return;
            }
            let (function, stage) = if *legacy { ("pass_stage", 3000) } else { ("victory_stage_boss", 3001) };
            let reply = server.ask(&players[*at], function, json!({"stage": stage, "damage": damage}));
            let is_normal = (0..200_000).contains(damage);
            let is_accepted = is_normal && expected.open[*at] == Some(*legacy);
            assert_eq!(reply["status"] == 0, is_accepted, "{reply}");
            if is_accepted {
                let damage = damage.unsigned_abs();
                expected.open[*at] = None;
                expected.strike(damage, *legacy);
                if damage > expected.best[*at].0 {
                    expected.records += 1;
                    expected.best[*at] = (damage, expected.records);
                }
            }
        }
        Step::Repeat(at) => {
            if expected.open[*at].is_none() {
                let reply = server.ask(&players[*at], "victory_stage_boss", json!({"stage": 3001, "damage": 1}));
                assert_eq!(reply["status"], 94, "no session, no reward: {reply}");
            }
        }
        Step::Buy(at) => {
            let reply = server.ask(&players[*at], "buy_ticket", json!({"mode": "coin", "pay_with": "diamond"}));
            assert!([json!(0), json!(92), json!(95)].contains(&reply["status"]), "{reply}");
        }
        Step::Claim(at) => {
            let mails = server.ask(&players[*at], "get_all_mail", json!({}))["data"]["mail"].clone();
            for mail in mails.as_array().into_iter().flatten() {
                let expected = if mail["claimed"] == 0 { 0 } else { 97 };
                let reply = server.ask(&players[*at], "claim_mail", json!({"key": mail["key"]}));
                assert_eq!(reply["status"], expected, "a gift is paid once: {reply}");
            }
        }
        // The steps stay within the month that the tests begin in.
        Step::Wait(seconds) => server.advance_seconds((*seconds).min(25_000)),
        Step::Crash => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::stories(10), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bosses_tickets_rewards_and_ranking_stay_true(steps in steps()) {
        let mut server = TestServer::new();
        let mut players = ["ann", "bob", "eve"].map(|id| server.player(id));
        let mut expected = Expected { left: LIVES.to_vec(), ..Expected::default() };
        for step in &steps {
            if matches!(step, Step::Crash) {
                server = server.crash_and_reopen();
                players = ["ann", "bob", "eve"].map(|id| server.player(id));
            }
            act(&mut server, &players, step, &mut expected);
            prop_assert_eq!(&bosses_left(&mut server), &expected.left, "bosses lose what was dealt and no more");
            for player in &players {
                check_overview(&server.ask(player, "get_player_info", json!({})));
            }
            let page = server.ask(&players[0], "stage_damage_ranking", json!({"page": 1}));
            let rows = page["data"]["rank"].as_array().cloned().unwrap_or_default();
            let damages: Vec<u64> = rows.iter().filter_map(|row| row["damage"].as_u64()).collect();
            prop_assert_eq!(damages, expected.ranked(), "the best first; on a tie, the earlier");
        }
    }
}
