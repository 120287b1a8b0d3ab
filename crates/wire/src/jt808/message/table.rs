use super::Message;
use crate::jt808::edition::Edition;

/// Who sends a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Terminal to platform.
    Up,
    /// Platform to terminal.
    Down,
}

/// How the receiver answers a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answering {
    /// With the general answer.
    General,
    /// With an answer of its own.
    Own,
    /// Not at all.
    Silent,
}

/// One row of the table of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Message id.
    pub id: u16,
    /// Who sends it.
    pub direction: Direction,
    /// How it is answered.
    pub answering: Answering,
    /// English name, snake_case.
    pub name: &'static str,
    /// Chinese name.
    pub name_zh: &'static str,
}

/// A body that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded<'a> {
    /// What it means.
    pub message: Message<'a>,
    /// The edition whose layout fits.
    pub edition: Edition,
    /// Bytes after the message that belong to no field.
    pub rest: &'a [u8],
}

/// Builds the modules, [`Message`] and its table out of one line per message:
/// `id direction answering Variant(Body) "name" "中文名";`.
macro_rules! messages {
    ($(mod $module:ident { $(
        $id:literal $direction:ident $answering:ident $variant:ident($body:ty) $name:literal $zh:literal;
    )+ })+) => {
        $(
            mod $module;
            pub use $module::*;
        )+

        /// A message, borrowed from the bytes of its body.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Message<'a> {
            $($(
                #[doc = concat!("`", stringify!($id), "` ", $zh)]
                $variant($body),
            )+)+
            /// A message that is not in the table: reserved or a vendor's own.
            Unknown {
                /// Its id.
                id: u16,
                /// Its body.
                body: &'a [u8],
            },
        }

        impl<'a> Message<'a> {
            /// The table of messages.
            pub const TABLE: &'static [Row] = &[
                $($(table::row!($id $direction $answering $name $zh),)+)+
            ];

            /// Message id.
            #[must_use]
            pub const fn id(&self) -> u16 {
                match self {
                    $($(Self::$variant(_) => $id,)+)+
                    Self::Unknown { id, .. } => *id,
                }
            }

            /// Row of the table for an id.
            #[must_use]
            pub const fn row(id: u16) -> Option<&'static Row> {
                match id {
                    $($($id => Some(&table::row!($id $direction $answering $name $zh)),)+)+
                    _ => None,
                }
            }

            /// Reads a body as one edition lays it out. The message is large, so it is made where it is returned.
            #[inline]
            fn parse_as(
                id: u16,
                edition: $crate::jt808::edition::Edition,
                body: &'a [u8],
            ) -> Result<Decoded<'a>, $crate::WireError> {
                match id {
                    $($(
                        $id => match <$body as $crate::jt808::part::Part>::parse(body, edition) {
                            Ok((rest, part)) => Ok(Decoded { message: Self::$variant(part), edition, rest }),
                            Err(error) => Err(Self::truncated(error, body)),
                        },
                    )+)+
                    _ => Ok(Decoded { message: Self::Unknown { id, body }, edition, rest: &[] }),
                }
            }

            /// The edition that a body shows by itself.
            fn settle(
                id: u16,
                edition: $crate::jt808::edition::Edition,
                body: &[u8],
            ) -> $crate::jt808::edition::Edition {
                match id {
                    $($($id => <$body as $crate::jt808::part::Part>::settle(body, edition),)+)+
                    _ => edition,
                }
            }

            /// Appends the body as one edition lays it out.
            pub fn write(&self, out: &mut Vec<u8>, edition: $crate::jt808::edition::Edition) {
                match self {
                    $($(Self::$variant(part) => $crate::jt808::part::Part::write(part, out, edition),)+)+
                    Self::Unknown { body, .. } => out.extend_from_slice(body),
                }
            }

            /// Every byte of a body by name. `at` is the place of the body.
            pub(in crate::jt808) fn show(
                &self,
                body: &'a [u8],
                at: usize,
                edition: $crate::jt808::edition::Edition,
            ) -> Vec<$crate::Field> {
                let mut walk = $crate::jt808::part::Walk::new(body, at, edition);
                match self {
                    $($(Self::$variant(_) => walk.flat::<$body>(),)+)+
                    Self::Unknown { .. } => {}
                }
                walk.finish()
            }
        }
    };
}

macro_rules! row {
    ($id:literal $direction:ident $answering:ident $name:literal $zh:literal) => {
        Row {
            id: $id,
            direction: table::direction!($direction),
            answering: table::answering!($answering),
            name: $name,
            name_zh: $zh,
        }
    };
}

macro_rules! direction {
    (up) => {
        Direction::Up
    };
    (down) => {
        Direction::Down
    };
}

macro_rules! answering {
    (general) => {
        Answering::General
    };
    (own) => {
        Answering::Own
    };
    (silent) => {
        Answering::Silent
    };
}

pub(super) use {answering, direction, messages, row};
