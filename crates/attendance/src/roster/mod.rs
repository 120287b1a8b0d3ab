//! Definitions: who works when and where, by which rules.
//!
//! [`mod@file`] reads the documented TOML format into the messages of the compacted topics; [`mod@resolve`] checks those
//! messages, from a file or from the topics, and makes the [`Roster`] that the engine uses. What cannot be used is
//! named as a [`Problem`] and left out; the rest works.

mod approvals;
mod bind;
mod calendars;
mod definitions;
mod fence;
pub mod file;
mod model;
mod people;
mod plans;
mod problem;
mod resolve;
mod rules;
mod shifts;
mod site;
mod statutory;
mod topics;
pub mod when;
mod write;

pub use definitions::{Definitions, Sourced};
pub use fence::fence_shape;
pub use model::{
    Approval, Assignment, Balance, Binding, Calendar, CalendarDay, Part, Person, Plan, Policy, Roster, Shift,
    SiteId, Turn, Visit,
};
pub(crate) use plans::{next as next_day, planned, previous as previous_day};
pub use problem::{Place, Problem};
pub use resolve::{Resolved, resolve};
pub use site::{Shape, Site};
pub use topics::{TopicRecord, records};
pub use write::write;
