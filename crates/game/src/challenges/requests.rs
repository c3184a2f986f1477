//! `challenge`, `accept_challenge`, `reject_challenge`, `challenge_info`, `accept_c`, `refrash` and `refresh`
//! (docs/contract/role-play.md#challenges).

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::battles::FighterRules;
use crate::case_file::{MUTED, Voices};
use crate::challenges::code;
use crate::challenges::duels::{ChallengeTold, DuelError, Duels, Response, SentChallenge};
use crate::challenges::push::Push;
use crate::identity::{Account, NOT_YOUR_ROLE, find_by_name, own_role};
use crate::images::{Images, ReceivedImage};
use crate::platforms::sud::PassedThrough;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::outside::Number;
use raidkeep_engine::request;
use raidkeep_engine::request::route::RouteApp;
use raidkeep_engine::request::{Answer, Call, Code, Fact, Need, Player, Refusal, Success, Waits, status};
use raidkeep_engine::rules::Rules;
use raidkeep_engine::storage::Directory;

pub(super) fn register(app: &mut App) {
    app.add_waiting_request::<MakeChallenge, _>(challenge);
    app.add_request::<AcceptChallenge, _>(accept_challenge);
    app.add_request::<RejectChallenge, _>(reject_challenge);
    app.add_waiting_request::<ChallengeInfo, _>(challenge_info);
    app.add_request::<AcceptC, _>(accept_c);
    app.add_request::<Refrash, _>(refrash);
    app.add_request::<Refresh, _>(refresh);
    app.add_image_route::<MakeChallenge>("/challenge").add_image_route::<ChallengeInfo>("/challenge_info");
    app.add_route::<AcceptChallenge>("/accept_challenge").add_route::<RejectChallenge>("/reject_challenge");
    app.add_route::<AcceptC>("/accept_c");
    app.add_route::<Refrash>("/refrash").add_route::<Refresh>("/refresh");
}

impl DuelError {
    fn code(self) -> u16 {
        match self {
            Self::NoSuchChallenge => code::NOT_FOUND,
            Self::Busy => code::BUSY,
            Self::Offline => code::OFFLINE,
            Self::Oneself => code::ILLEGAL,
            Self::TooMany => code::TOO_MANY,
        }
    }
}

/// The portrait that a client sent, in the form in which it is kept; `None` if it sent none. It is made by a job, so the
/// handler is run again with its result.
fn portrait(image_data: Option<&str>, images: &Images, fact: Option<Fact>) -> Result<Option<ReceivedImage>, Need> {
    let Some(image_data) = image_data.filter(|image| !image.is_empty()) else {
        return Ok(None);
    };
    match fact.and_then(|fact| fact.downcast::<ReceivedImage>().ok()) {
        Some(received) => Ok(Some(*received)),
        None => Err(Need::Job(images.reception(image_data.to_owned()))),
    }
}

/// `challenge {role1, role2, image_data, report_game_info_key?, report_game_info_extras?}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct MakeChallenge {
    /// The caller's own username.
    role1: String,
    /// A player, or a fighter of the game master.
    role2: String,
    /// The caller's portrait, PNG or JPEG as base64.
    #[serde(default)]
    image_data: Option<String>,
    /// Passed through to SUD; a round can be queried by it.
    #[serde(default)]
    report_game_info_key: Option<String>,
    /// Passed through to SUD.
    #[serde(default)]
    report_game_info_extras: Option<String>,
}

impl MakeChallenge {
    fn passed(&self) -> PassedThrough {
        let text = |given: &Option<String>| given.clone().unwrap_or_default();
        PassedThrough::new(&text(&self.report_game_info_key), &text(&self.report_game_info_extras))
    }
}

request!(Player, "challenge", MakeChallenge => Challenged, CODES = code::CHALLENGE);

/// The reply of `challenge`. It does not wait for the answer of a player: `status` is false and there is no image until
/// the request is repeated after the answer. A fighter of the game master accepts at once.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct Challenged {
    /// 200, or why not; the codes are listed with the function.
    status_code: u16,
    /// Whether the challenge is accepted already.
    status: bool,
    /// The opponent's portrait, PNG as base64; null before the challenge is accepted, and if there is none.
    image_data: Option<String>,
    /// The challenge's number; empty if there is none.
    id: String,
}

impl Challenged {
    fn refused(status_code: u16) -> Success<Self> {
        Success::with(Self { status_code, ..Self::default() })
    }

    fn made(number: Number) -> Success<Self> {
        Success::with(Self { status_code: code::OK, id: number.to_string(), ..Self::default() })
    }
}

