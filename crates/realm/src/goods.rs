//! Goods that operators give to many: how many kinds, and whether the game has them.

use raidkeep_engine::exchange::CallOutcome;
use raidkeep_engine::realm::{REALM_LINE, RealmAnswer, to_world};
use raidkeep_engine::request::{Fact, Need, Refusal, Request, Unready};
use raidkeep_game::gift_codes::{ItemsKnown, UNKNOWN_ITEM};
use raidkeep_game::items::Amount;

/// The most kinds of items in one gift.
pub(crate) const ITEMS_MAX: usize = 20;

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
