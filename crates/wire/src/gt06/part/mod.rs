//! What messages are made of. A message is described once, with `layout!`, and is then read, written, dissected and
//! told to its readers.

mod alarm;
mod block;
mod bytes;
mod cell;
mod codes;
mod date;
mod digits;
mod facts;
mod flags;
mod gps;
mod layout;
mod module;
mod number;
mod optional;
mod radio_cell;
mod scan;
mod status;
mod text;
mod walk;

pub use alarm::{Alarm, AlarmCode, ExtendedAlarm, HeartbeatAlarm, Language};
pub use block::{Block, List, Payload};
pub use bytes::{Bytes, Octets};
pub use cell::{Cell, CellBlock, Radio, RssiCell, Tower};
pub(crate) use codes::codes;
pub use date::{BcdDate, Date, UnixTime};
pub use digits::{Bcd, Hex, Imei};
pub use facts::{Facts, Item, ItemValue, Stated};
pub(crate) use flags::flags;
pub use gps::{CourseStatus, Gps};
pub(crate) use layout::layout;
pub use module::{DoorAndTamper, EitherEndTime, EventCode, EventModule, FixModule, Modules, TagModule};
pub use number::{Le32, Scaled, SignBit, U24};
pub use radio_cell::RadioCell;
pub use scan::{AccessPoint, AccessPoints, Bssid, CellScan, CellSlots, FILL, NamedAccessPoints};
pub use status::{Acc, GsmLevel, Info, Reupload, UploadMode, VoltageLevel};
pub use text::{ShortText, Text};
pub(crate) use walk::Walk;

pub use crate::{Fault, Parsed, Shown};

/// A part of a message: read, written, shown and told.
pub trait Part<'a>: Sized {
    /// Reads the part at the front of `input`.
    ///
    /// # Errors
    /// `input` ends too early.
    fn parse(input: &'a [u8]) -> Parsed<'a, Self>;

    /// Appends the bytes of the part: what [`Part::parse`] reads back.
    fn write(&self, out: &mut Vec<u8>);

    /// What the part means, for a protocol analyser. `raw` are the bytes it was read from, `at` is their place.
    fn show(&self, raw: &'a [u8], at: usize) -> Shown;

    /// Says to `facts` what the part, under the name of its field, means for the device's position and state.
    fn tell(&self, name: &'static str, facts: &mut Facts<'a>);

    /// The bytes of the part.
    fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out);
        out
    }
}
