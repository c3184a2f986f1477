//! What a client passes through to the platform with the reports of a round.

use serde::{Deserialize, Serialize};

use crate::platforms::sud::wire::{EXTRAS_BYTES_MAX, KEY_BYTES_MAX};

/// `report_game_info_key` and `report_game_info_extras`, each cut to what a report may carry
/// (docs/contract/game-reports.md#the-body).
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassedThrough {
    key: Box<str>,
    extras: Box<str>,
}

impl PassedThrough {
    /// Cuts both at a character boundary. An empty key is none.
    pub fn new(key: &str, extras: &str) -> Self {
        Self { key: cut(key, KEY_BYTES_MAX), extras: cut(extras, EXTRAS_BYTES_MAX) }
    }

    /// The same, with this key if the client gave none.
    pub fn or_key(self, key: &str) -> Self {
        if self.key.is_empty() { Self { key: cut(key, KEY_BYTES_MAX), ..self } } else { self }
    }

    /// The key by which the round can be queried, then the extras.
    pub fn into_parts(self) -> (Box<str>, Box<str>) {
        (self.key, self.extras)
    }
}

/// Truncates a text to at most this many bytes, at a character boundary.
fn cut(text: &str, bytes_max: usize) -> Box<str> {
    text[..text.floor_char_boundary(bytes_max)].into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(&*cut("局局局", 7), "局局");
        assert_eq!(cut(&"a".repeat(65), 64).len(), 64);
        assert_eq!(&*cut("", 64), "");
    }

    #[test]
    fn a_key_of_the_client_counts_before_the_servers_own() {
        let own = |key: &str| PassedThrough::new(key, "").or_key("17").into_parts().0;
        assert_eq!(&*own("mkey001"), "mkey001");
        assert_eq!(&*own(""), "17", "an empty key is none");
    }
}
