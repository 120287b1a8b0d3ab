/// Describes a body or a part of one, field by field in the order of the standard's table.
///
/// ```text
/// layout! {
///     /// What it is (source).
///     pub struct Name<'a> {
///         /// What the field is.
///         field_with_unit: Type = "中文名",
///         /// A field that is present under a condition on the edition and the fields before it.
///         other: Type = "中文名" if |edition| edition.since_2019() && field.is_so(),
///     }
/// }
/// ```
///
/// Conditions see the fields before either as values or as references, so they use methods (`kind.eq(&1)`).
/// `settle = path;` before the struct names the function behind `Part::settle`; `shown = path;` names one that gets the
/// struct and its fields before an analyser shows them, for values that depend on other fields.
macro_rules! layout {
    (
        $(settle = $settle:path;)?
        $(shown = $shown:path;)?
        $(#[$meta:meta])*
        pub struct $name:ident $(<$life:lifetime>)? {
            $(
                $(#[$field_meta:meta])*
                $field:ident : $kind:ty = $zh:literal $(if |$edition:pat_param| $condition:expr)?
            ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Default)]
        pub struct $name $(<$life>)? {
            $(
                $(#[$field_meta])*
                pub $field: $crate::jt808::part::layout!(@type $kind $(, $condition)?),
            )*
        }

        impl<'a> $crate::jt808::part::Part<'a> for $name $(<$life>)? {
            #[inline]
            #[allow(unused_variables, reason = "a part may have no fields")]
            fn parse(
                input: &'a [u8],
                edition: $crate::jt808::edition::Edition,
            ) -> $crate::jt808::part::Parsed<'a, Self> {
                $(
                    let (input, $field) =
                        $crate::jt808::part::layout!(@parse input, edition, $field, $kind $(, $edition, $condition)?);
                )*
                Ok((input, Self { $($field),* }))
            }

            #[allow(unused_variables, reason = "a part may have no fields")]
            fn write(&self, out: &mut Vec<u8>, edition: $crate::jt808::edition::Edition) {
                let Self { $($field),* } = self;
                $( $crate::jt808::part::layout!(@write out, edition, $field $(, $condition)?); )*
            }

            #[allow(unused_variables, unused_mut, reason = "a part may have no fields")]
            fn show(
                &self,
                raw: &'a [u8],
                at: usize,
                edition: $crate::jt808::edition::Edition,
            ) -> $crate::jt808::part::Shown {
                let mut walk = $crate::jt808::part::Walk::new(raw, at, edition);
                let Self { $($field),* } = self;
                $(
                    $crate::jt808::part::layout!(@show walk, $field, $kind, $zh $(, $condition)?);
                )*
                let mut fields = walk.finish();
                $( $shown(self, &mut fields); )?
                $crate::jt808::part::Shown::parts(fields)
            }

            $(
                fn settle(
                    body: &[u8],
                    hint: $crate::jt808::edition::Edition,
                ) -> $crate::jt808::edition::Edition {
                    $settle(body, hint)
                }
            )?
        }
    };
    (@type $kind:ty) => { $kind };
    (@type $kind:ty, $condition:expr) => { Option<$kind> };
    (@parse $input:ident, $e:ident, $field:ident, $kind:ty) => {
        <$kind as $crate::jt808::part::Part<'a>>::parse($input, $e)
            .map_err($crate::jt808::part::Fault::in_field(stringify!($field)))?
    };
    (@parse $input:ident, $e:ident, $field:ident, $kind:ty, $edition:pat_param, $condition:expr) => {{
        let $edition = $e;
        if $condition {
            let (input, value) = $crate::jt808::part::layout!(@parse $input, $e, $field, $kind);
            (input, Some(value))
        } else {
            ($input, None)
        }
    }};
    (@write $out:ident, $e:ident, $field:ident) => { $crate::jt808::part::Part::write($field, $out, $e) };
    (@write $out:ident, $e:ident, $field:ident, $condition:expr) => {
        if let Some(value) = $field {
            $crate::jt808::part::Part::write(value, $out, $e);
        }
    };
    (@show $walk:ident, $field:ident, $kind:ty, $zh:literal) => {
        $walk.step::<$kind>(stringify!($field), $zh)
    };
    (@show $walk:ident, $field:ident, $kind:ty, $zh:literal, $condition:expr) => {
        if $field.is_some() {
            $walk.step::<$kind>(stringify!($field), $zh);
        }
    };
}

pub(crate) use layout;
