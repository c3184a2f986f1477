//! Points of the payment platform and the orders that were paid with them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};

use crate::bank::Bank;
use crate::kill_cycles::pair::Pair;
use crate::kill_cycles::player::Order;
use crate::process::Server;

/// Waits until all orders are settled; each must be known to a player, and be paid according to its outcome. Returns
/// how many were granted, and how many refused.
pub(crate) fn close_books<'p>(
    server: &Server,
    bank: &Bank,
    pairs: impl Iterator<Item = &'p Pair>,
) -> Result<(usize, usize), String> {
    let fighters: Vec<_> = pairs.flat_map(|pair| &pair.fighters).collect();
    let worlds: BTreeSet<u32> = fighters.iter().map(|fighter| fighter.world).collect();
    let mut known: BTreeMap<String, Order> = fighters.iter().flat_map(|fighter| fighter.orders.clone()).collect();
    let mut orders = Vec::new();
    for _ in 0..30 {
        orders.clear();
        for world in &worlds {
            server.operate_in(*world, "clock_advance", json!({"seconds": 86_400}));
            orders.extend(all_orders(server, *world)?);
        }
        let are_over = orders.iter().all(|order| order["state"] == "granted" || order["state"] == "refused");
        if are_over && orders.len() >= known.len() {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let mut payments = payments(bank)?;
    let mut ends = (0, 0);
    for order in &orders {
        let number = order["order"].as_str().ok_or("an order has a number")?;
        let told = known.remove(number).ok_or_else(|| format!("no player knows this order: {order}"))?;
        let paid = payments.remove(number).unwrap_or_default();
        let is_right = match (order["state"].as_str(), told) {
            (Some("granted"), Order::Granted(goods) | Order::Pending(goods)) => paid == [goods.price()],
            (Some("refused"), Order::Refused | Order::Pending(_)) => paid.is_empty(),
            _ => false,
        };
        if !is_right {
            return Err(format!("points taken must equal goods granted: {paid:?}, {told:?}, {order}"));
        }
        if order["state"] == "granted" { ends.0 += 1 } else { ends.1 += 1 }
    }
    match (known.is_empty(), payments.is_empty()) {
        (true, true) => Ok(ends),
        _ => Err(format!("orders {known:?} are lost, payments {payments:?} are for nothing")),
    }
}

/// The payments to the platform, by the number of the order.
fn payments(bank: &Bank) -> Result<BTreeMap<String, Vec<i64>>, String> {
    let state: Value = serde_json::from_str(&bank.state()).map_err(|error| error.to_string())?;
    let mut payments: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for payment in state["payments"].as_array().ok_or("a list of payments")? {
        let number = payment["use"].as_str().and_then(|text| text.rsplit(' ').next()).ok_or("a purpose")?;
        payments.entry(number.to_owned()).or_default().extend(payment["money"].as_i64());
    }
    Ok(payments)
}

fn all_orders(server: &Server, world: u32) -> Result<Vec<Value>, String> {
    let (mut orders, mut before) = (Vec::new(), Value::Null);
    loop {
        let reply = server.operate_in(world, "order_list", json!({"limit": 500, "before": before}));
        orders.extend(reply["data"]["orders"].as_array().ok_or_else(|| format!("a list of orders: {reply}"))?.clone());
        before = reply["data"]["next"].clone();
        if before.is_null() {
            return Ok(orders);
        }
    }
}
