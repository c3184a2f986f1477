//! Answers in the form that editors read.

use std::collections::BTreeMap;

use gen_lsp_types::{
    CompletionItem, CompletionItemKind, CompletionList, CompletionOptions, Contents, Diagnostic, DiagnosticSeverity,
    DocumentSymbol, Documentation, Hover, InlayHint, InlayHintKind, InsertTextFormat, MarkupContent, MarkupKind,
    PositionEncodingKind, RenameOptions, ServerCapabilities, SymbolKind, TextDocumentSyncKind, TextDocumentSyncOptions,
    TextEdit,
};
use raidkeep_engine::rules::{Problem, Severity};

use crate::language::check::CheckedFolder;
use crate::language::complete::{Completion, Suggestion, SuggestionKind};
use crate::language::hover::HoverCard;
use crate::language::lines::{ColumnUnit, Lines};
use crate::language::outline::OutlineEntry;

/// Who says what is wrong.
const SOURCE: &str = "raidkeep";

/// What the server can do.
pub(super) fn capabilities(unit: ColumnUnit) -> ServerCapabilities {
    let encoding = match unit {
        ColumnUnit::Utf8 => PositionEncodingKind::UTF8,
        ColumnUnit::Utf16 => PositionEncodingKind::UTF16,
    };
    let sync = TextDocumentSyncOptions {
        open_close: Some(true),
        // A text that is sent as a whole cannot drift from what the editor shows.
        change: Some(TextDocumentSyncKind::Full),
        ..TextDocumentSyncOptions::default()
    };
    ServerCapabilities {
        position_encoding: Some(encoding),
        text_document_sync: Some(sync.into()),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(["\"", "(", ":"].map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        }),
        hover_provider: Some(true.into()),
        definition_provider: Some(true.into()),
        references_provider: Some(true.into()),
        document_symbol_provider: Some(true.into()),
        inlay_hint_provider: Some(true.into()),
        rename_provider: Some(RenameOptions { prepare_provider: Some(true), ..RenameOptions::default() }.into()),
        ..ServerCapabilities::default()
    }
}

/// What is wrong with each file.
pub(super) fn diagnostics(checked: &CheckedFolder, unit: ColumnUnit) -> BTreeMap<String, Vec<Diagnostic>> {
    let mut found: BTreeMap<String, Vec<&Problem>> = BTreeMap::new();
    for problem in &checked.study.problems {
        found.entry(problem.file.clone()).or_default().push(problem);
    }
    let told = |(file, problems): (String, Vec<&Problem>)| {
        let lines = Lines::new(checked.study.text(&file).unwrap_or_default(), unit);
        let told = problems.into_iter().map(|problem| diagnostic(problem, checked, &lines)).collect();
        (file, told)
    };
    found.into_iter().map(told).collect()
}

fn diagnostic(problem: &Problem, checked: &CheckedFolder, lines: &Lines<'_>) -> Diagnostic {
    let Problem { severity, message, hint, .. } = problem;
    let hint = hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
    Diagnostic {
        range: lines.range(checked.study.span_of(problem).unwrap_or_default()),
        severity: Some(match severity {
            Severity::Error => DiagnosticSeverity::Error,
            Severity::Warning => DiagnosticSeverity::Warning,
        }),
        source: Some(SOURCE.to_owned()),
        message: format!("{message}{hint}").into(),
        ..Diagnostic::default()
    }
}

pub(super) fn completion_list(completion: Completion, lines: &Lines<'_>, has_snippets: bool) -> CompletionList {
    let (range, is_incomplete) = (lines.range(completion.span), completion.has_more);
    let item = |(rank, suggestion): (usize, Suggestion)| {
        let text = if has_snippets { suggestion.snippet } else { suggestion.plain };
        let format = if has_snippets { InsertTextFormat::Snippet } else { InsertTextFormat::PlainText };
        CompletionItem {
            label: suggestion.label,
            kind: Some(match suggestion.kind {
                SuggestionKind::Field => CompletionItemKind::Property,
                SuggestionKind::Word => CompletionItemKind::EnumMember,
                SuggestionKind::Id => CompletionItemKind::Value,
                SuggestionKind::Entry => CompletionItemKind::Snippet,
            }),
            detail: Some(suggestion.detail).filter(|detail| !detail.is_empty()),
            documentation: Some(suggestion.about).filter(|about| !about.is_empty()).map(Documentation::String),
            sort_text: Some(format!("{rank:06}")),
            filter_text: Some(suggestion.filter),
            insert_text_format: Some(format),
            text_edit: Some(TextEdit { range, new_text: text }.into()),
            ..CompletionItem::default()
        }
    };
    let items = completion.suggestions.into_iter().enumerate().map(item).collect();
    CompletionList { is_incomplete, items, ..CompletionList::default() }
}

pub(super) fn card(card: HoverCard, lines: &Lines<'_>) -> Hover {
    let contents = MarkupContent { kind: MarkupKind::Markdown, value: card.text };
    Hover { contents: Contents::MarkupContent(contents), range: Some(lines.range(card.span)) }
}

/// The names beside the ids within a part of a file.
pub(super) fn hints(
    checked: &CheckedFolder,
    file: &str,
    lines: &Lines<'_>,
    part: std::ops::Range<usize>,
) -> Vec<InlayHint> {
    let found = checked.names.within(file, part);
    let shown = found.filter(|(_, written)| written.is_use).filter_map(|(name, written)| {
        let title = name.title.clone().filter(|title| *title != name.name)?;
        Some(InlayHint {
            position: lines.position(written.token.end),
            label: title.into(),
            kind: Some(InlayHintKind::Type),
            text_edits: None,
            tooltip: None,
            padding_left: Some(true),
            padding_right: None,
            data: None,
        })
    });
    shown.collect()
}

/// The entries of a file.
pub(super) fn symbols(entries: Vec<OutlineEntry>, lines: &Lines<'_>) -> Vec<DocumentSymbol> {
    let symbol = |entry: OutlineEntry| {
        let kind = if entry.is_element { SymbolKind::Object } else { SymbolKind::Field };
        let (range, head) = (lines.range(entry.span), lines.range(entry.head));
        let children = Some(symbols(entry.entries, lines)).filter(|children| !children.is_empty());
        DocumentSymbol::new(entry.label, entry.title, kind, None, None, range, head, children)
    };
    entries.into_iter().map(symbol).collect()
}
