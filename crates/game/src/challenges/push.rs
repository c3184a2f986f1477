//! Pushing challenges to the address where an old client listens (docs/contract/role-play.md#push-to-old-clients). Off
//! unless the operator enables it.
//!
//! Connected players get the event, and `refrash` shows the challenge to everybody, so an unanswered push is not
//! retried. A push goes only to the host that the login came from.

use std::collections::HashMap;
use std::net::SocketAddr;

use bevy_app::App;
use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;
use serde::Deserialize;

use crate::challenges::duels::{ChallengeTold, Duels, Response};
use crate::identity::{Account, ClientAddress};
use crate::images::{Images, ReceivedImage};
use crate::platforms::PlatformSystems;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::events::Listeners;
use raidkeep_engine::exchange::lines::{Exchanges, Line, LineSettings, Owner};
use raidkeep_engine::exchange::{CallOutcome, Exchange, Method};
use raidkeep_engine::login::Login;
use raidkeep_engine::numbers::ExchangeId;
use raidkeep_engine::outside::Number;
use raidkeep_engine::players::Players;
use raidkeep_engine::request::{BackgroundJobs, JobKey};
use raidkeep_engine::rules::Rules;
use raidkeep_engine::schedule::Tick;

/// The line to the players' clients. There are many of them, so no failure of one closes the line.
const CLIENTS: Line = Line("clients");
const OWNER: Owner = Owner("challenges");
/// Ports below this belong to system services; no game client listens there.
const FIRST_PORT: u16 = 1024;

/// How clients are notified at their address.
#[derive(Debug, Clone)]
pub struct PushSettings {
    /// How many pushes may be in flight, and how long to wait for an answer.
    pub line: LineSettings,
    /// Ports that nothing is sent to: this server's own.
    pub refused_ports: Vec<u16>,
}

impl PushSettings {
    fn allows(&self, address: SocketAddr) -> bool {
        address.port() >= FIRST_PORT && !self.refused_ports.contains(&address.port())
    }
}

/// The pushes in flight.
#[derive(Debug, Resource)]
struct Pushed {
    settings: PushSettings,
    /// Which challenge each exchange pushes, and to whom.
    asked: HashMap<ExchangeId, (AccountId, Number)>,
    /// Answers whose portrait is being decoded, by challenge.
    decoding: HashMap<u64, (AccountId, Number, bool)>,
}

pub(super) fn register(app: &mut App, settings: Option<&PushSettings>) {
    let Some(settings) = settings else {
        return;
    };
    let line = LineSettings { circuit: None, ..settings.line };
    app.world_mut().resource_mut::<Exchanges>().add_line_to_clients(CLIENTS, line);
    app.insert_resource(Pushed { settings: settings.clone(), asked: HashMap::new(), decoding: HashMap::new() });
    app.add_systems(Tick, (take_answers, take_portraits).chain().in_set(PlatformSystems::Push));
}

