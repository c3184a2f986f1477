//! `redeem_code`, and what passes between the worlds and the realm about codes.

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;
use bevy_time::{Real, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::gift_codes::Attempts;
use crate::identity::buckets::Quota;
use crate::items::{Amount, ItemRules};
use raidkeep_engine::exchange::CallOutcome;
use raidkeep_engine::operators::Right;
use raidkeep_engine::outside::WorldPlace;
use raidkeep_engine::realm::{REALM_LINE, RealmAnswer, RealmLink, to_realm};
use raidkeep_engine::request;
use raidkeep_engine::request::{Answer, Call, Code, Need, Operator, Player, Refusal, Request, Success, Waits};
use raidkeep_engine::rules::Rules;

/// No code reads so.
pub const NO_SUCH_CODE: Refusal = Refusal::new(99, "兑换码不存在");
/// As many as may have redeemed it.
pub const CODE_USED_UP: Refusal = Refusal::new(98, "兑换码已被用完");
/// This player has redeemed it as often as allowed.
pub const CODE_REDEEMED: Refusal = Refusal::new(97, "您已使用过该兑换码");
/// It has expired or was withdrawn.
pub const CODE_GONE: Refusal = Refusal::new(96, "兑换码已失效");
/// The player has tried too many that were not right.
const TOO_MANY: Refusal = Refusal::new(95, "尝试次数过多，请稍后再试");

/// Attempts that fail, at once and again in each window, of one player.
const ATTEMPTS: u32 = 10;
const WINDOW_SECONDS: u32 = 600;
/// More letters than a code can have with everything between its groups.
const LETTERS_MAX: usize = 64;

/// `redeem_code {code}`: the goods come as a mail.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RedeemCode {
    /// The code; case, spaces and hyphens do not matter.
    #[schemars(length(max = 64))]
    code: String,
}

request!(
    Player, "redeem_code", RedeemCode => Redeemed,
    ACTS_OUTSIDE = true,
    CODES = &[
        Code::of(NO_SUCH_CODE),
        Code::of(CODE_USED_UP),
        Code::of(CODE_REDEEMED),
        Code::of(CODE_GONE),
        Code::of(TOO_MANY),
    ],
);

/// What a code is worth: the reply of `redeem_code`, and of `code_claim`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Redeemed {
    /// What the mail brings.
    pub items: Vec<Amount>,
}

/// `code_claim {world, player, code}`, a function of the realm: a player of a world redeems a code.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CodeClaim {
    /// The player's world.
    pub world: u32,
    /// The account's number.
    pub player: u64,
    /// As the player wrote it.
    pub code: String,
}

request!(
    Operator, "code_claim", CodeClaim => Redeemed, RIGHT = Right::WORLDS, IN_REALM = true,
    CODES = &[
        Code::of(NO_SUCH_CODE),
        Code::of(CODE_USED_UP),
        Code::of(CODE_REDEEMED),
        Code::of(CODE_GONE),
    ],
);

/// `items_known {items}`, a function of worlds: whether the game has these items.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ItemsKnown {
    /// The items.
    pub items: Vec<Amount>,
}

/// Status of an item that the game does not have.
pub const UNKNOWN_ITEM: i32 = 98;

request!(
    Operator, "items_known", ItemsKnown => (), RIGHT = Right::WORLDS,
    CODES = &[Code::refusal(UNKNOWN_ITEM, "no such item")],
);

pub(super) fn items_known(In(call): In<Call<ItemsKnown>>, rules: Res<Rules<ItemRules>>) -> Answer<()> {
    match call.request.items.iter().find(|amount| rules.item(amount.item).is_none()) {
        Some(unknown) => Err(Refusal::saying(UNKNOWN_ITEM, format!("no item {}", unknown.item))),
        None => Ok(Success::empty()),
    }
}

#[derive(SystemParam)]
pub(super) struct Counter<'w> {
    attempts: ResMut<'w, Attempts>,
    link: Res<'w, RealmLink>,
    place: Res<'w, WorldPlace>,
    time: Res<'w, Time<Real>>,
}

pub(super) fn redeem_code(In(call): In<Call<RedeemCode>>, mut counter: Counter) -> Waits<Redeemed> {
    let quota = Quota::new(ATTEMPTS, WINDOW_SECONDS);
    let account = call.caller.account;
    if let Some(outcome) = call.fact.and_then(|fact| fact.downcast::<CallOutcome>().ok()) {
        let answer = RealmAnswer::<Redeemed>::of(&outcome);
        if matches!(answer, RealmAnswer::Done(_) | RealmAnswer::Later) {
            // Only guesses count.
            counter.attempts.0.give_back(&account, quota);
        }
        return Ok(told(answer)?);
    }
    let code = call.request.code;
    if code.chars().nth(LETTERS_MAX).is_some() {
        return Err(Refusal::malformed("data.code", "a string of at most 64 characters").into());
    }
    let now = counter.time.elapsed();
    if !counter.attempts.0.wait(&account, quota, now).is_zero() {
        return Err(TOO_MANY.into());
    }
    counter.attempts.0.take(account, quota, now);
    if !counter.link.has_realm {
        return Err(NO_SUCH_CODE.into());
    }
    let claim = CodeClaim { world: counter.place.number, player: account.0, code };
    Err(Need::Exchange(REALM_LINE, to_realm(<CodeClaim as Request>::FUNCTION, &claim)).into())
}

/// What the player is told.
fn told(answer: RealmAnswer<Redeemed>) -> Answer<Redeemed> {
    match answer {
        RealmAnswer::Done(redeemed) => Ok(Success::with(redeemed)),
        RealmAnswer::Refused(status, message) => {
            let known = [NO_SUCH_CODE, CODE_USED_UP, CODE_REDEEMED, CODE_GONE];
            Err(known.into_iter().find(|refusal| refusal.status == status).unwrap_or_else(|| {
                tracing::error!(status, message, "the realm refuses to look at a gift code");
                Refusal::internal()
            }))
        }
        RealmAnswer::Later => Err(Refusal::busy("the realm does not answer, retry later")),
        RealmAnswer::Nowhere => Err(NO_SUCH_CODE),
    }
}
