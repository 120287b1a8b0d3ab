use std::fmt;
use std::path::PathBuf;

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The embedded defaults.
    Default,
    /// A place in the file; line 0 means the file as a whole.
    File {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// From 1, in characters.
        column: usize,
    },
    /// An environment variable.
    Variable(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line: 0, .. } => write!(f, "{}", path.display()),
            Self::File { path, line, column } => write!(f, "{}:{line}:{column}", path.display()),
            Self::Variable(name) => f.write_str(name),
        }
    }
}

/// One thing that is wrong with the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub origin: Origin,
    /// Dotted key; empty for the file as a whole.
    pub key: String,
    /// What was found and what to write instead.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.origin)?;
        if !self.key.is_empty() {
            write!(f, "`{}`: ", self.key)?;
        }
        f.write_str(&self.message)
    }
}

/// Everything that is wrong with the configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.0.len() == 1 { "problem" } else { "problems" };
        write!(f, "the configuration has {} {plural}", self.0.len())?;
        self.0.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

/// serde's message as a sentence of ours, with the nearest known key where one was misspelt.
pub(super) fn sentence(message: &str, key: Option<&str>) -> String {
    let message = message.trim().replace('\n', ", ");
    let (Some(key), true) = (
        key,
        message.starts_with("unknown field") || message.starts_with("unknown variant"),
    ) else {
        return message;
    };
    // `unknown field `x`, expected one of `a`, `b``: every second piece between back-quotes is a name.
    let names: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let (kind, found) = if message.starts_with("unknown field") {
        ("key", key)
    } else {
        ("value", names.first().copied().unwrap_or(key))
    };
    unknown(found, kind, names.get(1..).unwrap_or_default())
}

/// "unknown key `x`, did you mean `y`? known are …".
pub(super) fn unknown(found: &str, kind: &str, known: &[&str]) -> String {
    let nearest = known
        .iter()
        .map(|name| (strsim::damerau_levenshtein(found, name), *name))
        .filter(|(distance, name)| *distance <= 1 + name.len() / 4)
        .min();
    let hint = nearest.map_or_else(String::new, |(_, name)| format!(", did you mean `{name}`?"));
    let list: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    let known = if list.is_empty() {
        "nothing".to_owned()
    } else {
        list.join(", ")
    };
    format!("unknown {kind} `{found}`{hint}; known here: {known}")
}
