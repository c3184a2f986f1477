//! Values of asset files without their layout, to compare what they say and not how it is written.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use crate::schema::AssetShape;
use raidkeep_engine::rules::{CurvedText, Formula, RonBracket, RonValue};

/// Texts are shown up to this many characters.
const SHOWN_CHARS_MAX: usize = 60;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Plain {
    /// A number, a word such as `true`, or the name of a variant, as written.
    Word(String),
    Text(String),
    /// Fields in alphabetical order, after the name of the variant, if there is one.
    Fields(String, BTreeMap<String, Plain>),
    /// A list, or a tuple after its name.
    List(String, Vec<Plain>),
}

impl Plain {
    /// What a value in a RON text says.
    pub(super) fn of(text: &str, value: &RonValue) -> Self {
        let Some(group) = &value.group else {
            return Self::scalar(&text[value.span.clone()]);
        };
        let name = group.name.clone();
        if group.bracket == RonBracket::Curly || !group.parts.is_empty() && value.is_struct() {
            let field =
                |part: &raidkeep_engine::rules::RonPart| part.key.clone().map(|key| (key, Self::of(text, &part.value)));
            return Self::Fields(name, group.parts.iter().filter_map(field).collect());
        }
        Self::List(name, group.parts.iter().map(|part| Self::of(text, &part.value)).collect())
    }

    fn scalar(written: &str) -> Self {
        if let Ok(text) = ron::from_str::<String>(written) {
            return Self::Text(text);
        }
        let number = written.starts_with(|first: char| first.is_ascii_digit() || "+-".contains(first));
        let plain = written.replace('_', "");
        match plain.parse::<i128>() {
            Ok(whole) if number => Self::Word(whole.to_string()),
            _ => match plain.parse::<f64>() {
                Ok(real) if number => Self::Word(real.to_string()),
                _ => Self::Word(written.to_owned()),
            },
        }
    }

    /// A default of the schema.
    pub(super) fn of_default(value: &Value) -> Self {
        match value {
            Value::String(text) => Self::Text(text.clone()),
            Value::Array(elements) => Self::List(String::new(), elements.iter().map(Self::of_default).collect()),
            Value::Object(members) => {
                let members = members.iter().map(|(key, member)| (key.clone(), Self::of_default(member)));
                Self::Fields(String::new(), members.collect())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => Self::Word(value.to_string()),
        }
    }

    /// The value with its formulas computed at an `n`, as far as the schema allows formulas.
    pub(super) fn at(&self, n: u32, shape: Option<AssetShape<'_>>) -> Self {
        let of = |text: &str| text.parse::<Formula>().ok().and_then(|formula| formula.at(i64::from(n)).ok());
        match (self, shape) {
            (Self::Text(text), Some(shape)) if shape.is("integer") => {
                of(text).map_or_else(|| self.clone(), |value| Self::Word(value.to_string()))
            }
            (Self::Text(text), Some(shape)) if shape.is_curved_text() => {
                CurvedText::from(text.as_str()).at(n).map_or_else(|_| self.clone(), Self::Text)
            }
            (Self::Text(text), Some(shape)) if shape.type_name() == Some("CurvedAmount") => {
                let value =
                    text.match_indices(':').nth(1).and_then(|(at, _)| Some((&text[..at], of(&text[at + 1..])?)));
                value.map_or_else(|| self.clone(), |(item, value)| Self::Text(format!("{item}:{value}")))
            }
            (Self::Fields(name, fields), Some(shape)) => {
                let fields = fields.iter().map(|(key, value)| (key.clone(), value.at(n, shape.field(key))));
                Self::Fields(name.clone(), fields.collect())
            }
            (Self::List(name, elements), Some(shape)) => {
                let elements = elements.iter().map(|element| element.at(n, shape.element()));
                Self::List(name.clone(), elements.collect())
            }
            _ => self.clone(),
        }
    }

    pub(super) fn field(&self, key: &str) -> Option<&Plain> {
        match self {
            Self::Fields(_, fields) => fields.get(key),
            Self::Word(_) | Self::Text(_) | Self::List(..) => None,
        }
    }

    pub(super) fn elements(&self) -> &[Plain] {
        match self {
            Self::List(_, elements) => elements,
            Self::Word(_) | Self::Text(_) | Self::Fields(..) => &[],
        }
    }

    /// A number or a text, without quotes.
    pub(super) fn bare(&self) -> Option<&str> {
        match self {
            Self::Word(text) | Self::Text(text) => Some(text),
            Self::Fields(..) | Self::List(..) => None,
        }
    }

    pub(super) fn number(&self) -> Option<u32> {
        match self {
            Self::Word(word) => word.parse().ok(),
            Self::Text(_) | Self::Fields(..) | Self::List(..) => None,
        }
    }
}

impl fmt::Display for Plain {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word) => out.write_str(word),
            Self::Text(text) if text.chars().count() > SHOWN_CHARS_MAX => {
                let start: String = text.chars().take(SHOWN_CHARS_MAX).collect();
                write!(out, "\"{}…\"", one_line(&start))
            }
            Self::Text(text) => write!(out, "\"{}\"", one_line(text)),
            Self::Fields(name, fields) => {
                write!(out, "{name}(")?;
                for (index, (key, value)) in fields.iter().enumerate() {
                    write!(out, "{}{key}: {value}", if index > 0 { ", " } else { "" })?;
                }
                out.write_str(")")
            }
            Self::List(name, elements) => {
                write!(out, "{name}{}", if name.is_empty() { "[" } else { "(" })?;
                for (index, value) in elements.iter().enumerate() {
                    write!(out, "{}{value}", if index > 0 { ", " } else { "" })?;
                }
                out.write_str(if name.is_empty() { "]" } else { ")" })
            }
        }
    }
}

fn one_line(text: &str) -> String {
    text.replace('\n', "\\n").replace('\r', "")
}
