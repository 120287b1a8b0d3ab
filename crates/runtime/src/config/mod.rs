//! One configuration file with a section per role.
//!
//! Three layers, later ones win: the defaults that the roles bring as commented TOML, the file, the environment
//! (`MILEPOST__SECTION__KEY`, two underscores between the parts; the value is TOML, or else a text).
//!
//! A reader of the configuration is told everything that is wrong at once: [`Settings::section`] notes problems and
//! goes on with defaults, [`Settings::finish`] hands them out.

mod layer;
mod print;
mod problem;
mod tree;

use std::path::Path;

use serde::de::DeserializeOwned;
use toml::de::ValueDeserializer;

pub use layer::Sources;
pub use problem::{Origin, Problem, Problems};

use tree::{Entry, Tree};

/// What the names of environment variables begin with.
pub const ENV_PREFIX: &str = "MILEPOST__";

/// A role's section of the file.
#[derive(Debug, Clone, Copy)]
pub struct Section {
    /// Name of the section.
    pub name: &'static str,
    /// The whole section with its header, every key with its default and a comment, as TOML. May be empty.
    pub defaults: &'static str,
}

impl Sources {
    /// Reads the file, where one is given; the environment stands over it, the defaults of the sections below it.
    ///
    /// `env` is `std::env::vars()`, or what a test wants it to be.
    ///
    /// # Errors
    /// When the file cannot be read. What is wrong inside it is told by [`Settings::finish`].
    pub fn read(
        sections: &[Section],
        file: Option<&Path>,
        env: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Problems> {
        let mut sources = Self::default();
        for section in sections {
            sources.sections.push(section.name);
            sources.add(Origin::Default, section.defaults.to_owned());
        }
        if let Some(path) = file {
            let origin = Origin::File {
                path: path.to_owned(),
                line: 0,
                column: 0,
            };
            sources.add(origin, read(path)?);
        }
        let mut variables: Vec<(String, String)> = env
            .into_iter()
            .filter(|(name, _)| name.starts_with(ENV_PREFIX))
            .collect();
        variables.sort();
        for (name, value) in variables {
            sources.add(Origin::Variable(name), value);
        }
        Ok(sources)
    }

    /// The merged settings.
    #[must_use]
    pub fn settings(&self) -> Settings<'_> {
        let mut problems = Vec::new();
        let root = self.merged(&mut problems);
        let mut settings = Settings {
            sources: self,
            root,
            problems,
        };
        settings.refuse_unknown_sections();
        settings
    }
}

/// The merged layers, and the problems found in them so far.
#[derive(Debug)]
pub struct Settings<'a> {
    sources: &'a Sources,
    root: Tree<'a>,
    problems: Vec<Problem>,
}

impl Settings<'_> {
    /// The section `name`. What is wrong in it is noted, and the default stands in its place.
    pub fn section<T: DeserializeOwned + Default>(&mut self, name: &str) -> T {
        self.checked(name, |_: &T, _| {})
    }

    /// As [`Settings::section`], with a check of what types cannot express: ranges, and keys that depend on others.
    /// The check notes a dotted key within the section and what to write instead.
    pub fn checked<T: DeserializeOwned + Default>(
        &mut self,
        name: &str,
        check: impl FnOnce(&T, &mut Vec<(String, String)>),
    ) -> T {
        let Some(mut section) = self.root.get(name).cloned() else {
            let section = T::default();
            self.run_check(name, &section, check);
            return section;
        };
        let before = self.problems.len();
        // Each turn removes one faulty entry, so this ends.
        while let Err(error) = T::deserialize(ValueDeserializer::from(section.clone())) {
            let span = error.span().unwrap_or_default();
            if self.sources.retry_as_text(&mut section, &span) {
                continue;
            }
            let removed = tree::remove_at(&mut section, &span);
            let key = removed
                .as_ref()
                .map_or_else(String::new, |entry: &Entry| entry.path.join("."));
            self.problems.push(Problem {
                origin: self.sources.origin(span.start),
                key: if key.is_empty() {
                    name.to_owned()
                } else {
                    format!("{name}.{key}")
                },
                message: problem::sentence(error.message(), removed.as_ref().map(|entry| entry.key.as_str())),
            });
            if removed.is_none() {
                return T::default();
            }
        }
        let value = T::deserialize(ValueDeserializer::from(section)).unwrap_or_default();
        if self.problems.len() == before {
            self.run_check(name, &value, check);
        }
        value
    }

    fn run_check<T>(&mut self, name: &str, value: &T, check: impl FnOnce(&T, &mut Vec<(String, String)>)) {
        let mut found = Vec::new();
        check(value, &mut found);
        for (key, message) in found {
            let path = format!("{name}.{key}");
            let origin =
                tree::find(&self.root, &path).map_or(Origin::Default, |span| self.sources.origin(span.start));
            self.problems.push(Problem {
                origin,
                key: path,
                message,
            });
        }
    }

    /// Where the value of a dotted key comes from.
    #[must_use]
    pub fn origin(&self, key: &str) -> Origin {
        tree::find(&self.root, key).map_or(Origin::Default, |span| self.sources.origin(span.start))
    }

    /// Notes a problem that somebody else found, under the dotted key it concerns.
    pub fn refuse(&mut self, key: &str, message: impl Into<String>) {
        self.problems.push(Problem {
            origin: self.origin(key),
            key: key.to_owned(),
            message: message.into(),
        });
    }

    /// All problems found, if there are any.
    ///
    /// # Errors
    /// When there are problems.
    pub fn finish(&mut self) -> Result<(), Problems> {
        if self.problems.is_empty() {
            Ok(())
        } else {
            Err(Problems(std::mem::take(&mut self.problems)))
        }
    }

    /// Every effective value with where it came from, one per line, secrets masked.
    #[must_use]
    pub fn print(&self) -> String {
        print::lines(&self.root, self.sources)
    }

    fn refuse_unknown_sections(&mut self) {
        let known = &self.sources.sections;
        let unknown: Vec<(String, usize)> = self
            .root
            .iter()
            .filter(|(key, _)| !known.contains(&key.get_ref().as_ref()))
            .map(|(key, _)| (key.get_ref().to_string(), key.span().start))
            .collect();
        for (name, at) in unknown {
            self.problems.push(Problem {
                origin: self.sources.origin(at),
                message: problem::unknown(&name, "section", known),
                key: name,
            });
        }
    }
}

/// The commented defaults of all sections, as `milepost config default` prints them.
#[must_use]
pub fn default_file(sections: &[Section]) -> String {
    let texts: Vec<&str> = sections
        .iter()
        .map(|section| section.defaults.trim_end())
        .filter(|text| !text.is_empty())
        .collect();
    format!("{}\n", texts.join("\n\n"))
}

fn read(path: &Path) -> Result<String, Problems> {
    std::fs::read_to_string(path).map_err(|error| {
        Problems(vec![Problem {
            origin: Origin::File {
                path: path.to_owned(),
                line: 0,
                column: 0,
            },
            key: String::new(),
            message: format!(
                "cannot read the file: {error}; `milepost config default` prints one to begin with"
            ),
        }])
    })
}

#[cfg(test)]
mod tests;
