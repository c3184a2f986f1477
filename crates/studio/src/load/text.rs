//! Requests as text with placeholders. Unlike the texts of the game ([`raidkeep_engine::template`]) they are JSON, in
//! which braces mark a placeholder only around a bare name.

/// A piece of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextPiece {
    /// Literal text.
    Text(String),
    /// A placeholder for the value of this name.
    Place(String),
}

/// Whether a text can name a value: lower-case letters and `_`.
#[must_use]
pub fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// Splits the text of a request at its placeholders.
#[must_use]
pub fn pieces(text: &str) -> Vec<TextPiece> {
    let (mut pieces, mut plain, mut rest) = (Vec::new(), String::new(), text);
    while let Some((before, after)) = rest.split_once('{') {
        plain.push_str(before);
        match after.split_once('}').filter(|(name, _)| is_name(name)) {
            Some((name, behind)) => {
                pieces.push(TextPiece::Text(std::mem::take(&mut plain)));
                pieces.push(TextPiece::Place(name.to_owned()));
                rest = behind;
            }
            None => {
                plain.push('{');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    pieces.push(TextPiece::Text(plain));
    pieces
}

/// A value as written between the quotes of a JSON string. The server accepts numbers in quotes too.
#[must_use]
pub fn fill_of(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::Null => None,
        serde_json::Value::String(_) => {
            let quoted = value.to_string();
            Some(quoted[1..quoted.len() - 1].to_owned())
        }
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn places_are_bare_names_in_braces_and_json_stays_json() {
        let text = r#"{"a":{"key":"x{key}y"},"b":{},"c":"{Not}"}"#;
        let expected = [
            TextPiece::Text(r#"{"a":{"key":"x"#.to_owned()),
            TextPiece::Place("key".to_owned()),
            TextPiece::Text(r#"y"},"b":{},"c":"{Not}"}"#.to_owned()),
        ];
        assert_eq!(pieces(text), expected);
    }

    #[test]
    fn values_are_filled_in_so_that_the_text_stays_json() {
        assert_eq!(fill_of(&json!("say \"hi\"")), Some(r#"say \"hi\""#.to_owned()));
        assert_eq!(fill_of(&json!(17)), Some("17".to_owned()));
        assert_eq!(fill_of(&json!(null)), None);
    }
}
