//! Mistakes in the form of a file: marks, quotes, brackets, and characters that are taken for others.

use super::{Kind, Mutation, Sort, Source};

/// Marks and what input methods type instead.
const FULL_WIDTH: [(&str, &str); 6] = [(",", "，"), (":", "："), ("(", "（"), (")", "）"), ("[", "［"), ("]", "］")];

impl Source<'_> {
    pub(super) fn broken_form(&self, at: usize) -> Option<Mutation> {
        let token = self.tokens[at];
        let inner = token.text.trim_matches('"');
        let is_text = token.sort == Sort::Text && !inner.contains('\n');
        let is_closer = matches!(token.text, ")" | "]" | "}");
        match self.kind {
            Kind::FullWidth => {
                let (_, wide) = FULL_WIDTH.iter().find(|(mark, _)| *mark == token.text)?;
                self.instead_of(at, wide)
            }
            Kind::SmartQuotes => is_text.then(|| self.instead_of(at, &format!("“{inner}”")))?,
            Kind::Invisible if token.sort == Sort::Text => None,
            Kind::Invisible => {
                let unseen = if at.is_multiple_of(2) { '\u{200b}' } else { '\u{3000}' };
                self.instead_of(at, &format!("{}{unseen}", token.text))
            }
            Kind::MissingQuote => is_text.then(|| self.instead_of(at, &format!("\"{inner}")))?,
            Kind::MissingOpening => is_text.then(|| self.instead_of(at, &format!("{inner}\"")))?,
            Kind::MissingColon if token.text == ":" => self.without(at),
            Kind::MissingBracket if is_closer => self.without(at),
            Kind::ExtraBracket if is_closer => self.instead_of(at, &token.text.repeat(2)),
            Kind::ExtraComma if token.text == "," => self.instead_of(at, ",,"),
            Kind::Conflict => {
                let line = self.text[..token.start].rfind('\n').map_or(0, |newline| newline + 1);
                let begins_line = self.text[line..token.start].trim().is_empty();
                begins_line.then(|| self.replaced(line, line, "<<<<<<< HEAD\n", line))?
            }
            _ => None,
        }
    }

    /// Leaves a token out. It is missed before the comma that followed it, or else behind the token before it.
    fn without(&self, at: usize) -> Option<Mutation> {
        let token = self.tokens[at];
        let told = match self.tokens.get(at + 1).filter(|next| next.text == ",") {
            Some(comma) => comma.start,
            None => self.tokens[at.checked_sub(1)?].start,
        };
        self.replaced(token.start, token.end(), " ", told)
    }
}
