//! SUD, the platform that is told of game rounds and asked for them (documents 3 and 4; semantics, sections 13 and 14).

pub mod wire;
