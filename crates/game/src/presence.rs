//! Who is online: every player who logged in or sent a request recently, or has a live connection
//! (docs/contract/role-play.md#presence).
//!
//! Players are not scanned: each online player has a time at which it is checked again, and goes offline only then. Not
//! here: what follows from going offline; features read [`Presence::left`] in their own systems.

use std::collections::HashMap;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::identity::{Account, NOT_YOUR_ROLE, own_role};
use crate::mail::MailDelivery;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::{CallerApp, RequestApp};
use raidkeep_engine::due::DueQueue;
use raidkeep_engine::events::Listeners;
use raidkeep_engine::login::Login;
use raidkeep_engine::meters::Meters;
use raidkeep_engine::players::Players;
use raidkeep_engine::request;
use raidkeep_engine::request::route::RouteApp;
use raidkeep_engine::request::{Answer, Call, Code, Player, Success};
use raidkeep_engine::rules::{Rules, RulesApp, SingleFile};
use raidkeep_engine::schedule::{Surroundings, Tick, TickSystems};
use raidkeep_engine::start::StartApp;
use raidkeep_engine::travel::PortabilityApp;

/// `presence.ron`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PresenceRules {
    /// Seconds without a request after which a player without a connection is offline.
    #[schemars(range(min = 1, max = 86_400))]
    pub silent_seconds: i64,
    /// The most players that `get_list` shows.
    #[schemars(range(min = 1, max = 10_000), extend("unit" = "players"))]
    pub listed_max: usize,
}

impl SingleFile for PresenceRules {
    const PATH: &'static str = "presence.ron";
}

/// The stay of a player who is online.
#[derive(Debug, Clone, Copy)]
struct Stay {
    /// Until when the player is online regardless of connections, unix seconds.
    until: i64,
    /// Since when the player has been online, unix seconds.
    since: i64,
    /// The number of the date on which the player was last heard from; `None` = not yet in this stay.
    heard_on: Option<i32>,
}

/// What has changed about who is online since it was last taken.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct PresenceNews {
    /// How many came online.
    pub arrived: u64,
    /// Who was heard from for the first time in its stay or on a date, in that order.
    pub heard: Vec<AccountId>,
    /// How many went offline.
    pub left: u64,
    /// How long those were online, in seconds together.
    pub stayed_seconds: u64,
}

/// Who is online, and who has just gone offline.
#[derive(Debug, Default, Resource)]
pub struct Presence {
    /// The stay of each player who is online. Never iterated.
    stays: HashMap<AccountId, Stay, foldhash::fast::FixedState>,
    /// When each is checked again: never later than its stay lasted when it was set.
    looks: DueQueue<AccountId>,
    left: Vec<AccountId>,
    news: PresenceNews,
    /// How many the metrics say are online.
    told: Option<usize>,
}

impl Presence {
    /// Keeps a player online from `now` at least until `at` (unix seconds).
    pub fn stay_until(&mut self, account: AccountId, now: i64, at: i64) {
        self.stay(account, now, at);
    }

    fn stay(&mut self, account: AccountId, now: i64, at: i64) -> &mut Stay {
        let stay = self.stays.entry(account).or_insert_with(|| {
            self.looks.set(account, at);
            self.news.arrived += 1;
            Stay { until: at, since: now, heard_on: None }
        });
        stay.until = at.max(stay.until);
        stay
    }

    /// The same for a player who was heard from, on a date.
    fn hear(&mut self, account: AccountId, (now, date): (i64, i32), at: i64) {
        if self.stay(account, now, at).heard_on.replace(date) != Some(date) {
            self.news.heard.push(account);
        }
    }

    /// Forgets a deleted player.
    pub fn forget(&mut self, account: AccountId) {
        self.stays.remove(&account);
        self.looks.cancel(account);
    }

    /// Who went offline in this tick, in the order of their moments.
    pub fn left(&self) -> &[AccountId] {
        &self.left
    }

