/// Describes a message or a part of one, field by field in the order on the wire.
///
/// ```text
/// layout! {
///     /// What it is (source).
///     pub struct Name<'a> {
///         /// What the field is.
///         field_with_unit: Type = "中文名",
///     }
/// }
/// ```
///
/// A field of type `Option<Type>` is there when bytes are left.
macro_rules! layout {
    (
        $(#[$meta:meta])*
        pub struct $name:ident $(<$life:lifetime>)? {
            $(
                $(#[$field_meta:meta])*
                $field:ident : $kind:ty = $zh:literal
            ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Default)]
        pub struct $name $(<$life>)? {
            $(
                $(#[$field_meta])*
                pub $field: $kind,
            )*
        }

        impl<'a> $crate::gt06::part::Part<'a> for $name $(<$life>)? {
            #[inline]
            fn parse(input: &'a [u8]) -> $crate::gt06::part::Parsed<'a, Self> {
                $(
                    let (input, $field) = <$kind as $crate::gt06::part::Part<'a>>::parse(input)
                        .map_err($crate::gt06::part::Fault::in_field(stringify!($field)))?;
                )*
                Ok((input, Self { $($field),* }))
            }

            #[allow(unused_variables, reason = "a part may have no fields")]
            fn write(&self, out: &mut Vec<u8>) {
                $( $crate::gt06::part::Part::write(&self.$field, out); )*
            }

            #[allow(unused_mut, reason = "a part may have no fields")]
            fn show(&self, raw: &'a [u8], at: usize) -> $crate::gt06::part::Shown {
                let mut walk = $crate::gt06::part::Walk::new(raw, at);
                $( walk.step::<$kind>(stringify!($field), $zh); )*
                $crate::gt06::part::Shown::parts(walk.finish())
            }

            #[allow(unused_variables, reason = "a part may have no fields")]
            fn tell(&self, name: &'static str, facts: &mut $crate::gt06::part::Facts<'a>) {
                $( $crate::gt06::part::Part::tell(&self.$field, stringify!($field), facts); )*
            }
        }
    };
}

pub(crate) use layout;
