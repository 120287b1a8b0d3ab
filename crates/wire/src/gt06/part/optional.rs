use super::{Facts, Parsed, Part, Shown};
use crate::Value;

/// A part that is there when bytes are left for it.
impl<'a, P: Part<'a>> Part<'a> for Option<P> {
    #[inline]
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        if input.is_empty() {
            return Ok((input, None));
        }
        Ok(P::parse(input).map_or((input, None), |(rest, part)| (rest, Some(part))))
    }

    fn write(&self, out: &mut Vec<u8>) {
        if let Some(part) = self {
            part.write(out);
        }
    }

    fn show(&self, raw: &'a [u8], at: usize) -> Shown {
        self.as_ref()
            .map_or_else(|| Shown::plain(Value::Bytes), |part| part.show(raw, at))
    }

    fn tell(&self, name: &'static str, facts: &mut Facts<'a>) {
        if let Some(part) = self {
            part.tell(name, facts);
        }
    }
}