/// The components that say where a player's client is.
type Client = (&'static ClientAddress, &'static Listeners, &'static Login);

/// Notifies clients of challenges.
#[derive(SystemParam)]
pub struct Push<'w, 's> {
    pushed: Option<ResMut<'w, Pushed>>,
    exchanges: ResMut<'w, Exchanges>,
    players: Res<'w, Players>,
    clients: Query<'w, 's, Client>,
    clock: Res<'w, Clock>,
}

impl Push<'_, '_> {
    /// Pushes a challenge to the challenged player, unless that player is connected, has no usable address, or an
    /// earlier push of this challenge is in flight. Beyond the limit of pushes in flight nothing is sent: `refrash`
    /// will show it.
    pub fn send(&mut self, number: Number, challenged: AccountId, told: &ChallengeTold<'_>) {
        let Some(pushed) = &mut self.pushed else {
            return;
        };
        let client = self.players.entity(challenged).and_then(|entity| self.clients.get(entity).ok());
        let silent = client.filter(|(_, listeners, login)| !listeners.is_connected_as(login.generation()));
        let address = silent.and_then(|(client, ..)| client.0).filter(|address| pushed.settings.allows(*address));
        let is_under_way = pushed.asked.values().any(|(_, asked)| *asked == number);
        let (Some(address), false, Ok(body)) = (address, is_under_way, serde_json::to_vec(told)) else {
            return;
        };
        let exchange = Exchange {
            method: Method::Post,
            url: format!("http://{address}/challenge_info"),
            headers: vec![("Content-Type", "application/json; charset=utf-8".to_owned())],
            body,
        };
        if let Ok(sent) = self.exchanges.start(CLIENTS, OWNER, exchange, self.clock.now()) {
            pushed.asked.insert(sent, (challenged, number));
        }
    }
}

/// A client's answer.
#[derive(Debug, PartialEq, Eq, Deserialize)]
struct ClientAnswer {
    status: bool,
    id: String,
    #[serde(default)]
    image_data: Option<String>,
}

impl ClientAnswer {
    /// The answer to the challenge `number`, if it is one.
    fn read(outcome: &CallOutcome, number: Number) -> Option<Self> {
        let answered = outcome.as_ref().ok().filter(|answered| answered.status == 200)?;
        serde_json::from_slice(&answered.body).ok().filter(|answer: &Self| answer.id == number.to_string())
    }
}

/// Handles clients' answers. Anything invalid or late is ignored.
fn take_answers(
    mut pushed: ResMut<Pushed>,
    mut exchanges: ResMut<Exchanges>,
    mut background: ResMut<BackgroundJobs>,
    mut respond: Respond,
    images: Res<Rules<Images>>,
) {
    for done in exchanges.take_done(OWNER) {
        let Some((account, number)) = pushed.asked.remove(&done.number) else {
            continue;
        };
        let Some(ClientAnswer { status: accepts, image_data, .. }) = ClientAnswer::read(&done.outcome, number) else {
            continue;
        };
        match image_data.filter(|image| !image.is_empty()) {
            Some(image_data) => {
                pushed.decoding.insert(number.count(), (account, number, accepts));
                background.start(JobKey { owner: OWNER.0, number: number.count() }, images.reception(image_data));
            }
            None => respond.answer(account, number, accepts, None),
        }
    }
}

/// Handles the decoded portraits of clients' answers.
fn take_portraits(mut pushed: ResMut<Pushed>, mut background: ResMut<BackgroundJobs>, mut respond: Respond) {
    for (id, fact) in background.take_done(OWNER.0) {
        let received = fact.and_then(|fact| fact.downcast::<ReceivedImage>().ok());
        if let (Some((account, number, accepts)), Some(Ok(image_data))) =
            (pushed.decoding.remove(&id), received.map(|it| *it))
        {
            respond.answer(account, number, accepts, Some(&image_data));
        }
    }
}

/// Answers challenges for clients, like `challenge_info`.
#[derive(SystemParam)]
struct Respond<'w, 's> {
    duels: Duels<'w, 's>,
    players: Res<'w, Players>,
    accounts: Query<'w, 's, &'static Account>,
}

impl Respond<'_, '_> {
    fn answer(&mut self, account: AccountId, number: Number, accepts: bool, image_data: Option<&str>) {
        let Some(player) = self.players.entity(account).and_then(|entity| self.accounts.get(entity).ok()) else {
            return;
        };
        // An answer counts as a sign of life.
        self.duels.arena.online.hear(account);
        let response = Response { name: player.name(), accepts, image_data };
        if let Err(error) = self.duels.answer(account, &number.to_string(), response) {
            tracing::debug!(challenge = %number, %error, "a client's answer to a challenge was not applied");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use raidkeep_engine::exchange::{Answered, CallFailure};

    fn read(status: u16, body: &str) -> Option<ClientAnswer> {
        ClientAnswer::read(&Ok(Answered { status, body: body.as_bytes().to_vec() }), Number::bare(7))
    }

    #[test]
    fn only_an_answer_to_this_very_challenge_counts() {
        let answer = read(200, r#"{"status":true,"id":"7","image_data":null,"more":1}"#);
        assert_eq!(answer, Some(ClientAnswer { status: true, id: "7".to_owned(), image_data: None }));
        for body in ["", "[]", "{}", r#"{"status":true}"#, r#"{"status":1,"id":"7"}"#, r#"{"status":true,"id":"8"}"#] {
            assert_eq!(read(200, body), None, "{body}");
        }
        assert_eq!(read(500, r#"{"status":true,"id":"7"}"#), None, "a failure is not an answer");
        assert_eq!(ClientAnswer::read(&Err(CallFailure::TimedOut), Number::bare(7)), None);
    }

    #[test]
    fn nothing_is_sent_to_ports_of_the_system_and_of_the_server() {
        let line = LineSettings { in_flight: 1, deadline_seconds: 1, circuit: None, answer_within_seconds: None };
        let settings = PushSettings { line, refused_ports: vec![7350] };
        let allowed = |port: u16| settings.allows(SocketAddr::from(([10, 0, 0, 1], port)));
        assert_eq!([0, 22, 1023, 1024, 7350, 65_535].map(allowed), [false, false, false, true, false, true]);
    }
}
