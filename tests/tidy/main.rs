//! What review would otherwise have to watch: the order of the layers, the length of files and functions, and small
//! habits.
//!
//! The checks read the sources as text. Each of them is tested on a few lines that violate its rule.

mod habits;
mod imports;
mod layers;
mod lengths;
mod sources;
