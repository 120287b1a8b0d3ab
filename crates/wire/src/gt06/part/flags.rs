/// Describes a word of flags: `bit => "name" "中文名",`.
macro_rules! flags {
    (
        $(#[$meta:meta])*
        pub struct $name:ident: $word:ty {
            $($bit:literal => $en:literal $zh:literal),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
        pub struct $name(
            /// The word as on the wire.
            pub $word,
        );

        impl $name {
            /// The bits that have a name, the lowest first: number, English name, Chinese name.
            pub const FLAGS: &'static [(u8, &'static str, &'static str)] = &[$(($bit, $en, $zh)),*];

            /// True when the bit is set.
            #[must_use]
            pub const fn has(self, bit: u8) -> bool {
                (self.0 as u64) >> bit & 1 == 1
            }

            /// The set bits that have a name.
            pub fn set(self) -> impl Iterator<Item = &'static (u8, &'static str, &'static str)> {
                Self::FLAGS.iter().filter(move |(bit, ..)| self.has(*bit))
            }

            /// Value and remark for a protocol analyser.
            pub(crate) fn shown(self) -> $crate::gt06::part::Shown {
                let width = size_of::<$word>().saturating_mul(2).saturating_add(2);
                let names: Vec<&str> = self.set().map(|(_, _, zh)| *zh).collect();
                $crate::gt06::part::Shown {
                    value: $crate::Value::Flags(self.set().map(|(_, en, _)| *en).collect()),
                    note: format!("{:#0width$x} {}", self.0, names.join("、")).trim_end().to_owned(),
                    parts: Vec::new(),
                }
            }
        }
    };
}

pub(crate) use flags;
