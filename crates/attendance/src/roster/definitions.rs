use events::binding::v1::Binding;
use events::calendar::v1::Calendar;
use events::punch::v1::Punch;
use events::roster::v1 as pb;
use events::{Message as _, Topic};
use pb::definition::Entity;

use super::Place;

/// A definition and where it stands.
#[derive(Debug, Clone, Default)]
pub struct Sourced<T> {
    /// What was written.
    pub value: T,
    /// Where.
    pub at: Place,
}

/// Everything of a roster as it was written, unchecked.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Definitions {
    pub defaults: Sourced<pb::Defaults>,
    pub persons: Vec<Sourced<pb::Person>>,
    pub sites: Vec<Sourced<pb::Site>>,
    pub shifts: Vec<Sourced<pb::Shift>>,
    pub patterns: Vec<Sourced<pb::Pattern>>,
    pub assignments: Vec<Sourced<pb::Assignment>>,
    pub policies: Vec<Sourced<pb::Policy>>,
    pub approvals: Vec<Sourced<pb::Approval>>,
    pub balances: Vec<Sourced<pb::Balance>>,
    pub presences: Vec<Sourced<pb::Presence>>,
    pub calendars: Vec<Sourced<Calendar>>,
    pub bindings: Vec<Sourced<Binding>>,
    pub punches: Vec<Sourced<Punch>>,
}

impl Definitions {
    /// Adds one definition.
    pub fn add(&mut self, entity: Entity, at: Place) {
        match entity {
            Entity::Person(value) => self.persons.push(Sourced { value, at }),
            Entity::Site(value) => self.sites.push(Sourced { value, at }),
            Entity::Shift(value) => self.shifts.push(Sourced { value, at }),
            Entity::Pattern(value) => self.patterns.push(Sourced { value, at }),
            Entity::Assignment(value) => self.assignments.push(Sourced { value, at }),
            Entity::Policy(value) => self.policies.push(Sourced { value, at }),
            Entity::Approval(value) => self.approvals.push(Sourced { value, at }),
            Entity::Balance(value) => self.balances.push(Sourced { value, at }),
            Entity::Presence(value) => self.presences.push(Sourced { value, at }),
            Entity::Defaults(value) => self.defaults = Sourced { value, at },
        }
    }

    /// Adds what a record of a compacted topic says.
    ///
    /// # Errors
    /// When the value is not the message of the topic, with what was expected.
    pub fn take(&mut self, topic: Topic, key: &str, value: &[u8]) -> Result<(), String> {
        let at = Place {
            file: format!("{} {key}", topic.name()),
            ..Place::default()
        };
        let unreadable = |error| format!("{}: expected a {}: {error}", at.file, topic.schema());
        match topic {
            Topic::Calendars => {
                let value = Calendar::decode(value).map_err(unreadable)?;
                self.calendars.push(Sourced { value, at });
            }
            Topic::Bindings => {
                let value = Binding::decode(value).map_err(unreadable)?;
                self.bindings.push(Sourced { value, at });
            }
            _ => {
                let definition = pb::Definition::decode(value).map_err(unreadable)?;
                if let Some(entity) = definition.entity {
                    self.add(entity, at);
                }
            }
        }
        Ok(())
    }
}
