use events::binding::v1::Binding;
use events::calendar::v1::Calendar;
use events::punch::v1::Punch;
use events::roster::v1 as pb;

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
