/// Describes a code of one byte: `number => "name" "中文名",`.
macro_rules! codes {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $($code:pat => $en:literal $zh:literal),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
        pub struct $name(
            /// The code as on the wire.
            pub u8,
        );

        impl $name {
            /// English and Chinese name of the code; `None` when it has none.
            #[must_use]
            pub const fn names(self) -> Option<(&'static str, &'static str)> {
                match self.0 {
                    $($code => Some(($en, $zh)),)*
                    _ => None,
                }
            }
        }

        impl<'a> $crate::gt06::part::Part<'a> for $name {
            #[inline]
            fn parse(input: &'a [u8]) -> $crate::gt06::part::Parsed<'a, Self> {
                let (input, code) = <u8 as $crate::gt06::part::Part>::parse(input)?;
                Ok((input, Self(code)))
            }

            fn write(&self, out: &mut Vec<u8>) {
                out.push(self.0);
            }

            fn show(&self, _: &'a [u8], _: usize) -> $crate::gt06::part::Shown {
                $crate::gt06::part::Shown {
                    value: $crate::Value::Integer(i64::from(self.0)),
                    note: self.names().map_or_else(String::new, |(name, zh)| format!("{name} {zh}")),
                    parts: Vec::new(),
                }
            }

            fn tell(&self, name: &'static str, facts: &mut $crate::gt06::part::Facts<'a>) {
                facts.code(name, self.0, self.names().map(|(name, _)| name));
            }
        }
    };
}

pub(crate) use codes;
