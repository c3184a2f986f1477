//! What editors are told about the assets: as functions of texts, and by the real program over its protocol.

mod editor;
mod knowledge;
mod protocol;
mod renames;
