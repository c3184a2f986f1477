//! `check_money`, `check_record`, `check_card`, `charge`, `card_types` for players
//! (docs/contract/points-platform.md#calls-for-players).

use std::fmt;

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::identity::{Account, PlayedNotes};
use crate::platforms::mcrmb::PAYMENTS;
use crate::platforms::mcrmb::cards::{CardTypes, WRONG_CARD};
use crate::platforms::mcrmb::gateway::{Gateway, PlatformCall, reply_of};
use crate::platforms::mcrmb::wire::{PlatformData, PlatformReply};
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::exchange::CallOutcome;
use raidkeep_engine::request;
use raidkeep_engine::request::lenient::Integer;
use raidkeep_engine::request::{
    Answer, Call, Code, Fact, Need, Player, Reads, Refusal, Request, Success, Unready, Waits, status,
};

/// The code of functions that pass on what the payment platform answers.
pub const PLATFORM_CODE: Code = Code::passed_on("the payment platform refuses: its code and its message");

pub(super) fn register(app: &mut App) {
    app.add_waiting_request::<CheckMoney, _>(check_money);
    app.add_waiting_request::<CheckRecord, _>(check_record);
    app.add_waiting_request::<CheckCard, _>(check_card);
    app.add_waiting_request::<Charge, _>(charge);
    app.add_waiting_request::<ShowCardTypes, _>(card_types);
}

/// Whether this code is a success of that call (docs/contract/points-platform.md#codes).
pub fn is_success(call: PlatformCall, code: i32) -> bool {
    match call {
        PlatformCall::CheckMoney | PlatformCall::CheckRecord | PlatformCall::CheckCard | PlatformCall::CardTypes => {
            matches!(code, 101 | 102)
        }
        PlatformCall::Charge => matches!(code, 101 | 201),
        PlatformCall::Pay => code == 101,
        PlatformCall::Manual => matches!(code, 101 | 102 | 201),
    }
}

/// The platform's reply as a reply of the game: status 0 for a success, else the platform's code; its message and data.
/// The platform has no code 0, and it would be taken for a success.
pub fn passed_on(call: PlatformCall, reply: PlatformReply) -> Answer<PlatformData> {
    let is_success = is_success(call, reply.code);
    if reply.code == status::SUCCESS {
        return Err(Refusal::busy("the payment platform's answer makes no sense, retry later"));
    }
    let says = if reply.msg.is_empty() { card_message(&reply) } else { reply.msg };
    let status = if is_success { status::SUCCESS } else { reply.code };
    let message = if says.is_empty() && is_success { "success".to_owned() } else { says };
    Ok(Success::with(reply.data).status(status).message(message))
}

/// `Charge` puts what is wrong with a card only into its data.
fn card_message(reply: &PlatformReply) -> String {
    let told = reply.rows().first().and_then(|row| row.get("wmsg")).and_then(Value::as_str);
    told.unwrap_or_default().to_owned()
}

/// The platform's answer about the calling player; queries the platform first.
fn ask(
    call: PlatformCall,
    fact: Option<Fact>,
    (gateway, accounts, player): (&Gateway, &Query<&Account>, Player),
    more: &[(&str, &str)],
) -> Waits<PlatformData> {
    let outcome = fact.and_then(|fact| fact.downcast::<CallOutcome>().ok());
    if let Some(outcome) = outcome {
        return Ok(passed_on(call, reply_of(*outcome)?)?);
    }
    let account = player.get(accounts)?;
    let exchange = gateway.call(call, account.wname(), more)?;
    Err(Unready::Needs(Need::Exchange(PAYMENTS, exchange)))
}

macro_rules! question {
    ($type:ident, $handler:ident, $function:literal, $call:ident, $doc:literal) => {
        #[doc = $doc]
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
        pub struct $type {}

        impl Request for $type {
            const FUNCTION: &'static str = $function;
            const READS: Reads = Reads::Caller;
            const CODES: &'static [Code] = &[PLATFORM_CODE];
            type Caller = Player;
            type Reply = PlatformData;
        }

        fn $handler(
            In(call): In<Call<$type>>,
            gateway: Res<Gateway>,
            accounts: Query<&Account>,
        ) -> Waits<PlatformData> {
            ask(PlatformCall::$call, call.fact, (&gateway, &accounts, call.caller), &[])
        }
    };
}

question!(CheckMoney, check_money, "check_money", CheckMoney, "`check_money {token}`: the points of the player.");
question!(CheckRecord, check_record, "check_record", CheckRecord, "`check_record {token}`: the last five movements.");
question!(CheckCard, check_card, "check_card", CheckCard, "`check_card {token}`: the last five cards.");

/// `charge {token, ctype, cnum, cpwd}`: points for a prepaid card.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Charge {
    /// The id of a card type of `card_types`.
    #[serde(deserialize_with = "raidkeep_engine::request::lenient::integer")]
    #[schemars(with = "Integer")]
    ctype: i64,
    /// The card's number.
    cnum: String,
    /// The card's password.
    cpwd: String,
}

impl fmt::Debug for Charge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Charge").field("ctype", &self.ctype).finish_non_exhaustive()
    }
}

request!(
    Player, "charge", Charge => PlatformData,
    READS = Reads::Caller, SECRETS = &["cpwd"], ACTS_OUTSIDE = true, CODES = &[Code::of(WRONG_CARD), PLATFORM_CODE]);

/// The longest card number or password that is passed on.
const CARD_BYTES_MAX: usize = 64;

fn charge(
    In(call): In<Call<Charge>>,
    types: Res<CardTypes>,
    gateway: Res<Gateway>,
    accounts: Query<&Account>,
    mut played: PlayedNotes,
) -> Waits<PlatformData> {
    let Charge { ctype, cnum, cpwd } = &call.request;
    if call.fact.is_none() {
        for (field, text) in [("data.cnum", cnum), ("data.cpwd", cpwd)] {
            if text.is_empty() || text.len() > CARD_BYTES_MAX {
                return Err(Refusal::malformed(field, "1 to 64 characters as printed on the card").into());
            }
        }
        gateway.orders()?;
        types.check(*ctype, cnum, cpwd)?;
        // Its points are on the platform, under its name: it must not be forgotten.
        played.note(call.caller.account);
    }
    let kind = ctype.to_string();
    let more = [("ctype", kind.as_str()), ("cnum", cnum), ("cpwd", cpwd)];
    ask(PlatformCall::Charge, call.fact, (&gateway, &accounts, call.caller), &more)
}

/// `card_types {token}`: the cards that the platform accepts.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ShowCardTypes {}

request!(Player, "card_types", ShowCardTypes => PlatformData, READS = Reads::Caller, CODES = &[PLATFORM_CODE]);

fn card_types(
    In(call): In<Call<ShowCardTypes>>,
    types: Res<CardTypes>,
    gateway: Res<Gateway>,
    accounts: Query<&Account>,
) -> Waits<PlatformData> {
    match types.told() {
        Some(told) => Ok(passed_on(PlatformCall::CardTypes, told.clone())?),
        None => ask(PlatformCall::CardTypes, call.fact, (&gateway, &accounts, call.caller), &[]),
    }
}
