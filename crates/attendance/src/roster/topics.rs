//! Definitions as records of the compacted topics.

use std::collections::BTreeSet;

use events::roster::v1 as pb;
use events::{Message, Topic};
use pb::definition::Entity;

use super::{Definitions, Place};

/// A definition as it stands in its topic, or will.
#[derive(Debug, Clone, PartialEq)]
pub struct TopicRecord {
    /// Rosters, calendars, bindings; punches, which are no definitions but stand in the same files.
    pub topic: Topic,
    /// Key of the record.
    pub key: String,
    /// The message.
    pub value: Vec<u8>,
    /// Where it was written.
    pub at: Place,
}

/// The records of what was written, in the order of the kinds that refer to each other. What has no id of its own gets
/// one from what it is about, so that the same file gives the same keys again.
#[must_use]
pub fn records(written: &Definitions) -> Vec<TopicRecord> {
    let mut records = Records::default();
    let defaults = &written.defaults;
    if defaults.value != pb::Defaults::default() {
        let entity = Entity::Defaults(defaults.value.clone());
        records.definition("defaults/".to_owned(), entity, &defaults.at);
    }
    macro_rules! definitions {
        ($list:ident, $entity:ident, $value:ident => $id:expr) => {
            for entry in &written.$list {
                let mut $value = entry.value.clone();
                let id = records.unused(&$value.id, $id, stringify!($entity));
                $value.id.clone_from(&id);
                let key = format!("{}/{id}", stringify!($entity).to_lowercase());
                records.definition(key, Entity::$entity($value), &entry.at);
            }
        };
    }
    for entry in &written.calendars {
        records.add(Topic::Calendars, entry.value.id.clone(), &entry.value, &entry.at);
    }
    definitions!(policies, Policy, value => String::new());
    definitions!(sites, Site, value => String::new());
    definitions!(shifts, Shift, value => String::new());
    definitions!(patterns, Pattern, value => String::new());
    definitions!(persons, Person, value => String::new());
    for entry in &written.bindings {
        let mut binding = entry.value.clone();
        let id = format!("{}/{}", binding.device, binding.from);
        binding.id = records.unused(&binding.id, id, "Binding");
        records.add(Topic::Bindings, binding.id.clone(), &binding, &entry.at);
    }
    definitions!(assignments, Assignment, value => format!(
        "{}{}/{}{}/{}{}",
        value.person, value.group, value.pattern, value.shift, value.from, value.day
    ));
    definitions!(approvals, Approval, value => format!(
        "{}/{}/{}",
        value.person,
        value.from,
        value.kind().as_str_name().trim_start_matches("APPROVAL_KIND_").to_lowercase()
    ));
    definitions!(balances, Balance, value => format!("{}/{}", value.person, value.day));
    definitions!(presences, Presence, value => format!("{}/{}", value.person, value.from));
    for entry in &written.punches {
        records.add(
            Topic::Punches,
            entry.value.person.clone(),
            &entry.value,
            &entry.at,
        );
    }
    records.list
}

#[derive(Default)]
struct Records {
    list: Vec<TopicRecord>,
    used: BTreeSet<(&'static str, String)>,
}

impl Records {
    fn add(&mut self, topic: Topic, key: String, message: &impl Message, at: &super::Place) {
        self.list.push(TopicRecord {
            topic,
            key,
            value: message.encode_to_vec(),
            at: at.clone(),
        });
    }

    fn definition(&mut self, key: String, entity: Entity, at: &super::Place) {
        let entity = Some(entity);
        self.add(Topic::Rosters, key, &pb::Definition { entity }, at);
    }

    /// The id that was written, or else one from what the definition is about; a further one of the same is numbered.
    fn unused(&mut self, written: &str, about: String, kind: &'static str) -> String {
        if !written.is_empty() {
            return written.to_owned();
        }
        let numbered = (2..).map(|number| format!("{about}#{number}"));
        let free = std::iter::once(about.clone())
            .chain(numbered)
            .find(|id| !self.used.contains(&(kind, id.clone())))
            .unwrap_or_default();
        self.used.insert((kind, free.clone()));
        free
    }
}
