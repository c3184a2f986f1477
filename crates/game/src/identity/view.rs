//! What operators see of an account and its log-ins.

use std::net::IpAddr;

use bevy_app::App;
use schemars::JsonSchema;
use serde::Serialize;

use crate::identity::Account;
use crate::identity::log_ins::{LogInWay, LogIns, NotedLogIn};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::events::Listeners;
use raidkeep_engine::login::Login;
use raidkeep_engine::request::Refusal;
use raidkeep_engine::storage::FoundRows;
use raidkeep_engine::views::{ViewApp, ViewPart, Viewed};

pub(super) fn register(app: &mut App) {
    app.add_view_part::<AccountPart>().add_view_part::<LogInsPart>();
}

struct AccountPart;

/// Who the player is, and whether somebody plays.
#[derive(Debug, Serialize, JsonSchema)]
struct AccountShown {
    /// The e-mail address; null for a guest.
    email: Option<String>,
    /// Whether a device logs in to it as a guest.
    is_guest: bool,
    /// When the account was made, unix seconds.
    made_at: i64,
    /// The name of its purse at MCRMB.
    wname: String,
    /// The id by which SUD knows it until it binds its own.
    uid: String,
    /// Whether a connection acts for the player.
    is_online: bool,
    /// Until when its token is valid, unix seconds; null without one.
    token_until: Option<i64>,
}

impl ViewPart for AccountPart {
    const NAME: &'static str = "account";
    type Shown = AccountShown;

    fn show(viewed: &Viewed<'_>, _: FoundRows) -> Result<AccountShown, Refusal> {
        let (account, login) = (viewed.get::<Account>()?, viewed.get::<Login>()?);
        let now = viewed.world.resource::<Clock>().now();
        Ok(AccountShown {
            email: account.email().map(str::to_owned),
            is_guest: account.device().is_some(),
            made_at: account.made_at(),
            wname: account.wname().to_owned(),
            uid: account.uid(viewed.player.account),
            is_online: viewed.get::<Listeners>().is_ok_and(Listeners::is_connected),
            token_until: login.is_valid(now).then_some(login.expires_at()),
        })
    }
}

struct LogInsPart;

/// The latest log-ins, at most 20, newest first.
#[derive(Debug, Serialize, JsonSchema)]
struct LogInsShown {
    /// Newest first.
    entries: Vec<LogInShown>,
}

/// One log-in.
#[derive(Debug, Serialize, JsonSchema)]
struct LogInShown {
    /// Unix seconds.
    at: i64,
    /// The same as local date and time, `YYYY-MM-DD HH:MM:SS`.
    time: String,
    /// The address that it came from; null from within the server.
    address: Option<IpAddr>,
    /// How.
    way: LogInWay,
}

impl ViewPart for LogInsPart {
    const NAME: &'static str = "log_ins";
    type Shown = LogInsShown;

    fn show(viewed: &Viewed<'_>, _: FoundRows) -> Result<LogInsShown, Refusal> {
        let clock = viewed.world.resource::<Clock>();
        let shown =
            |&NotedLogIn { at, address, way }: &NotedLogIn| LogInShown { at, time: clock.local_time(at), address, way };
        let asked_for = viewed.get::<LogIns>()?.latest().iter().filter(|log_in| viewed.page.covers(log_in.at));
        Ok(LogInsShown { entries: asked_for.map(shown).collect() })
    }
}
