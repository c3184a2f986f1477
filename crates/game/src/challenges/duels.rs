//! Making a challenge and answering one.

use bevy_app::App;
use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;
use schemars::JsonSchema;
use serde::Serialize;

use crate::battles::{Arena, FighterRule};
use crate::challenges::index::{ChallengeIndex, PORTRAIT_KEPT, UNANSWERED};
use crate::challenges::model::{AnswerPortrait, Challenge, LastChallenge};
use crate::challenges::rules::ChallengeRules;
use crate::platforms::sud::PassedThrough;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::events::{Event, EventApp};
use raidkeep_engine::outside::{Number, Numbering};
use raidkeep_engine::rules::Rules;

/// How often it is checked whether the battle of an accepted challenge still exists.
const PORTRAIT_CHECK_SECONDS: i64 = 60;

/// Makes, finds, answers and ends challenges.
#[derive(SystemParam)]
pub struct Duels<'w, 's> {
    /// The battles.
    pub arena: Arena<'w, 's>,
    challenges: Query<'w, 's, &'static Challenge>,
    portraits: Query<'w, 's, &'static AnswerPortrait>,
    index: ResMut<'w, ChallengeIndex>,
    last: ResMut<'w, LastChallenge>,
    rules: Res<'w, Rules<ChallengeRules>>,
    numbering: Res<'w, Numbering>,
    clock: Res<'w, Clock>,
}

/// Why there is no challenge, or no battle. Each has a code in docs/contract/role-play.md#status-codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DuelError {
    /// The player has no open challenge with that number.
    #[error("no such challenge")]
    NoSuchChallenge,
    /// One of the two players is in a battle.
    #[error("one of the two is in a battle")]
    Busy,
    /// The other player is not online.
    #[error("the other player is not online")]
    Offline,
    /// Players cannot challenge themselves.
    #[error("a player cannot challenge itself")]
    Oneself,
    /// Too many challenges are open.
    #[error("too many challenges are open")]
    TooMany,
}

/// What the challenged player receives, as the event `challenge_info` and as a push to its address
/// (docs/contract/role-play.md#challenges).
#[derive(Debug, Serialize, JsonSchema)]
pub struct ChallengeTold<'a> {
    /// The challenge's number.
    id: String,
    /// The challenger.
    role: &'a str,
    /// The challenger's portrait, PNG as base64; null if there is none.
    image_data: Option<&'a str>,
}

impl Event for ChallengeTold<'_> {
    const NAME: &'static str = "challenge_info";
}

impl<'a> ChallengeTold<'a> {
    /// The challenge `number` from the player `role`, with the portrait that player sent.
    pub fn new(number: Number, role: &'a str, image_data: Option<&'a str>) -> Self {
        Self { id: number.to_string(), role, image_data }
    }

    /// An open challenge.
    pub fn of(challenge: &'a Challenge) -> Self {
        Self::new(challenge.number, &challenge.challenger_name, challenge.image_data.as_deref())
    }
}

/// What the challenger receives: the answer given by `/challenge_info` (docs/contract/role-play.md#challenges), and who
/// gave it.
#[derive(Debug, Serialize, JsonSchema)]
struct ChallengeAnswered<'a> {
    /// The challenge's number.
    id: String,
    /// The player who answered.
    role: &'a str,
    /// Whether the challenge was accepted; then the battle has begun.
    status: bool,
    /// A portrait, PNG as base64; null if there is none.
    image_data: Option<&'a str>,
}

/// The event `challenge_accepted`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(transparent)]
struct ChallengeAccepted<'a>(ChallengeAnswered<'a>);

impl Event for ChallengeAccepted<'_> {
    const NAME: &'static str = "challenge_accepted";
}

/// The event `challenge_rejected`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(transparent)]
struct ChallengeRejected<'a>(ChallengeAnswered<'a>);

impl Event for ChallengeRejected<'_> {
    const NAME: &'static str = "challenge_rejected";
}

/// The event `challenge_ended`, for both players: the challenge was not answered in time.
#[derive(Debug, Serialize, JsonSchema)]
struct ChallengeEnded {
    /// The challenge's number.
    id: String,
}

impl Event for ChallengeEnded {
    const NAME: &'static str = "challenge_ended";
}

pub(super) fn register(app: &mut App) {
    app.add_event::<ChallengeTold<'_>>().add_event::<ChallengeEnded>();
    app.add_event::<ChallengeAccepted<'_>>().add_event::<ChallengeRejected<'_>>();
}

/// The answer to a challenge.
#[derive(Debug, Clone, Copy)]
pub struct Response<'a> {
    /// The challenged player's name.
    pub name: &'a str,
    /// Whether the player accepts.
    pub accepts: bool,
    /// The player's portrait, validated.
    pub image_data: Option<&'a str>,
}

