//! The content of a model's message, without what models wrap around the requested object: thoughts, code fences and a
//! byte order mark. Any other text stays, and makes the message invalid.

use serde::Deserialize;

/// What a message says: one text, or parts.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Content {
    Text(String),
    Parts(Vec<Part>),
}

/// A part of a message. Those without text, such as thoughts, are skipped.
#[derive(Debug, Deserialize)]
pub(super) struct Part {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    text: Option<String>,
}

/// The kinds of parts that count as text.
const SAID: [&str; 2] = ["text", "output_text"];

impl Content {
    /// The whole text.
    pub(super) fn text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Parts(parts) => {
                let said = parts.into_iter().filter(|part| SAID.contains(&part.kind.as_str()));
                said.filter_map(|part| part.text).collect()
            }
        }
    }
}

/// The tags that end a model's thoughts. Some servers cut off the opening one.
const THOUGHTS_END: [&str; 2] = ["</think>", "</thinking>"];
const FENCE: &str = "```";

/// The content without thoughts before it and a code fence around it.
pub(super) fn unwrapped(content: &str) -> &str {
    let lower = content.to_ascii_lowercase();
    let ends = THOUGHTS_END.iter().filter_map(|tag| Some(lower.rfind(tag)? + tag.len()));
    // Lower-casing ASCII moves no byte.
    let said = &content[ends.max().unwrap_or(0)..];
    let said = said.trim_start_matches('\u{feff}').trim();
    fenced(said).unwrap_or(said).trim()
}

/// The inside of a text that is one code block.
fn fenced(text: &str) -> Option<&str> {
    let inside = text.strip_prefix(FENCE)?.strip_suffix(FENCE)?;
    // The opening fence may name a language.
    Some(inside.trim_start_matches(|c: char| c.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn thoughts_fences_and_marks_come_off() {
        for wrapped in [
            "{}",
            " \n{}\n",
            "```json\n{}\n```",
            "```\n{}\n```",
            "```JSON{}```",
            "<think>a</think>{}",
            "<Thinking>```json\n{1}\n```</Thinking>\n```json\n{}\n```",
            "a thought whose opening tag was cut</think>\n{}",
            "\u{feff}{}",
            "<think>\n</think>\u{feff}{}",
        ] {
            assert_eq!(unwrapped(wrapped), "{}", "{wrapped:?}");
        }
    }

    #[test]
    fn what_is_said_beside_the_object_stays() {
        assert_eq!(unwrapped("Sure! ```{}```"), "Sure! ```{}```");
        assert_eq!(unwrapped("<think>never ended {}"), "<think>never ended {}");
        assert_eq!(unwrapped("```"), "```");
    }

    #[test]
    fn only_parts_that_are_said_count() {
        let parts = r#"[{"type":"reasoning","text":"hm"},{"type":"text","text":"a"},{"type":"image_url","image_url":{}},
            {"type":"output_text","text":"b"},{"type":"thinking","thinking":[{"type":"text","text":"hm"}]}]"#;
        let content: Content = serde_json::from_str(parts).expect("parts");
        assert_eq!(content.text(), "ab");
    }

    proptest! {
        #[test]
        fn any_content_is_unwrapped(content in any::<String>()) {
            prop_assert!(content.contains(unwrapped(&content)), "nothing is added");
        }
    }
}
