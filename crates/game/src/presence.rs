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

/// Who is online, and who has just gone offline.
#[derive(Debug, Default, Resource)]
pub struct Presence {
    /// Until when each player is online regardless of connections. Never iterated.
    stays_until: HashMap<AccountId, i64, foldhash::fast::FixedState>,
    /// When each is checked again: never later than `stays_until` at the time it was set.
    looks: DueQueue<AccountId>,
    left: Vec<AccountId>,
    /// How many the metrics say are online.
    told: Option<usize>,
}

impl Presence {
    /// Keeps a player online at least until a moment (unix seconds).
    pub fn stay_until(&mut self, account: AccountId, at: i64) {
        match self.stays_until.get_mut(&account) {
            Some(until) => *until = at.max(*until),
            None => {
                self.stays_until.insert(account, at);
                self.looks.set(account, at);
            }
        }
    }

    /// Forgets a deleted player.
    pub fn forget(&mut self, account: AccountId) {
        self.stays_until.remove(&account);
        self.looks.cancel(account);
    }

    /// Who went offline in this tick, in the order of their moments.
    pub fn left(&self) -> &[AccountId] {
        &self.left
    }

    fn stays(&self, account: AccountId, now: i64) -> bool {
        self.stays_until.get(&account).is_some_and(|until| now < *until)
    }

    /// Checks every player who is due: it stays if it was heard from or is connected, else it has left.
    fn look(&mut self, now: i64, silent_seconds: i64, is_connected: impl Fn(AccountId) -> bool) {
        self.left.clear();
        while let Some(account) = self.looks.pop(now) {
            let until = self.stays_until.get(&account).copied().filter(|until| now < *until);
            let stays = until.or_else(|| is_connected(account).then(|| now.saturating_add(silent_seconds)));
            match stays {
                Some(at) => self.looks.set(account, at),
                None => {
                    self.stays_until.remove(&account);
                    self.left.push(account);
                }
            }
        }
    }
}

/// Records that a player has just made a request or logged in.
fn hear(world: &mut World, account: AccountId) {
    let silent_seconds = world.resource::<Rules<PresenceRules>>().silent_seconds;
    let until = world.resource::<Clock>().now().saturating_add(silent_seconds);
    world.resource_mut::<Presence>().stay_until(account, until);
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
        let until = self.clock.now().saturating_add(self.rules.silent_seconds);
        self.presence.stay_until(account, until);
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
    let online = presence.stays_until.len();
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
        presence.stay_until(ANN, 30);
        presence.stay_until(ANN, 50);
        presence.stay_until(ANN, 40);
        presence.look(30, 30, |_| false);
        assert!(presence.left().is_empty() && presence.stays(ANN, 49), "the latest moment counts");
        presence.look(50, 30, |_| false);
        assert_eq!(presence.left(), [ANN]);
        presence.look(60, 30, |_| false);
        assert!(presence.left().is_empty(), "nobody leaves twice");
    }

    #[test]
    fn who_is_connected_stays_without_a_word() {
        let mut presence = Presence::default();
        presence.stay_until(ANN, 30);
        presence.look(1000, 30, |_| true);
        assert!(presence.left().is_empty());
        presence.look(1029, 30, |_| false);
        assert!(presence.left().is_empty(), "it is checked again when its time is up");
        presence.look(1030, 30, |_| false);
        assert_eq!(presence.left(), [ANN]);
    }
}
