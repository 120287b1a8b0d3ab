//! The texts that the configuration was read from, laid end to end so that one number names a place in any of them.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::{Origin, Problem};
use super::tree::{self, Tree, Value};

#[derive(Debug)]
struct Layer {
    origin: Origin,
    base: usize,
    text: String,
}

/// The texts that the configuration is made of. [`Sources::settings`] merges them.
#[derive(Debug, Default)]
pub struct Sources {
    pub(super) sections: Vec<&'static str>,
    layers: Vec<Layer>,
    end: usize,
}

impl Sources {
    /// The sections that the file has, and where.
    #[must_use]
    pub fn written(&self) -> Vec<(String, Origin)> {
        let files = self
            .layers
            .iter()
            .filter(|layer| matches!(layer.origin, Origin::File { .. }));
        let sections = files.flat_map(|layer| {
            let (table, _) = DeTable::parse_recoverable(&layer.text);
            let entries = table.into_inner().into_iter();
            let found = entries.map(|(key, _)| {
                let at = layer.base + key.span().start;
                (key.get_ref().to_string(), self.origin(at))
            });
            found.collect::<Vec<_>>()
        });
        sections.collect()
    }

    /// All layers merged. What is wrong with their syntax is noted; what can be read is used.
    pub(super) fn merged(&self, problems: &mut Vec<Problem>) -> Tree<'_> {
        let mut root = Tree::default();
        for layer in &self.layers {
            let over = match &layer.origin {
                Origin::Variable(name) => variable(name, layer),
                _ => self.document(layer, problems),
            };
            tree::merge(&mut root, over);
        }
        root
    }

    /// A TOML document. Its syntax errors are noted; what can be read of it is used.
    fn document<'a>(&self, layer: &'a Layer, problems: &mut Vec<Problem>) -> Tree<'a> {
        let (table, errors) = DeTable::parse_recoverable(&layer.text);
        for error in errors {
            let at = error.span().map_or(0, |span| span.start);
            problems.push(Problem {
                origin: self.origin(layer.base + at),
                key: String::new(),
                message: error.message().trim().replace('\n', ", "),
            });
        }
        tree::moved(table.into_inner(), layer.base)
    }

    /// A variable such as `12345` that was read as a number where a text is wanted becomes that text.
    pub(super) fn retry_as_text(&self, section: &mut Value<'_>, span: &Range<usize>) -> bool {
        let Some(layer) = self.layer(span.start) else {
            return false;
        };
        if !matches!(layer.origin, Origin::Variable(_)) {
            return false;
        }
        let Some(value) = tree::value_at(section, span) else {
            return false;
        };
        if value.get_ref().is_str() {
            return false;
        }
        *value.get_mut() = DeValue::String(Cow::Owned(layer.text.clone()));
        true
    }

    /// Where the place is.
    pub(super) fn origin(&self, at: usize) -> Origin {
        let Some(layer) = self.layer(at) else {
            return Origin::Default;
        };
        let before = layer.text.get(..at - layer.base).unwrap_or(&layer.text);
        match &layer.origin {
            Origin::File { path, .. } => Origin::File {
                path: path.clone(),
                line: 1 + before.matches('\n').count(),
                column: 1 + before
                    .chars()
                    .rev()
                    .take_while(|character| *character != '\n')
                    .count(),
            },
            other => other.clone(),
        }
    }

    fn layer(&self, at: usize) -> Option<&Layer> {
        self.layers.iter().rfind(|layer| layer.base <= at)
    }

    pub(super) fn add(&mut self, origin: Origin, text: String) {
        let base = self.end;
        self.end = base + text.len() + 1;
        self.layers.push(Layer { origin, base, text });
    }
}

/// An environment variable as a value below its path: TOML, or else a text.
fn variable<'a>(name: &str, layer: &'a Layer) -> Tree<'a> {
    let span = layer.base..layer.base + layer.text.len();
    let path: Vec<String> = name
        .trim_start_matches(super::ENV_PREFIX)
        .split("__")
        .map(str::to_ascii_lowercase)
        .collect();
    let value = match DeValue::parse(&layer.text) {
        Ok(value) => value.into_inner(),
        Err(_) => DeValue::String(Cow::Borrowed(&layer.text)),
    };
    tree::nested(&path, Spanned::new(span.clone(), value), &span)
}
