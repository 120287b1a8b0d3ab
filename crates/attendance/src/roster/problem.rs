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
