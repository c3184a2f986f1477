//! How virtual players pay: a function that exists only in simulations, which have no payment platform.

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::request;
use raidkeep_engine::request::{Answer, Call, Code, Player, Reads, Refusal, Success};
use raidkeep_engine::rules::Rules;
use raidkeep_game::items::{Cause, Inventory};
use raidkeep_game::shop::ShopRules;

/// The cause of purchases. The ledger records the points as for a real order.
const PURCHASE: Cause = Cause::new("purchase");

/// Registers `simulated_purchase`.
pub fn register(app: &mut App) {
    app.add_request::<SimulatedPurchase, _>(simulated_purchase);
}

/// `simulated_purchase {token, offer}`: grants the items of a shop offer and counts its points as paid.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SimulatedPurchase {
    offer: String,
}

const NO_SUCH_OFFER: Refusal = Refusal::new(99, "no such offer");

request!(
    Player, "simulated_purchase", SimulatedPurchase => (),
    READS = Reads::Caller,
    CODES = &[Code::of(NO_SUCH_OFFER)],
);

fn simulated_purchase(
    In(call): In<Call<SimulatedPurchase>>,
    mut inventories: Query<&mut Inventory>,
    shop: Res<Rules<ShopRules>>,
) -> Answer<()> {
    let offer = shop.offer(&call.request.offer).ok_or(NO_SUCH_OFFER)?;
    let mut inventory = call.caller.get_mut(&mut inventories)?;
    inventory.note_points(-i64::from(offer.price), None, PURCHASE);
    inventory.grant(&offer.items, PURCHASE);
    Ok(Success::empty())
}