fn challenge(
    In(call): In<Call<MakeChallenge>>,
    mut duels: Duels,
    mut push: Push,
    (accounts, voices): (Query<&Account>, Voices),
    directory: Res<Directory>,
    (images, fighters): (Res<Rules<Images>>, Res<Rules<FighterRules>>),
) -> Waits<Challenged> {
    let passed = call.request.passed();
    let MakeChallenge { role1, role2, image_data, .. } = call.request;
    let (account, challenger) = (call.caller.get(&accounts)?, call.caller.account);
    if own_role(account, &role1).is_err() {
        return Ok(Challenged::refused(code::NOT_YOUR_ROLE));
    }
    if let Some(fighter) = fighters.find(&role2) {
        let portrait = fighter_portrait(&role2, &fighters, &images);
        return Ok(match duels.challenge_fighter(challenger, fighter, portrait.as_deref(), passed) {
            Ok(number) => {
                let (id, image_data) = (number.to_string(), portrait);
                Success::with(Challenged { status_code: code::OK, status: true, image_data, id })
            }
            Err(error) => Challenged::refused(error.code()),
        });
    }
    let Some(challenged) = find_by_name(&directory, &role2)? else {
        return Ok(Challenged::refused(code::NOT_FOUND));
    };
    if let Some((number, image_data)) = duels.accepted(challenger, challenged) {
        let accepted = Challenged { status_code: code::OK, status: true, image_data, id: number.to_string() };
        return Ok(Success::with(accepted));
    }
    voices.may_say(call.caller.entity, image_data.as_deref().unwrap_or_default())?;
    // Whatever else could refuse the challenge is checked before the image is decoded.
    match duels.prospect(challenger, challenged) {
        Ok(None) => {}
        Ok(Some(open)) => {
            push.send(open.number, challenged, &ChallengeTold::of(open));
            return Ok(Challenged::made(open.number));
        }
        Err(error) => return Ok(Challenged::refused(error.code())),
    }
    let image_data = match portrait(image_data.as_deref(), &images, call.fact)?.transpose() {
        Ok(image_data) => image_data,
        Err(_) => return Ok(Challenged::refused(code::ILLEGAL)),
    };
    match duels.challenge((challenger, account.name()), challenged, image_data.clone(), passed) {
        Ok(number) => {
            push.send(number, challenged, &ChallengeTold::new(number, account.name(), image_data.as_deref()));
            Ok(Challenged::made(number))
        }
        Err(error) => Ok(Challenged::refused(error.code())),
    }
}

/// The portrait of the game master's fighter of that name.
fn fighter_portrait(name: &str, fighters: &FighterRules, images: &Images) -> Option<String> {
    images.get(&fighters.find(name)?.portrait).map(|portrait| portrait.to_string())
}

/// A reply that consists of a code only.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct AnswerSent {
    /// 200, or why not; the codes are listed with the function.
    status_code: u16,
}

/// `accept_challenge {role, id}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AcceptChallenge {
    /// The caller's own username.
    role: String,
    /// The challenge's number.
    id: String,
}

request!(Player, "accept_challenge", AcceptChallenge => AnswerSent, CODES = code::ANSWER);

fn accept_challenge(
    In(call): In<Call<AcceptChallenge>>,
    duels: Duels,
    accounts: Query<&Account>,
) -> Answer<AnswerSent> {
    send_answer(call.caller, &call.request.role, &call.request.id, true, duels, accounts)
}

/// `reject_challenge {role, id}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RejectChallenge {
    /// The caller's own username.
    role: String,
    /// The challenge's number.
    id: String,
}

request!(Player, "reject_challenge", RejectChallenge => AnswerSent, CODES = code::ANSWER);

fn reject_challenge(
    In(call): In<Call<RejectChallenge>>,
    duels: Duels,
    accounts: Query<&Account>,
) -> Answer<AnswerSent> {
    send_answer(call.caller, &call.request.role, &call.request.id, false, duels, accounts)
}

fn send_answer(
    caller: Player,
    role: &str,
    id: &str,
    accepts: bool,
    mut duels: Duels,
    accounts: Query<&Account>,
) -> Answer<AnswerSent> {
    let account = caller.get(&accounts)?;
    let status_code = match own_role(account, role) {
        Err(_) => code::NOT_YOUR_ROLE,
        Ok(()) => {
            let response = Response { name: account.name(), accepts, image_data: None };
            duels.answer(caller.account, id, response).map_or_else(DuelError::code, |()| code::OK)
        }
    };
    Ok(Success::with(AnswerSent { status_code }))
}

/// `accept_c {id, status}`: accepts or rejects; the reply says whether the battle begins.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AcceptC {
    /// The challenge's number.
    id: String,
    /// Whether to accept.
    status: bool,
}

request!(Player, "accept_c", AcceptC => Entered);

/// The reply of `accept_c`.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct Entered {
    /// Whether the battle begins.
    status: bool,
}

fn accept_c(In(call): In<Call<AcceptC>>, mut duels: Duels, accounts: Query<&Account>) -> Answer<Entered> {
    let AcceptC { id, status: accepts } = call.request;
    let account = call.caller.get(&accounts)?;
    let response = Response { name: account.name(), accepts, image_data: None };
    let status = duels.answer(call.caller.account, &id, response).is_ok() && accepts;
    Ok(Success::with(Entered { status }))
}