    /// How many are online.
    pub fn online(&self) -> usize {
        self.stays.len()
    }

    /// Takes what has changed, for whoever counts it.
    pub fn take_news(&mut self) -> PresenceNews {
        std::mem::take(&mut self.news)
    }

    fn stays(&self, account: AccountId, now: i64) -> bool {
        self.stays.get(&account).is_some_and(|stay| now < stay.until)
    }

    /// Checks every player who is due: it stays if it was heard from or is connected, else it has left.
    fn look(&mut self, now: i64, silent_seconds: i64, is_connected: impl Fn(AccountId) -> bool) {
        self.left.clear();
        while let Some(account) = self.looks.pop(now) {
            let until = self.stays.get(&account).map(|stay| stay.until).filter(|until| now < *until);
            let stays = until.or_else(|| is_connected(account).then(|| now.saturating_add(silent_seconds)));
            match stays {
                Some(at) => self.looks.set(account, at),
                None => {
                    let stay = self.stays.remove(&account);
                    let seconds = stay.map_or(0, |stay| now.saturating_sub(stay.since));
                    self.news.left += 1;
                    self.news.stayed_seconds += u64::try_from(seconds).unwrap_or_default();
                    self.left.push(account);
                }
            }
        }
    }
}

/// Records that a player has just made a request or logged in.
fn hear(world: &mut World, account: AccountId) {
    let silent_seconds = world.resource::<Rules<PresenceRules>>().silent_seconds;
    let clock = world.resource::<Clock>();
    let (now, date) = (clock.now(), clock.date_number());
    world.resource_mut::<Presence>().hear(account, (now, date), now.saturating_add(silent_seconds));
}

/// Queries who is online.
#[derive(SystemParam)]
pub struct Online<'w, 's> {
    /// For systems that keep players online.
    pub presence: ResMut<'w, Presence>,
    players: Res<'w, Players>,
    connections: Query<'w, 's, Connections>,
    rules: Res<'w, Rules<PresenceRules>>,
    clock: Res<'w, Clock>,
}

impl Online<'_, '_> {
    /// Whether a player is online at this moment.
    pub fn is_online(&self, account: AccountId) -> bool {
        self.presence.stays(account, self.clock.now())
            || self.players.entity(account).is_some_and(|entity| is_connected(entity, &self.connections))
    }

    /// Records that a player was heard from in some way other than a request.
    pub fn hear(&mut self, account: AccountId) {
        let (now, date) = (self.clock.now(), self.clock.date_number());
        self.presence.hear(account, (now, date), now.saturating_add(self.rules.silent_seconds));
    }

    /// Players who are online and in memory, most recently heard from first.
    fn entities(&self) -> impl Iterator<Item = Entity> {
        let online = self.presence.looks.latest_first().filter(|account| self.is_online(*account));
        online.filter_map(|account| self.players.entity(account))
    }
}

/// The components that show whether a player has a live connection.
type Connections = (&'static Listeners, &'static Login);

/// A connection whose token was replaced by a later login does not count.
fn is_connected(entity: Entity, connections: &Query<Connections>) -> bool {
    connections.get(entity).is_ok_and(|(listeners, login)| listeners.is_connected_as(login.generation()))
}

/// Finds out who went offline. Systems that act on it run after this set.
#[derive(Debug, Clone, PartialEq, Eq, Hash, SystemSet)]
pub struct PresenceSystems;

const ONLINE: &str = "raidkeep_players_online";

fn follow_presence(
    mut presence: ResMut<Presence>,
    players: Res<Players>,
    connections: Query<Connections>,
    rules: Res<Rules<PresenceRules>>,
    clock: Res<Clock>,
    mut surroundings: ResMut<Surroundings>,
    meters: Res<Meters>,
) {
    presence.look(clock.now(), rules.silent_seconds, |account| {
        players.entity(account).is_some_and(|entity| is_connected(entity, &connections))
    });
    if let Some(at) = presence.looks.next_at() {
        surroundings.wake_at(at, &clock);
    }
    let online = presence.online();
    if presence.told != Some(online) {
        presence.told = Some(online);
        meters.gauge(ONLINE, &[]).set(online as f64);
    }
}

