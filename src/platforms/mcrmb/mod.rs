//! MCRMB, the platform that keeps the points of players (document 2; semantics, section 12).

pub mod wire;
