//! Gift codes, as a world sees them: `redeem_code`, and the mail with the goods.
//!
//! The realm keeps the codes and counts who has redeemed them. A world asks it ([`CodeClaim`]); the goods come as a numbered
//! message of the realm ([`CodeGoods`]), so they arrive once, whichever of the two loses power or is put back.
//!
//! Not here: making codes and counting them, which is the realm's part.

pub mod message;
pub mod requests;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;

use crate::identity::buckets::Buckets;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::realm::Message;

pub use message::CodeGoods;
pub use requests::{
    CODE_GONE, CODE_REDEEMED, CODE_USED_UP, CodeClaim, ItemsKnown, NO_SUCH_CODE, RedeemCode, UNKNOWN_ITEM,
};

/// Attempts with codes that were not right, in real time.
#[derive(Debug, Default, Resource)]
struct Attempts(Buckets<AccountId>);

/// `redeem_code`, and what worlds do for the realm's gift codes.
pub struct GiftCodesPlugin;

impl Plugin for GiftCodesPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Attempts>();
        app.add_waiting_request::<RedeemCode, _>(requests::redeem_code);
        app.add_request::<ItemsKnown, _>(requests::items_known);
        app.add_waiting_request::<Message<CodeGoods>, _>(message::take_gift);
    }
}
