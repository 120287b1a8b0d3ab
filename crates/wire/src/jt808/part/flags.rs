/// One bit of a word of flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flag {
    /// Number of the bit, 0 the lowest.
    pub bit: u8,
    /// English name, snake_case.
    pub name: &'static str,
    /// Chinese name.
    pub name_zh: &'static str,
}

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
            /// The bits that have a name, the lowest first.
            pub const FLAGS: &'static [$crate::jt808::part::Flag] = &[
                $($crate::jt808::part::Flag { bit: $bit, name: $en, name_zh: $zh }),*
            ];

            /// True when the bit is set.
            #[must_use]
            pub const fn has(self, bit: u8) -> bool {
                (self.0 as u64) >> bit & 1 == 1
            }

            /// Names of the set bits; a bit without a name has none.
            pub fn names(self) -> impl Iterator<Item = &'static str> {
                self.set().map(|flag| flag.name)
            }

            /// The set bits that have a name.
            pub fn set(self) -> impl Iterator<Item = &'static $crate::jt808::part::Flag> {
                Self::FLAGS.iter().filter(move |flag| self.has(flag.bit))
            }
        }

        impl<'a> $crate::jt808::part::Part<'a> for $name {
            #[inline]
            fn parse(
                input: &'a [u8],
                edition: $crate::jt808::edition::Edition,
            ) -> $crate::jt808::part::Parsed<'a, Self> {
                let (input, word) = <$word as $crate::jt808::part::Part>::parse(input, edition)?;
                Ok((input, Self(word)))
            }

            fn write(&self, out: &mut Vec<u8>, edition: $crate::jt808::edition::Edition) {
                $crate::jt808::part::Part::write(&self.0, out, edition);
            }

            fn show(
                &self,
                _: &'a [u8],
                _: usize,
                _: $crate::jt808::edition::Edition,
            ) -> $crate::jt808::part::Shown {
                let width = size_of::<$word>().saturating_mul(2).saturating_add(2);
                let names: Vec<&str> = self.set().map(|flag| flag.name_zh).collect();
                $crate::jt808::part::Shown {
                    value: $crate::Value::Flags(self.names().collect()),
                    note: format!("{:#0width$x} {}", self.0, names.join("、")).trim_end().to_owned(),
                    parts: Vec::new(),
                }
            }
        }
    };
}

pub(crate) use flags;
