//! A difference as text for a terminal, and as Markdown for a pull request.

use crate::diff::{AssetChange, AssetDiff, ChangeKind};

/// Of an entry that was added or removed, this many values are shown.
const VALUES_SHOWN: usize = 6;

impl AssetDiff {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// In one line.
    pub fn summary(&self) -> String {
        let Self { before, after, changes } = self;
        match changes.len() {
            0 => format!("Nothing differs between {before} and {after}."),
            1 => format!("1 change from {before} to {after}."),
            count => format!("{count} changes from {before} to {after}."),
        }
    }

    /// As plain text: a heading for each topic, a line for each change.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (topic, changes) in self.topics() {
            text.push_str(&format!("{topic}\n"));
            changes.iter().for_each(|change| text.push_str(&format!("  {}: {}\n", change.subject, change.words())));
        }
        text + &self.summary() + "\n"
    }

    /// As Markdown.
    pub fn markdown(&self) -> String {
        let mut text = format!("### Changed rules\n\n{}\n", escaped(&self.summary()));
        for (topic, changes) in self.topics() {
            text.push_str(&format!("\n**{topic}**\n\n"));
            for change in changes {
                text.push_str(&format!("- **{}**: {}\n", escaped(&change.subject), escaped(&change.words())));
            }
        }
        text
    }

    /// The changes by their headings.
    pub fn topics(&self) -> Vec<(&str, Vec<&AssetChange>)> {
        let mut topics: Vec<(&str, Vec<&AssetChange>)> = Vec::new();
        for change in &self.changes {
            match topics.iter_mut().find(|(topic, _)| *topic == change.topic) {
                Some((_, changes)) => changes.push(change),
                None => topics.push((&change.topic, vec![change])),
            }
        }
        topics
    }
}

impl AssetChange {
    /// What differs, in words: `energy 6 to 8; rewards 金币 (3:1) 375 to 400`.
    pub fn words(&self) -> String {
        let verb = match self.kind {
            ChangeKind::Changed if self.values.is_empty() => "changed",
            ChangeKind::Changed => {
                return self.values.iter().map(|value| value.words()).collect::<Vec<_>>().join("; ");
            }
            ChangeKind::Added => "added",
            ChangeKind::Removed => "removed",
        };
        let shown = |value: &crate::diff::ChangedValue| {
            let content = value.after.as_ref().or(value.before.as_ref()).map(String::as_str).unwrap_or_default();
            format!("{} {content}", value.key)
        };
        let mut values: Vec<String> = self.values.iter().take(VALUES_SHOWN).map(shown).collect();
        if self.values.len() > VALUES_SHOWN {
            values.push("…".to_owned());
        }
        if values.is_empty() { verb.to_owned() } else { format!("{verb} ({})", values.join(", ")) }
    }
}

/// A text that Markdown shows as it is.
fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        if "\\`*_{}[]<>|#~".contains(letter) {
            shown.push('\\');
        }
        shown.push(letter);
    }
    shown
}
