/// Row of the table of additional items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ItemRow {
    /// Id.
    pub id: u8,
    /// English name, snake_case with the unit at the end.
    pub name: &'static str,
    /// Chinese name.
    pub name_zh: &'static str,
}

/// Builds [`super::ItemValue`] and the table out of one line per meaning: `id (lengths) Variant(Type) "name" "中文名";`.
macro_rules! items {
    ($($id:literal ($lengths:pat) $variant:ident($kind:ty) $name:literal $zh:literal;)+) => {
        /// What an additional item means.
        #[derive(Debug, Clone, PartialEq)]
        pub enum ItemValue<'a> {
            $(
                #[doc = concat!("`", stringify!($id), "` ", $zh, ", `", $name, "`")]
                $variant($kind),
            )+
        }

        impl<'a> ItemValue<'a> {
            /// The table of items.
            pub const TABLE: &'static [ItemRow] =
                &[$(ItemRow { id: $id, name: $name, name_zh: $zh },)+];

            /// What the value of an item means; `None` where no row of the table fits.
            #[must_use]
            pub fn parse(id: u8, value: &'a [u8]) -> Option<Self> {
                let edition = label_edition(id, value);
                $(
                    if id == $id && matches!(value.len(), $lengths) {
                        if let Ok((rest, part)) = <$kind as $crate::jt808::part::Part>::parse(value, edition) {
                            if rest.is_empty() {
                                return Some(Self::$variant(part));
                            }
                        }
                    }
                )+
                None
            }

            /// Appends the value's bytes.
            pub fn write(&self, out: &mut Vec<u8>) {
                let edition = self.label();
                match self {
                    $(Self::$variant(part) => $crate::jt808::part::Part::write(part, out, edition),)+
                }
            }

            /// Row of the table.
            #[must_use]
            pub const fn row(&self) -> ItemRow {
                match self {
                    $(Self::$variant(_) => ItemRow { id: $id, name: $name, name_zh: $zh },)+
                }
            }

            /// The meaning, for a protocol analyser. `raw` are the bytes that the value was read from.
            pub(in crate::jt808) fn show(&self, raw: &'a [u8], at: usize) -> $crate::jt808::part::Shown {
                let edition = label_edition(self.row().id, raw);
                match self {
                    $(Self::$variant(part) => $crate::jt808::part::Part::show(part, raw, at, edition),)+
                }
            }
        }
    };
}

pub(super) use items;
