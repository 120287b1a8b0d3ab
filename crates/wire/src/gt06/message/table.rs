/// Builds [`super::Message`] and its [`super::Row`]s from one line per message.
///
/// `number form direction answer Variant(Type) "english_name" "中文名" |content, model| fits;`: `fits` says whether a
/// content is this one; rows are asked in their order. `mod file { … }` names the file that describes the messages;
/// a group without a name has rows whose place in the order is another one.
macro_rules! messages {
    ($(
        $(mod $module:ident)? {
            $(
                $number:literal $form:ident $direction:ident $answer:ident $variant:ident ($kind:ty) $en:literal $zh:literal
                |$content:pat_param, $model:pat_param| $fits:expr;
            )*
        }
    )*) => {
        $($( pub mod $module; )?)*
        #[allow(unused_imports, reason = "each line names types of its module")]
        mod types {
            $($( pub(super) use super::$module::*; )?)*
        }
        #[allow(clippy::wildcard_imports, reason = "each line names types of its module")]
        use types::*;

        /// What a frame means.
        #[derive(Debug, Clone, PartialEq)]
        #[allow(missing_docs, reason = "the rows' names say it")]
        pub enum Message<'a> {
            $($( $variant($kind), )*)*
            /// An answer without content: the platform received the message with this number.
            Answer(Answer),
            /// A message that the table does not have.
            Unknown(Unknown<'a>),
        }

        impl<'a> Message<'a> {
            /// Every row, in the order in which they are asked.
            pub const ROWS: &'static [Row] = &[
                $($( Row {
                    number: $number,
                    form: form!($form),
                    direction: direction!($direction),
                    answering: answering!($answer),
                    name: $en,
                    name_zh: $zh,
                }, )*)*
            ];

            /// Reads the content of a frame with the first row that fits. The message is large, so it is made where it
            /// is returned.
            #[inline]
            pub(super) fn read(frame: &Frame<'a>, model: Model) -> Result<Decoded<'a>, $crate::WireError> {
                let mut fault = None;
                $($(
                    if frame.number == $number && frame.form == form!($form) {
                        let fits = |$content: &[u8], $model: Model| -> bool { $fits };
                        if fits(frame.content, model) {
                            match <$kind as Part<'a>>::parse(frame.content) {
                                Ok((rest, message)) => {
                                    return Ok(Decoded { message: Self::$variant(message), rest });
                                }
                                Err(error) => fault = Some(error),
                            }
                        }
                    }
                )*)*
                Self::read_rest(frame, fault)
            }

            /// The row of the message; answers and unknown messages have none.
            #[must_use]
            pub const fn row(&self) -> Option<&'static Row> {
                match self {
                    $($( Self::$variant(_) => Some(const { &Row {
                        number: $number,
                        form: form!($form),
                        direction: direction!($direction),
                        answering: answering!($answer),
                        name: $en,
                        name_zh: $zh,
                    } }), )*)*
                    Self::Answer(_) | Self::Unknown(_) => None,
                }
            }

            /// Appends the content: what reading it gives back.
            pub fn write(&self, out: &mut Vec<u8>) {
                match self {
                    $($( Self::$variant(message) => Part::write(message, out), )*)*
                    Self::Answer(_) => {}
                    Self::Unknown(unknown) => out.extend_from_slice(unknown.content),
                }
            }

            /// Every byte of the content by name; `at` is its place in the frame.
            #[must_use]
            pub fn show(&self, content: &'a [u8], at: usize) -> Vec<Field> {
                match self {
                    $($( Self::$variant(message) => fields_of(message, content, at), )*)*
                    Self::Answer(_) | Self::Unknown(_) => Walk::new(content, at).finish(),
                }
            }

            /// What the message says about its device.
            #[must_use]
            pub fn facts(&self) -> Facts<'a> {
                let mut facts = Facts::default();
                match self {
                    $($( Self::$variant(message) => message.tell($en, &mut facts), )*)*
                    Self::Answer(_) | Self::Unknown(_) => {}
                }
                facts
            }
        }
    };
}

macro_rules! form {
    (short) => {
        Form::Short
    };
    (long) => {
        Form::Long
    };
    (topin) => {
        Form::Topin
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
    (silent) => {
        Answering::Silent
    };
    (empty) => {
        Answering::Empty
    };
    (alarm) => {
        Answering::Alarm
    };
    (address) => {
        Answering::Address
    };
    (clock) => {
        Answering::Clock
    };
    (unix_clock) => {
        Answering::UnixClock
    };
    (short) => {
        Answering::Short
    };
    (date) => {
        Answering::Date
    };
}

pub(super) use {answering, direction, form, messages};
