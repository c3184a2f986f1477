//! Functions that exist only in simulations: how virtual players pay without a payment platform, and how one that tries
//! everything out comes to the means.

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::request;
use raidkeep_engine::request::{Answer, Call, Code, Player, Reads, Refusal, Success};
use raidkeep_engine::rules::Rules;
use raidkeep_game::energy::{Energy, EnergyRules};
use raidkeep_game::items::{Amount, Cause, Inventory, ItemRules};
use raidkeep_game::shop::ShopRules;

/// The cause of purchases. The ledger records the points as for a real order.
const PURCHASE: Cause = Cause::new("purchase");

/// Registers `simulated_purchase`.
pub fn register(app: &mut App) {
    app.add_request::<SimulatedPurchase, _>(simulated_purchase);
}

/// Registers `simulated_gift`.
pub fn register_gifts(app: &mut App) {
    app.add_request::<SimulatedGift, _>(simulated_gift);
}

/// The cause of gifts.
const GIFT: Cause = Cause::new("simulated gift");

/// `simulated_gift {token, each, energy}`: grants so many of each item that does not expire, and energy.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SimulatedGift {
    each: i64,
    energy: i64,
}

request!(Player, "simulated_gift", SimulatedGift => (), READS = Reads::Caller);

fn simulated_gift(
    In(call): In<Call<SimulatedGift>>,
    mut players: Query<(&mut Inventory, &mut Energy)>,
    (items, rules, clock): (Res<Rules<ItemRules>>, Res<Rules<EnergyRules>>, Res<Clock>),
) -> Answer<()> {
    let SimulatedGift { each, energy: points } = call.request;
    let (mut inventory, mut energy) = call.caller.get_mut(&mut players)?;
    let lasting = items.items.iter().filter(|item| item.expires_after.is_none());
    let gift: Vec<Amount> = lasting.map(|item| Amount { item: item.id, quantity: each }).collect();
    inventory.grant(&gift, GIFT);
    energy.gain(points, clock.now(), &rules);
    Ok(Success::empty())
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
