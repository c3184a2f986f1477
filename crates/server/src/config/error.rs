//! What is wrong with the settings.

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {path}: {source}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// Every mistake in the file, in `--set` and among the values: a line each, with its place.
    #[error("{}", listed(.0))]
    Mistakes(Vec<String>),
    /// Keys that are none.
    #[error("{place}: {mistake}. Put back the keys that were there; without them, kept sessions cannot be opened")]
    Keys {
        /// The variable or file.
        place: String,
        /// What is wrong with them.
        mistake: String,
    },
    /// A value of the right kind that is not allowed.
    #[error("{key}: {mistake}")]
    Value {
        /// The key.
        key: &'static str,
        /// What is wrong with it.
        mistake: String,
    },
}

fn listed(mistakes: &[String]) -> String {
    match mistakes {
        [one] => one.clone(),
        several => format!("the configuration has {} mistakes:\n{}", several.len(), several.join("\n")),
    }
}
