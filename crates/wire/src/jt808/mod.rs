//! JT/T 808, the Chinese ministry of transport's protocol between vehicle terminals and a platform: the editions of
//! 2011, 2013 and 2019, with the supplements JT/T 1078-2016, T/JSATL 12-2017 and T/GDRTA 002-2020 as far as they
//! travel on the same connection.
//!
//! * [`frame`]: [`Splitter`] finds [`Frame`]s in a stream; [`Header`] and [`Phone`] are what every frame begins with.
//! * `part`: what bodies are made of; `layout!`, `flags!` and `codes!` describe a body once, and reading, writing and
//!   dissecting follow from the description.
//! * [`message`]: the table of messages, a file each.
//! * [`location`]: the position inside 0x0200 and others, with its additional items.
//! * [`Envelope`]: messages to bytes, either direction.
//! * [`Terminal`]: the platform's side of a connection as a [`crate::Session`].
//! * [`analyse`]: every byte of every frame by name.

mod dissect;
mod edition;
mod encode;
pub mod frame;
mod header;
pub mod location;
pub mod message;
pub mod parameter;
mod part;
mod phone;
mod session;

pub use dissect::{Analysed, analyse, analyse_body};
pub use edition::Edition;
pub use encode::{Envelope, MAX_BODY};
pub use frame::{Dialect, Excess, Frame, Split, Splitter};
pub use header::{Header, PartOf, Properties};
pub use message::{Answering, Decoded, Direction, Message};
pub use part::{
    BcdTime, Block, Bytes, Fault, Fixed, Flag, GMT8_MINUTES, Items, Less, List, Listed, Number, Octets,
    Parsed, Part, Prefixed, Raw, Readable, Scaled, Shown, Text, Trailing, gbk,
};
pub use phone::Phone;
pub use session::{Limits, Patience, PlatformKey, Received, Settings, Terminal};
