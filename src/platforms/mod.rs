//! The platforms outside: MCRMB payments, SUD reports (semantics, sections 12 to 14) and the narrator's chat endpoint.

pub mod chat;
pub mod circuit;
pub mod exchange;
pub mod exchanges;
pub mod mcrmb;
pub mod sandbox;
pub mod secret;
pub mod settings;
pub mod signature;
pub mod sud;
