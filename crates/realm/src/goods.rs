//! Goods that operators give to many: how much a role may give, and whether the game has them.

use raidkeep_engine::exchange::CallOutcome;
use raidkeep_engine::realm::{REALM_LINE, RealmAnswer, to_world};
use raidkeep_engine::request::{Fact, Need, Operator, Refusal, Request, Unready};
use raidkeep_game::case_file::within_limits;
use raidkeep_game::gift_codes::{ItemsKnown, UNKNOWN_ITEM};
use raidkeep_game::items::Amount;

/// The most kinds of items in one gift.
pub(crate) const ITEMS_MAX: usize = 20;

/// Whether the operator's role allows to give so much to one player.
pub(crate) fn check_limits(items: &[Amount], operator: &Operator) -> Result<(), Refusal> {
    items.iter().try_for_each(|amount| {
        let same = items.iter().filter(|other| other.item == amount.item);
        let sum = same.fold(0_i64, |sum, other| sum.saturating_add(other.quantity));
        within_limits(operator, "items", sum.unsigned_abs())
    })
}

/// The question to the first world whether the game has these items.
pub(crate) fn ask_known(items: Vec<Amount>) -> Need {
    Need::Exchange(REALM_LINE, to_world(0, <ItemsKnown as Request>::FUNCTION, &ItemsKnown { items }))
}

/// The answer to [`ask_known`].
pub(crate) fn must_be_known(fact: Fact) -> Result<(), Unready> {
    let outcome = fact.downcast::<CallOutcome>().map_err(|_| Refusal::internal())?;
    match RealmAnswer::<()>::of(&outcome) {
        RealmAnswer::Done(()) => Ok(()),
        RealmAnswer::Refused(UNKNOWN_ITEM, message) => Err(Refusal::saying(UNKNOWN_ITEM, message).into()),
        RealmAnswer::Refused(..) => Err(Refusal::internal().into()),
        RealmAnswer::Later | RealmAnswer::Nowhere => {
            Err(Refusal::busy("no world can say whether it has these items, retry later").into())
        }
    }
}