/// What a challenger sees of a challenge it has sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentChallenge {
    /// The challenged player.
    pub role: String,
    /// Whether that player has accepted.
    pub is_accepted: bool,
    /// The portrait with which it did.
    pub image_data: Option<String>,
}

impl Duels<'_, '_> {
    /// Whether a new challenge is possible: errs with the reason if not; else the open challenge from the one to the other,
    /// if there is one.
    pub fn prospect(&self, challenger: AccountId, challenged: AccountId) -> Result<Option<&Challenge>, DuelError> {
        self.check(challenger, challenged)?;
        if let Some(open) = self.open(challenger, challenged) {
            return Ok(Some(open));
        }
        let has_room = self.index.sent(challenger).len() < self.rules.sent_max
            && self.index.received(challenged).len() < self.rules.received_max;
        if has_room { Ok(None) } else { Err(DuelError::TooMany) }
    }

    /// The accepted challenge from the one to the other whose battle is under way: its number, and the portrait with which
    /// it was accepted.
    pub fn accepted(&self, challenger: AccountId, challenged: AccountId) -> Option<(Number, Option<String>)> {
        let number = self.arena.running(challenger, challenged)?;
        Some((number, self.portrait(number.count())))
    }

    fn portrait(&self, id: u64) -> Option<String> {
        let portrait = self.portraits.get(self.index.portrait(id)?).ok()?;
        Some(portrait.image_data.clone())
    }

    /// The challenge with that number, if it is from this account and is open or accepted.
    pub fn sent(&self, account: AccountId, id: &str) -> Option<SentChallenge> {
        let number: Number = id.parse().ok()?;
        if let Some(open) = self.find(number).filter(|challenge| challenge.challenger == account) {
            let role = self.arena.name_of(open.challenged).unwrap_or_default().to_owned();
            return Some(SentChallenge { role, is_accepted: false, image_data: None });
        }
        let role = self.arena.opponent_of(account, number)?.to_owned();
        Some(SentChallenge { role, is_accepted: true, image_data: self.portrait(number.count()) })
    }

    /// Makes a challenge, notifies the challenged player, and returns the challenge's number. If the same challenge is
    /// already open, only returns its number.
    pub fn challenge(
        &mut self,
        challenger: (AccountId, &str),
        challenged: AccountId,
        image_data: Option<String>,
        passed: PassedThrough,
    ) -> Result<Number, DuelError> {
        let (account, name) = challenger;
        if let Some(open) = self.prospect(account, challenged)? {
            return Ok(open.number);
        }
        let id = self.last.next_id();
        let number = self.numbering.number_for_players(id);
        let info = ChallengeTold::new(number, name, image_data.as_deref());
        self.arena.tell(challenged, &info);
        let ends_at = self.clock.now().saturating_add(self.rules.unanswered_seconds);
        let challenger_name = name.to_owned();
        self.arena.spawn(Challenge {
            id,
            challenger: account,
            challenged,
            challenger_name,
            image_data,
            ends_at,
            passed,
            number,
        });
        Ok(number)
    }

    /// Begins the battle against a fighter of the game master, who accepts at once, and returns its number. The same
    /// battle is not begun twice while the player has not acted in it.
    pub fn challenge_fighter(
        &mut self,
        challenger: AccountId,
        fighter: &FighterRule,
        portrait: Option<&str>,
        passed: PassedThrough,
    ) -> Result<Number, DuelError> {
        if let Some(open) = self.arena.not_entered_against(challenger, fighter) {
            return Ok(open);
        }
        if self.arena.is_fighting(challenger) {
            return Err(DuelError::Busy);
        }
        let number = self.numbering.number_for_players(self.last.next_id());
        self.arena.begin_against(number, challenger, fighter, passed).ok_or(DuelError::Offline)?;
        let answered =
            ChallengeAnswered { id: number.to_string(), role: &fighter.name, status: true, image_data: portrait };
        self.arena.tell(challenger, &ChallengeAccepted(answered));
        Ok(number)
    }

    fn check(&self, challenger: AccountId, challenged: AccountId) -> Result<(), DuelError> {
        if challenger == challenged {
            Err(DuelError::Oneself)
        } else if !self.arena.online.is_online(challenged) {
            Err(DuelError::Offline)
        } else if self.arena.is_fighting(challenger) {
            Err(DuelError::Busy)
        } else {
            Ok(())
        }
    }

    /// The open challenge from one to the other.
    fn open(&self, challenger: AccountId, challenged: AccountId) -> Option<&Challenge> {
        let mut sent = self.index.sent(challenger).filter_map(|id| self.get(id));
        sent.find(|challenge| challenge.challenged == challenged)
    }

    fn get(&self, id: u64) -> Option<&Challenge> {
        self.challenges.get(self.index.find(id)?).ok()
    }