/// `get_list {role}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct GetList {
    /// The caller's own username.
    role: String,
}

request!(Player, "get_list", GetList => OnlineList, CODES = &[Code::of(NOT_YOUR_ROLE)]);

/// The reply of `get_list`: the usernames of all players online, including the caller.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct OnlineList {
    /// Their usernames.
    roles: Vec<String>,
}

fn get_list(
    In(call): In<Call<GetList>>,
    online: Online,
    accounts: Query<&Account>,
    rules: Res<Rules<PresenceRules>>,
) -> Answer<OnlineList> {
    own_role(call.caller.get(&accounts)?, &call.request.role)?;
    let names = online.entities().filter_map(|entity| Some(accounts.get(entity).ok()?.name().to_owned()));
    Ok(Success::with(OnlineList { roles: names.take(rules.listed_max).collect() }))
}

/// Who is online, and `get_list`.
pub struct PresencePlugin;

impl Plugin for PresencePlugin {
    fn build(&self, app: &mut App) {
        app.add_rules::<PresenceRules>().init_resource::<Presence>();
        app.add_caller_hook(hear);
        app.add_start_hook(|world| world.resource::<Meters>().gauge(ONLINE, &[]).set(0.0));
        app.add_farewell(|world, player| world.resource_mut::<Presence>().forget(player.account));
        app.add_request::<GetList, _>(get_list);
        app.add_route::<GetList>("/get_list");
        app.configure_sets(Tick, PresenceSystems.after(MailDelivery).before(TickSystems::PutAway));
        app.add_systems(Tick, follow_presence.in_set(PresenceSystems));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: AccountId = AccountId(1);

    #[test]
    fn who_is_heard_from_again_stays_and_who_is_silent_leaves_once() {
        let mut presence = Presence::default();
        presence.stay_until(ANN, 0, 30);
        presence.stay_until(ANN, 0, 50);
        presence.stay_until(ANN, 0, 40);
        presence.look(30, 30, |_| false);
        assert!(presence.left().is_empty() && presence.stays(ANN, 49), "the latest moment counts");
        presence.look(50, 30, |_| false);
        assert_eq!(presence.left(), [ANN]);
        presence.look(60, 30, |_| false);
        assert!(presence.left().is_empty(), "nobody leaves twice");
    }

    #[test]
    fn stays_are_counted_with_their_length_and_a_player_is_heard_from_once_a_date() {
        let mut presence = Presence::default();
        presence.stay_until(ANN, 10, 30);
        presence.hear(ANN, (20, 7), 50);
        presence.hear(ANN, (25, 7), 55);
        presence.hear(ANN, (40, 8), 70);
        let news = PresenceNews { arrived: 1, heard: vec![ANN, ANN], left: 0, stayed_seconds: 0 };
        assert_eq!(presence.take_news(), news, "one stay, on two dates");
        presence.look(55, 30, |_| false);
        presence.look(75, 30, |_| false);
        let news = PresenceNews { left: 1, stayed_seconds: 65, ..PresenceNews::default() };
        assert_eq!(presence.take_news(), news, "from coming online until going offline");
    }

    #[test]
    fn who_is_connected_stays_without_a_word() {
        let mut presence = Presence::default();
        presence.stay_until(ANN, 0, 30);
        presence.look(1000, 30, |_| true);
        assert!(presence.left().is_empty());
        presence.look(1029, 30, |_| false);
        assert!(presence.left().is_empty(), "it is checked again when its time is up");
        presence.look(1030, 30, |_| false);
        assert_eq!(presence.left(), [ANN]);
    }
}