/// `challenge_info {id, status?, image_data?}`: a client's answer to the event of that name. Without `status` it shows
/// the challenge and leaves it open. To the challenger it shows the answer.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ChallengeInfo {
    /// The challenge's number.
    id: String,
    /// Whether to accept.
    #[serde(default)]
    status: Option<bool>,
    /// The caller's portrait, PNG or JPEG as base64.
    #[serde(default)]
    image_data: Option<String>,
}

request!(Player, "challenge_info", ChallengeInfo => ChallengeShown, CODES = &[Code::of(NO_SUCH_CHALLENGE), MUTED]);

/// The reply of `challenge_info`: name and portrait of the other player, and whether the battle begins or has begun.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct ChallengeShown {
    /// The challenge's number.
    id: String,
    /// The other player.
    role: String,
    /// The other player's portrait, PNG as base64; null if there is none.
    image_data: Option<String>,
    /// Whether the battle begins; for the challenger, whether the challenge was accepted.
    status: bool,
}

const NO_SUCH_CHALLENGE: Refusal = Refusal::new(404, "no such challenge");

fn challenge_info(
    In(call): In<Call<ChallengeInfo>>,
    mut duels: Duels,
    (accounts, voices): (Query<&Account>, Voices),
    (images, fighters): (Res<Rules<Images>>, Res<Rules<FighterRules>>),
) -> Waits<ChallengeShown> {
    let ChallengeInfo { id, status: accepts, image_data } = call.request;
    let (account, caller) = (call.caller.get(&accounts)?, call.caller.account);
    if let Some(SentChallenge { role, is_accepted: status, image_data }) = duels.sent(caller, &id) {
        let image_data = image_data.or_else(|| fighter_portrait(&role, &fighters, &images));
        return Ok(Success::with(ChallengeShown { id, role, image_data, status }));
    }
    let challenge = duels.received(caller, &id).ok_or(NO_SUCH_CHALLENGE)?;
    let shown = ChallengeShown {
        role: challenge.challenger_name.clone(),
        image_data: challenge.image_data.clone(),
        status: false,
        id,
    };
    voices.may_say(call.caller.entity, image_data.as_deref().unwrap_or_default())?;
    let portrait = portrait(image_data.as_deref(), &images, call.fact)?.transpose();
    let portrait = portrait.map_err(|error| {
        let expected = "expected base64 of a PNG or JPEG within the limits";
        Refusal::saying(status::MALFORMED, format!("data.image_data: this image {error}, {expected}"))
    })?;
    let status = accepts.is_some_and(|accepts| {
        let response = Response { name: account.name(), accepts, image_data: portrait.as_deref() };
        duels.answer(caller, &shown.id, response).is_ok() && accepts
    });
    Ok(Success::with(ChallengeShown { status, ..shown }))
}

/// `refrash {role}`, as the contract spells it (docs/contract/role-play.md#routes).
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Refrash {
    /// The caller's own username.
    role: String,
}

request!(Player, "refrash", Refrash => Refreshed, CODES = &[Code::of(NOT_YOUR_ROLE)]);

/// `refresh {role}`, as clients spell it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Refresh {
    /// The caller's own username.
    role: String,
}

request!(Player, "refresh", Refresh => Refreshed, CODES = &[Code::of(NOT_YOUR_ROLE)]);

/// The reply of `refrash`: the challenges to the player, and the one of its own that was accepted, until it acts in the
/// battle. Asking also counts as presence.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct Refreshed {
    /// The numbers of the open challenges to the caller.
    id_list: Vec<String>,
    /// Their challengers, in the same order.
    role_list: Vec<String>,
    /// The caller's own challenge that was accepted, as the contract spells it.
    accpec_id: Vec<String>,
    /// The same, as clients spell it.
    accept_id: Vec<String>,
}

fn refrash(In(call): In<Call<Refrash>>, duels: Duels, accounts: Query<&Account>) -> Answer<Refreshed> {
    show_challenges(call.caller, &call.request.role, duels, accounts)
}

fn refresh(In(call): In<Call<Refresh>>, duels: Duels, accounts: Query<&Account>) -> Answer<Refreshed> {
    show_challenges(call.caller, &call.request.role, duels, accounts)
}

fn show_challenges(caller: Player, role: &str, duels: Duels, accounts: Query<&Account>) -> Answer<Refreshed> {
    own_role(caller.get(&accounts)?, role)?;
    let received = || duels.all_received(caller.account);
    let accepted: Vec<String> =
        duels.arena.not_entered(caller.account).map(|number| number.to_string()).into_iter().collect();
    Ok(Success::with(Refreshed {
        id_list: received().map(|challenge| challenge.number.to_string()).collect(),
        role_list: received().map(|challenge| challenge.challenger_name.clone()).collect(),
        accpec_id: accepted.clone(),
        accept_id: accepted,
    }))
}
