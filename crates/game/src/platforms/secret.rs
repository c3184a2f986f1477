//! What must never be printed.

use std::fmt;

use serde::{Deserialize, Serializer};

/// A key, a card's password or a token of a platform. It can be printed, logged and put into errors, and then shows
/// nothing; only [`Secret::expose`] gives it away, so that one search finds all places that do.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Takes a text into custody.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The text itself, for signing or sending.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is anything in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Writes the text itself. A field that goes to a platform says so with `serialize_with`; there is no other way to
    /// serialize a secret.
    pub fn serialize_exposed<S: Serializer>(secret: &Self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(secret.expose())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_nothing_however_it_is_printed() {
        let secret = Secret::new("abcabc");
        assert_eq!(format!("{secret} {secret:?} {secret:#?}"), "*** *** ***");
        assert_eq!(secret.expose(), "abcabc", "who signs gets it");
    }
}
