/// Describes a code: `number => "name" "中文名",`.
macro_rules! codes {
    (
        $(#[$meta:meta])*
        pub struct $name:ident: $number:ty {
            $($code:literal => $en:literal $zh:literal),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
        pub struct $name(
            /// The code as on the wire.
            pub $number,
        );

        impl $name {
            /// Name of the code, snake_case; `None` when it has none.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($code => Some($en),)*
                    _ => None,
                }
            }

            /// Chinese name of the code.
            #[must_use]
            pub const fn name_zh(self) -> Option<&'static str> {
                match self.0 {
                    $($code => Some($zh),)*
                    _ => None,
                }
            }
        }

        impl<'a> $crate::jt808::part::Part<'a> for $name {
            #[inline]
            fn parse(
                input: &'a [u8],
                edition: $crate::jt808::edition::Edition,
            ) -> $crate::jt808::part::Parsed<'a, Self> {
                let (input, code) = <$number as $crate::jt808::part::Part>::parse(input, edition)?;
                Ok((input, Self(code)))
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
                let note = match (self.name(), self.name_zh()) {
                    (Some(name), Some(zh)) => format!("{name} {zh}"),
                    _ => String::new(),
                };
                $crate::jt808::part::Shown {
                    value: $crate::Value::Integer(i64::from(self.0)),
                    note,
                    parts: Vec::new(),
                }
            }
        }
    };
}

pub(crate) use codes;
