use crate::jt808::part::layout;

layout! {
    /// A body without fields.
    pub struct Empty {}
}
