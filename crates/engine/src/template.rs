//! Texts of the game with placeholders: `"{name} 使出了 {skill}"`. They come from assets; inserted values are not searched
//! for placeholders, so a player's words cannot contain one.

use std::fmt::{self, Display, Write};

use serde::{Deserialize, Deserializer};

use crate::rules::{Place, Report};
use crate::schema::{schema_by_hand, text_of};

/// A text with placeholders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    pieces: Vec<Piece>,
}

schema_by_hand!(Template, "Template", |_| text_of("A text in which `{name}` is a place to fill.", ""));

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Place(String),
}

impl Template {
    /// Parses a text; an opening brace without a closing one is literal.
    pub fn new(text: &str) -> Self {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, name, after)) = next_place(rest) {
            pieces.push(Piece::Text(before.to_owned()));
            pieces.push(Piece::Place(name.to_owned()));
            rest = after;
        }
        pieces.push(Piece::Text(rest.to_owned()));
        Self { pieces }
    }

    /// The text with its placeholders filled; one that `values` does not name becomes empty.
    pub fn fill(&self, values: &[(&str, &dyn Display)]) -> String {
        let mut filled = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => filled.push_str(text),
                Piece::Place(name) => {
                    let value = values.iter().find(|(known, _)| known == name);
                    // Writing into a string cannot fail.
                    let _ = value.map(|(_, value)| write!(filled, "{value}"));
                }
            }
        }
        filled
    }

    /// Reports an empty text, and placeholders other than `known`.
    pub fn check(&self, known: &[&str], place: &Place, report: &mut Report) {
        if self.pieces.iter().all(|piece| matches!(piece, Piece::Text(text) if text.trim().is_empty())) {
            report.error(place, "is empty, expected a text that players read");
        }
        for piece in &self.pieces {
            if let Piece::Place(name) = piece
                && !known.contains(&name.as_str())
            {
                let expected = known.iter().map(|name| format!("{{{name}}}")).collect::<Vec<_>>().join(", ");
                let message = format!("unknown place {{{name}}}, expected one of {expected}");
                report.error(place, message).nearest(name, known.iter().copied());
            }
        }
    }
}

fn next_place(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

impl Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces.iter().try_for_each(|piece| match piece {
            Piece::Text(text) => f.write_str(text),
            Piece::Place(name) => write!(f, "{{{name}}}"),
        })
    }
}

impl<'de> Deserialize<'de> for Template {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <std::borrow::Cow<'_, str>>::deserialize(deserializer).map(|text| Self::new(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_once_and_what_fills_them_is_not_read_again() {
        let template = Template::new("{a} hits {b}{c}.");
        assert_eq!(template.fill(&[("a", &"{b}"), ("b", &7)]), "{b} hits 7.");
        assert_eq!(template.to_string(), "{a} hits {b}{c}.");
        assert_eq!(Template::new("half {open").fill(&[("open", &1)]), "half {open");
    }

    #[test]
    fn unknown_places_and_empty_texts_are_reported() {
        let mut report = Report::default();
        Template::new("{nme} wins").check(&["name"], &Place::file("x.ron"), &mut report);
        Template::new("  ").check(&["name"], &Place::file("x.ron"), &mut report);
        assert_eq!(report.problems().len(), 2);
        assert!(report.problems()[0].message.contains("unknown place {nme}, expected one of {name}"));
    }
}
