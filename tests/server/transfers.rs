//! The bank of examples/transfers, which benchmarks use, keeps its money.

use raidkeep::studio::testing::{TestServer, TestSetup};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde_json::json;

#[expect(dead_code, reason = "its main function is that of a program")]
#[path = "../../examples/transfers/main.rs"]
mod example;

use example::bank_plugin;

const ACCOUNTS: u64 = 8;

fn balances(server: &mut TestServer) -> Vec<u64> {
    let ann = server.player("ann");
    let balance = |account| {
        let told = server.ask(&ann, "account_balance", json!({"account": account}));
        told["data"]["balance"].as_u64().expect("an account has a balance")
    };
    (0..ACCOUNTS).map(balance).collect()
}

#[test]
fn answered_transfers_survive_a_loss_of_power_and_keep_the_sum() {
    let mut server = TestServer::with(TestSetup { extend: vec![bank_plugin], ..TestSetup::default() });
    let ann = server.player("ann");
    for account in 0..ACCOUNTS {
        assert_eq!(server.ask(&ann, "account_open", json!({}))["data"]["account"], account);
    }
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut expected = vec![1_000; usize::try_from(ACCOUNTS).expect("a few")];
    let mut refused = 0;
    for _ in 0..400 {
        let mut draw = |below: u64| usize::try_from(random.next_u64() % below).expect("a small number");
        let (from, to, amount) = (draw(ACCOUNTS), draw(ACCOUNTS), draw(900));
        let told = server.ask(&ann, "account_transfer", json!({"from": from, "to": to, "amount": amount}));
        let is_covered = expected[from] >= amount;
        match told["status"].as_i64() {
            Some(0) => {
                assert!(is_covered && from != to, "no balance falls below zero: {told}");
                expected[from] -= amount;
                expected[to] += amount;
            }
            Some(97) => assert!(!is_covered && from != to, "only what is not covered is refused: {told}"),
            _ => assert!(told["status"] == 96 && from == to, "{told}"),
        }
        refused += usize::from(told["status"] == 97);
    }
    assert!(refused > 10, "some transfers should not be covered");
    let mut server = server.crash_and_reopen();
    let found = balances(&mut server);
    assert_eq!(
        found,
        expected.iter().map(|balance| *balance as u64).collect::<Vec<_>>(),
        "what was answered is stored"
    );
    assert_eq!(found.iter().sum::<u64>(), 1_000 * ACCOUNTS, "no money is made or lost");
    assert_eq!(server.verify(), [], "the stored state is consistent");
}