    fn find(&self, number: Number) -> Option<&Challenge> {
        self.get(number.count()).filter(|challenge| challenge.number == number)
    }

    /// The open challenge with that number, if it is to this account.
    pub fn received(&self, account: AccountId, id: &str) -> Option<&Challenge> {
        self.find(id.parse().ok()?).filter(|challenge| challenge.challenged == account)
    }

    /// All open challenges to this account, oldest first.
    pub fn all_received(&self, account: AccountId) -> impl Iterator<Item = &Challenge> {
        self.index.received(account).filter_map(|id| self.get(id))
    }

    /// Answers a challenge, which closes it; if it is accepted and the challenger is available, the battle starts.
    pub fn answer(&mut self, account: AccountId, id: &str, response: Response<'_>) -> Result<(), DuelError> {
        let challenge = self.received(account, id).ok_or(DuelError::NoSuchChallenge)?.clone();
        if response.accepts && self.arena.is_fighting(account) {
            return Err(DuelError::Busy);
        }
        self.remove(&challenge);
        let Response { name, accepts, image_data } = response;
        let mut answered =
            ChallengeAnswered { id: challenge.number.to_string(), role: name, status: false, image_data };
        if !accepts {
            self.arena.tell(challenge.challenger, &ChallengeRejected(answered));
            return Ok(());
        }
        if !self.arena.online.is_online(challenge.challenger) {
            return Err(DuelError::Offline);
        }
        if self.arena.is_fighting(challenge.challenger) {
            return Err(DuelError::Busy);
        }
        let passed = challenge.passed.clone();
        self.arena.begin(challenge.number, challenge.challenger, account, passed).ok_or(DuelError::Offline)?;
        if let Some(image_data) = image_data.map(str::to_owned) {
            let checked_at = self.next_check_at();
            self.arena.spawn(AnswerPortrait { id: challenge.id, challenged: account, image_data, checked_at });
        }
        answered.status = true;
        self.arena.tell(challenge.challenger, &ChallengeAccepted(answered));
        Ok(())
    }

    /// Ends the challenges whose time is up, and notifies both players.
    pub fn end_unanswered(&mut self) {
        let now = self.clock.now();
        self.arena.agenda.bring_within(UNANSWERED, now, self.rules.unanswered_seconds);
        while let Some(due) = self.arena.agenda.pop(UNANSWERED, now) {
            if let Some(entity) = self.index.find(due.key) {
                self.end(entity);
            }
        }
    }

    /// Drops the portraits of accepted challenges whose battle is gone.
    pub fn drop_portraits(&mut self) {
        let now = self.clock.now();
        self.arena.agenda.bring_within(PORTRAIT_KEPT, now, PORTRAIT_CHECK_SECONDS);
        while let Some(due) = self.arena.agenda.pop(PORTRAIT_KEPT, now) {
            if self.arena.is_known(due.key) {
                let checked_at = self.next_check_at();
                self.arena.agenda.set(PORTRAIT_KEPT, due.key, checked_at);
            } else {
                self.drop_portrait(due.key);
            }
        }
    }

    fn next_check_at(&self) -> i64 {
        self.clock.now().saturating_add(PORTRAIT_CHECK_SECONDS)
    }

    fn drop_portrait(&mut self, id: u64) {
        if let Some(entity) = self.index.portrait(id) {
            self.index.forget_portrait(id);
            self.arena.agenda.cancel(PORTRAIT_KEPT, id);
            self.arena.discard(entity);
        }
    }

    fn drop_portraits_of(&mut self, account: AccountId) {
        for id in self.index.portraits() {
            let portrait = self.index.portrait(id).and_then(|entity| self.portraits.get(entity).ok());
            if portrait.is_some_and(|portrait| portrait.challenged == account) {
                self.drop_portrait(id);
            }
        }
    }

    /// Ends all challenges to and from a player, and notifies the players involved. Its portraits go too.
    pub fn end_all_of(&mut self, account: AccountId) {
        let ids: Vec<u64> = self.index.sent(account).chain(self.index.received(account)).collect();
        for entity in ids.into_iter().filter_map(|id| self.index.find(id)).collect::<Vec<_>>() {
            self.end(entity);
        }
        self.drop_portraits_of(account);
    }

    fn end(&mut self, entity: Entity) {
        let Ok(challenge) = self.challenges.get(entity).cloned() else {
            return;
        };
        self.remove(&challenge);
        for account in [challenge.challenger, challenge.challenged] {
            self.arena.tell(account, &ChallengeEnded { id: challenge.number.to_string() });
        }
    }

    fn remove(&mut self, challenge: &Challenge) {
        if let Some(entity) = self.index.find(challenge.id) {
            self.index.forget(challenge);
            self.arena.agenda.cancel(UNANSWERED, challenge.id);
            self.arena.discard(entity);
        }
    }
}
