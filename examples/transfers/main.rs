//! Money that moves between accounts, as small as a feature can be: what an engine costs shows best where a game adds little.
//!
//! `cargo bench --profile dist --bench versus_echo -- --transfers PROGRAM` measures it (docs/performance.md). Arguments such as
//! `data=my_data` are keys of the configuration.

use bevy_app::{App, AppExit};
use bevy_ecs::lifecycle::HookContext;
use bevy_ecs::prelude::*;
use bevy_ecs::world::DeferredWorld;
use raidkeep::engine::plugins::EnginePlugins;
use raidkeep::engine::prelude::*;
use raidkeep::game::{GamePlugins, shipped_assets};
use raidkeep::server::config::Config;
use raidkeep::server::net::listener::Listener;
use raidkeep::server::net::plugin::NetworkPlugin;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What every account begins with.
const OPENING_BALANCE: u64 = 1_000;

/// An account of the bank. It belongs to no player.
#[derive(Debug, PartialEq, Eq, Component, Serialize, Deserialize)]
#[component(on_add = enter)]
struct BankAccount {
    /// They are numbered from 0, without gaps.
    number: u32,
    balance: u64,
}

impl WorldEntity for BankAccount {
    const TABLE: &'static str = "bank_accounts";

    fn key(&self) -> u64 {
        u64::from(self.number)
    }
}

/// Why money does not move.
#[derive(Debug, PartialEq, Eq)]
struct NotCovered;

/// The balances after so much has moved from the first to the second. None falls below zero, and their sum stays.
fn moved((from, to): (u64, u64), amount: u64) -> Result<(u64, u64), NotCovered> {
    let (from, to) = (from.checked_sub(amount), to.checked_add(amount));
    from.zip(to).ok_or(NotCovered)
}

/// Where the accounts are, by their numbers.
#[derive(Debug, Default, Resource)]
struct Bank(Vec<Entity>);

impl Bank {
    fn find(&self, number: u32) -> Result<Entity, Refusal> {
        let found = usize::try_from(number).ok().and_then(|at| self.0.get(at));
        found.copied().ok_or(NO_SUCH_ACCOUNT)
    }
}

/// Accounts come in the order of their numbers, when they are opened and when the world starts.
fn enter(mut world: DeferredWorld<'_>, context: HookContext) {
    world.resource_mut::<Bank>().0.push(context.entity);
}

const NO_SUCH_ACCOUNT: Refusal = Refusal::new(98, "no such account");
const NOT_COVERED: Refusal = Refusal::new(97, "the balance does not cover the amount");
const SAME_ACCOUNT: Refusal = Refusal::new(96, "from and to are one account");

/// `account_open {token}`: opens the next account.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct AccountOpen {}

/// `account_balance {token, account}`.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct AccountBalance {
    account: u32,
}

/// An account, as the functions tell it.
#[derive(Debug, Serialize, JsonSchema)]
struct Balance {
    account: u32,
    balance: u64,
}

/// `account_transfer {token, from, to, amount}`: whoever has a token may move money between any two accounts.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct AccountTransfer {
    from: u32,
    to: u32,
    amount: u64,
}

request!(Player, "account_open", AccountOpen => Balance);
request!(Player, "account_balance", AccountBalance => Balance, CODES = &[Code::of(NO_SUCH_ACCOUNT)]);
request!(
    Player, "account_transfer", AccountTransfer => (),
    CODES = &[Code::of(NO_SUCH_ACCOUNT), Code::of(NOT_COVERED), Code::of(SAME_ACCOUNT)],
);

fn account_open(_: In<Call<AccountOpen>>, bank: Res<Bank>, mut commands: Commands) -> Answer<Balance> {
    let number = u32::try_from(bank.0.len()).map_err(|_| Refusal::busy("the bank has no number left"))?;
    commands.spawn(BankAccount { number, balance: OPENING_BALANCE });
    Ok(Success::with(Balance { account: number, balance: OPENING_BALANCE }))
}

fn account_balance(
    In(call): In<Call<AccountBalance>>,
    bank: Res<Bank>,
    accounts: Query<&BankAccount>,
) -> Answer<Balance> {
    let account = accounts.get(bank.find(call.request.account)?).map_err(|_| Refusal::internal())?;
    Ok(Success::with(Balance { account: account.number, balance: account.balance }))
}

fn account_transfer(
    In(call): In<Call<AccountTransfer>>,
    bank: Res<Bank>,
    mut accounts: Edit<&mut BankAccount>,
) -> Answer<()> {
    let AccountTransfer { from, to, amount } = call.request;
    if from == to {
        return Err(SAME_ACCOUNT);
    }
    let (from, to) = (bank.find(from)?, bank.find(to)?);
    let balance = |account| accounts.get(account).map(|account| account.balance).map_err(|_| Refusal::internal());
    let after = moved((balance(from)?, balance(to)?), amount).map_err(|NotCovered| NOT_COVERED)?;
    for (account, balance) in [(from, after.0), (to, after.1)] {
        accounts.get_mut(account).map_err(|_| Refusal::internal())?.balance = balance;
    }
    Ok(Success::empty())
}

/// The bank: to bevy, a function like this is a plugin.
pub(crate) fn bank_plugin(app: &mut App) {
    app.init_resource::<Bank>().add_world_entities::<BankAccount>();
    app.add_request::<AccountOpen, _>(account_open)
        .add_request::<AccountBalance, _>(account_balance)
        .add_request::<AccountTransfer, _>(account_transfer);
}

#[expect(clippy::print_stdout, reason = "the user needs the address")]
fn main() -> Result<AppExit, Box<dyn std::error::Error>> {
    let config = Config::load(None, &std::env::args().skip(1).collect::<Vec<_>>())?;
    let listener = Listener::bind(config, shipped_assets(), None)?;
    println!("listening on {}", listener.address());
    println!("operators on {}", listener.operators_address());
    let network = NetworkPlugin::sharing(&listener, 0);
    Ok(App::new().add_plugins((EnginePlugins, GamePlugins, bank_plugin, network)).run())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scenario_holds() {
        use raidkeep::studio::scenario::{ScenarioRunner, read};
        let runner = ScenarioRunner::extended(&shipped_assets(), bank_plugin).expect("the rules are valid");
        let outcome = runner.play(&read("scenario.ron", include_str!("scenario.ron")).expect("the scenario is valid"));
        assert!(outcome.passed(), "{outcome}");
    }

    #[test]
    fn no_money_is_made_or_lost() {
        assert_eq!(moved((5, 1), 5), Ok((0, 6)), "all of it may go");
        assert_eq!(moved((5, 1), 6), Err(NotCovered));
        assert_eq!(moved((5, u64::MAX), 1), Err(NotCovered), "nor may a balance overflow");
        assert_eq!(moved((5, 1), 0), Ok((5, 1)));
    }
}
