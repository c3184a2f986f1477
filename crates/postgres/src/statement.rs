//! Statements about one world.

use std::sync::Arc;

use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};

use crate::connection::Connection;
use crate::fault::Fault;

/// A value of a statement, with its type.
pub(crate) type Parameter = (Box<dyn ToSql + Sync + Send>, Type);

pub(crate) fn text(value: &str) -> Parameter {
    (Box::new(value.to_owned()), Type::TEXT)
}

pub(crate) fn bytes(value: &[u8]) -> Parameter {
    (Box::new(value.to_vec()), Type::BYTEA)
}

pub(crate) fn number(value: i64) -> Parameter {
    (Box::new(value), Type::INT8)
}

/// Asks with the world's name as the first value, and these behind it.
pub(crate) fn ask(
    connection: &Connection,
    world: &Arc<str>,
    statement: &'static str,
    parameters: Vec<Parameter>,
) -> Result<Vec<Row>, Fault> {
    let world = world.clone();
    connection.ask(async move |client| {
        let name = &*world;
        let mut values: Vec<(&(dyn ToSql + Sync), Type)> = vec![(&name, Type::TEXT)];
        values.extend(parameters.iter().map(|(value, of)| (&**value as &(dyn ToSql + Sync), of.clone())));
        client.query_typed(statement, &values).await
    })
}
