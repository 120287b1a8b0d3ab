//! From positions to presence: which site a fix is in, how sure that is, and where somebody was between the fixes.
//!
//! * [`mod@view`] puts one fix in relation to the sites of a person.
//! * [`mod@clean`] takes out what contradicts itself: simulated fixes, towers that flip, the worse of two devices.
//! * [`mod@timeline`] joins what is left to pieces of time in one state.

mod clean;
mod sighting;
mod timeline;
mod view;

pub use clean::{Cleaned, Mark, clean};
pub use sighting::{Origin, Sighting, View};
pub use timeline::{Piece, State, timeline};
pub use view::{COARSE_M, Fix, default_accuracy, view};
