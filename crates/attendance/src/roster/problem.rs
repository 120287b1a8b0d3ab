use std::fmt;

/// Where a definition stands: a file and its lines, or a record of a topic.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// File name as given, or topic and key.
    pub file: String,
    /// Line of the table, from 1; 0 where there are no lines.
    pub line: usize,
    /// Lines of its fields.
    pub fields: Vec<(String, usize)>,
}

impl Place {
    /// A problem with `field` of what stands here.
    #[must_use]
    pub fn problem(&self, field: &str, text: impl Into<String>) -> Problem {
        let line = self
            .fields
            .iter()
            .find(|(name, _)| name == field)
            .map_or(self.line, |(_, line)| *line);
        Problem {
            file: self.file.clone(),
            line,
            text: text.into(),
            harmless: false,
        }
    }

    /// True when the problem is one of what stands here.
    #[must_use]
    pub fn has(&self, problem: &Problem) -> bool {
        let here = |line: usize| line == problem.line;
        self.file == problem.file && (here(self.line) || self.fields.iter().any(|(_, line)| here(*line)))
    }
}

/// Something in a roster that cannot be used: what was expected, what was found, what to do. The rest is used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// File, or topic and key.
    pub file: String,
    /// Line from 1; 0 where there are no lines.
    pub line: usize,
    /// One sentence.
    pub text: String,
    /// The definition is used all the same, without the field or as the sentence says.
    pub harmless: bool,
}

impl Problem {
    /// The same, of a definition that is used all the same.
    #[must_use]
    pub(crate) fn harmless(mut self) -> Self {
        self.harmless = true;
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 {
            write!(f, "{}: {}", self.file, self.text)
        } else {
            write!(f, "{}:{}: {}", self.file, self.line, self.text)
        }
    }
}

/// A complaint of the decoder in the words of the file: `leave` for `APPROVAL_KIND_LEAVE`, one spelling of each field.
pub(super) fn wording(complaint: &str) -> String {
    let mut names = complaint.split('`').skip(1).step_by(2);
    let Some(found) = names.next() else {
        return complaint.to_owned();
    };
    let known: Vec<&str> = names.collect();
    let prefix = known.iter().find_map(|name| name.strip_suffix("UNSPECIFIED"));
    let written = |name: &str| {
        let name = prefix
            .and_then(|prefix| name.strip_prefix(prefix))
            .unwrap_or(name);
        name.to_lowercase().replace('_', "-")
    };
    if complaint.starts_with("unknown variant") && prefix.is_some() {
        let known: Vec<String> = known
            .iter()
            .filter(|name| !name.ends_with("UNSPECIFIED"))
            .map(|name| written(name))
            .collect();
        format!("expected {}, found {:?}", known.join(", "), written(found))
    } else if complaint.starts_with("unknown field") {
        let known: Vec<&str> = known
            .into_iter()
            .filter(|name| !name.contains(char::is_uppercase))
            .collect();
        format!("expected {}, found the field {found:?}", known.join(", "))
    } else {
        complaint.to_owned()
    }
}
