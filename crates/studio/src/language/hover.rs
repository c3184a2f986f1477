//! What stands at a place, in words.

use std::ops::Range;

use raidkeep_engine::rules::{AssetStudy, FileSchema};

use crate::language::names::{NameMention, WrittenName, WrittenNames};
use crate::language::words::{facts, meaning};

/// What is known of a place.
#[derive(Debug, PartialEq, Eq)]
pub struct HoverCard {
    /// The word that it is about.
    pub span: Range<usize>,
    /// What there is to say, as Markdown.
    pub text: String,
}

/// Tells of a byte offset: of the id that stands there, and of the field.
pub fn hover(
    file: &str,
    text: &str,
    offset: usize,
    schema: Option<&FileSchema>,
    (study, names): (&AssetStudy, &WrittenNames),
) -> Option<HoverCard> {
    let named = names.at(file, offset).map(|(name, span)| (about_name(study, name), span));
    let sight = schema.and_then(|schema| Some((schema, schema.sight(text, offset)?)));
    let field = sight.as_ref().map(|(schema, sight)| {
        let mut lines = Vec::new();
        if let Some(field) = &sight.field {
            lines.push(format!("**{field}**: {}", facts(schema, &sight.shape, sight.is_required)));
        }
        lines.push(meaning(&sight.shape));
        if let Some(word) = &sight.word {
            let about = schema.names(&sight.shape).into_iter().find(|(name, _)| name == word);
            lines.extend(about.and_then(|(_, about)| about).map(|about| format!("`{word}`: {}", about.trim())));
        }
        lines.retain(|line| !line.is_empty());
        lines.join("\n\n")
    });
    let span = named.as_ref().map(|(_, span)| span.clone()).or_else(|| Some(sight?.1.span))?;
    let parts: Vec<String> =
        named.into_iter().map(|(text, _)| text).chain(field).filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| HoverCard { span, text: parts.join("\n\n---\n\n") })
}

fn about_name(study: &AssetStudy, name: &WrittenName) -> String {
    let title = name.title.as_ref().map(|title| format!(" {title}")).unwrap_or_default();
    let head = format!("**{} {}**{title}", name.scope.kind.what, name.name);
    let given = match (name.given.first(), &name.unwritten) {
        (Some(given), _) => format!("given in {}", place_of(study, given)),
        (None, Some(place)) => format!("given by {}", place.file_name()),
        (None, None) => format!("not given; expected one of {}", name.scope.kind.given_in),
    };
    let used = match name.used.len() {
        1 => "used in 1 place".to_owned(),
        count => format!("used in {count} places"),
    };
    format!("{head}\n\n{given}, {used}")
}

fn place_of(study: &AssetStudy, mention: &NameMention) -> String {
    let before = study.text(&mention.file).and_then(|text| text.get(..mention.span.start)).unwrap_or_default();
    format!("{}:{}", mention.file, before.matches('\n').count() + 1)
}
