//! The files of the schema as text, for registries that want them.

/// A file below `proto/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// Path below `proto/`.
    pub path: &'static str,
    /// The file.
    pub text: &'static str,
    /// Other files that it imports, by path.
    pub imports: &'static [&'static str],
    /// Full names of its messages, in their order.
    pub messages: &'static [&'static str],
}

/// Every file; each comes after those that it imports.
pub const SOURCES: &[Source] = include!(concat!(env!("OUT_DIR"), "/sources.rs"));

impl Source {
    /// The file in which a message stands, and the message's place in it.
    #[must_use]
    pub fn of(message: &str) -> Option<(&'static Self, usize)> {
        SOURCES.iter().find_map(|source| {
            let place = source.messages.iter().position(|name| *name == message)?;
            Some((source, place))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Topic;

    #[test]
    fn every_topic_has_its_file_and_files_come_after_what_they_import() {
        for topic in Topic::ALL {
            let (source, place) = Source::of(topic.schema()).unwrap();
            let name = topic.schema().rsplit('.').next().unwrap();
            assert!(source.text.contains(&format!("message {name} ")), "{topic:?}");
            assert_eq!(source.messages[place], topic.schema());
        }
        let place = |path: &str| SOURCES.iter().position(|source| source.path == path);
        for source in SOURCES {
            for import in source.imports {
                assert!(place(import).unwrap() < place(source.path).unwrap(), "{import}");
            }
        }
    }
}
