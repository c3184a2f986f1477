//! Schemas of the assets, the configuration and the protocol, generated from the types that read and write them.
//!
//! There is no list here: the tables of the catalogue and the functions of the request table provide their schemas, and
//! doc comments become descriptions.

mod asyncapi;
mod clients;
mod documents;
mod reference;
mod shapes;

pub use asyncapi::asyncapi;
pub use clients::{ClientSources, python, typescript};
pub use documents::{assets, config, protocol};
pub use reference::reference;
pub use shapes::{AssetShape, AssetShapes};
