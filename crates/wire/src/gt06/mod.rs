//! GT06: the binary protocol of Concox and Jimi trackers and of their many relatives.
//!
//! * [`Splitter`] finds [`Frame`]s in a stream.
//! * `part`: what messages are made of; `layout!`, `flags!` and `codes!` describe a message once, and reading, writing,
//!   dissecting and telling follow from the description.
//! * [`message`]: the table of messages, chosen by number, kind of frame, length and [`Model`].
//! * [`Facts`]: what a message says about its device, the same for all messages.
//! * [`encode()`]: messages to bytes, either direction.
//! * [`Terminal`]: the platform's side of a connection as a [`crate::Session`].
//! * [`analyse`]: every byte of every frame by name.

mod dissect;
mod encode;
pub mod frame;
pub mod message;
mod model;
mod part;
mod session;

pub use dissect::{Analysed, analyse, analyse_body};
pub use encode::{acknowledge, encode, seal};
pub use frame::crc as crc_of;
pub use frame::{Checksum, Checksums, Form, Frame, Split, Splitter};
pub use message::{Answer as Acknowledgement, Answering, Decoded, Direction, Message, Row, ZoneLanguage};
pub use model::Model;
pub use part::{
    Acc, AccessPoint, AccessPoints, Alarm, AlarmCode, Bcd, BcdDate, Block, Bssid, Bytes, Cell, CellBlock,
    CellScan, CellSlots, CourseStatus, Date, DoorAndTamper, EitherEndTime, EventCode, EventModule,
    ExtendedAlarm, FILL, Facts, Fault, FixModule, Gps, GsmLevel, HeartbeatAlarm, Hex, Imei, Info, Item,
    ItemValue, Language, Le32, List, Modules, NamedAccessPoints, Octets, Parsed, Part, Payload, Radio,
    RadioCell, Reupload, RssiCell, Scaled, ShortText, Shown, SignBit, Stated, TagModule, Text, Tower, U24,
    UnixTime, UploadMode, VoltageLevel,
};
pub use session::{Received, Settings, Terminal, Zone};
