//! `list_orders`: a player's own unsettled orders.

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::orders::book::OrderBook;
use crate::orders::model::{Order, StateName};
use crate::orders::wish::Wish;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::request;
use raidkeep_engine::request::{Answer, Call, Player, Success};

pub(super) fn register(app: &mut App) {
    app.add_request::<ListOrders, _>(list_orders);
}

/// `list_orders {token}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ListOrders {}

request!(Player, "list_orders", ListOrders => OrdersListed);

/// The reply of `list_orders`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OrdersListed {
    /// Those that are not settled.
    orders: Vec<OwnOrder>,
}

/// An order that is not settled.
#[derive(Debug, Serialize, JsonSchema)]
struct OwnOrder {
    /// The order's number.
    order: Box<str>,
    /// What is bought.
    offer: Box<str>,
    /// In points.
    price: i64,
    /// How far it has come.
    state: StateName,
    /// Unix seconds.
    created_at: i64,
}

fn list_orders(In(call): In<Call<ListOrders>>, book: Res<OrderBook>, orders: Query<&Order>) -> Answer<OrdersListed> {
    let unsettled = book.unsettled_of(call.caller.account).and_then(|id| orders.get(book.entity(id)?).ok());
    let own = unsettled.and_then(|order| match order.wish {
        Wish::Buy { price, .. } => Some(OwnOrder {
            order: order.number.clone(),
            offer: order.subject.clone(),
            price,
            state: order.state.name(),
            created_at: order.created_at,
        }),
        Wish::Adjust { .. } => None,
    });
    Ok(Success::with(OrdersListed { orders: own.into_iter().collect() }))
}
