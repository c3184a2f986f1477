//! What happens, and where.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Instant;

use raidkeep::engine::numbers::BatchNumber;
use raidkeep::engine::outside::Epoch;
use raidkeep::engine::storage::Rows;
use raidkeep::engine::storage::log_store::{Log, LogRecord};
use raidkeep::engine::storage::worker::Stores;
use raidkeep::postgres::lease::SeenLease;
use raidkeep::postgres::placement::{NodeState, PlaceOrder};

use crate::cluster_model::database::Look;
use crate::cluster_model::game::Ask;
use crate::cluster_model::life::Group;

/// What a node has asked the database.
#[derive(Debug)]
pub(super) enum Errand {
    Round { requested: Instant, held: Vec<(String, Epoch)> },
    Take { world: u32, ended: Option<SeenLease>, states: Vec<NodeState>, requested: Instant },
    Append { world: u32, life: u64, log: Rc<RefCell<Log>>, group: Group },
    Fold { world: u32, life: u64, epoch: Epoch, rows: Rows, records: Vec<LogRecord> },
    Release { world: String, epoch: Epoch },
    Follow(PlaceOrder),
}

/// What comes back; `None` = nobody knows.
#[derive(Debug)]
pub(super) enum Answer {
    Round { requested: Instant, held: Vec<(String, Epoch)>, look: Option<Look> },
    Take { world: u32, requested: Instant, taken: Option<(Box<Stores>, Epoch)> },
    Append { world: u32, life: u64, last: BatchNumber, record: Option<LogRecord> },
    Fold { world: u32, life: u64, folded: Option<(u64, BatchNumber)> },
}

#[derive(Debug)]
pub(super) enum Event {
    Round,
    Poll,
    Answer(u64, Box<Answer>),
    /// The patience for an errand is over.
    Late(u64, Box<Answer>),
    Request {
        client: usize,
        attempt: u64,
        ask: Ask,
        world: u32,
        hops: u32,
    },
}

pub(super) enum At {
    Node(usize, u64, Event),
    Database { node: usize, life: u64, errand: u64, what: Errand, answer_is_lost: bool },
    Reply { client: usize, attempt: u64, text: String },
    Client(usize),
    Patience { client: usize, attempt: u64 },
    Fault,
    Restart(usize),
}
