use nom::bytes::complete::take;
use std::borrow::Cow;
use std::fmt;

use crate::Value;
use crate::jt808::edition::Edition;
use crate::jt808::part::{Fixed, Parsed, Part, Shown, Text, Walk, layout};

layout! {
    settle = by_length;
    /// 0x0102: the terminal shows the code of its registration (§8.11 of 2019).
    pub struct Authentication<'a> {
        /// The code.
        code: AuthCode<'a> = "鉴权码",
        /// IMEI, from 2019.
        imei: Fixed<'a, 0, 0, 15> = "终端IMEI" if |edition| edition.since_2019(),
        /// Version of the software, from 2019.
        software: Fixed<'a, 0, 0, 20> = "软件版本号" if |edition| edition.since_2019(),
    }
}

/// An authentication code; `Debug` does not show it. The whole body before 2019, behind a length byte since.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct AuthCode<'a>(
    /// The bytes as received; 2011 may end with a zero byte.
    pub &'a [u8],
);

impl<'a> AuthCode<'a> {
    /// The code without padding.
    #[must_use]
    pub fn decode(&self) -> Cow<'a, str> {
        Text(self.0).decode()
    }
}

impl fmt::Debug for AuthCode<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuthCode(****)")
    }
}

impl<'a> Part<'a> for AuthCode<'a> {
    fn parse(input: &'a [u8], edition: Edition) -> Parsed<'a, Self> {
        if !edition.since_2019() {
            return Ok((input.get(input.len()..).unwrap_or_default(), Self(input)));
        }
        let (input, length) = u8::parse(input, edition)?;
        let (input, code) = take(length)(input)?;
        Ok((input, Self(code)))
    }

    fn write(&self, out: &mut Vec<u8>, edition: Edition) {
        let mut code = self.0;
        if edition.since_2019() {
            let length = u8::try_from(code.len()).unwrap_or(u8::MAX);
            code = code.get(..usize::from(length)).unwrap_or_default();
            out.push(length);
        }
        out.extend_from_slice(code);
    }

    fn show(&self, raw: &'a [u8], at: usize, edition: Edition) -> Shown {
        let mut shown = Shown::plain(Value::Text(self.decode().into_owned()));
        if edition.since_2019() {
            let mut walk = Walk::new(raw, at, edition);
            walk.step::<u8>("length", "鉴权码长度");
            walk.step::<Text<'a>>("code", "鉴权码内容");
            shown.parts = walk.finish();
        }
        shown
    }
}

/// The form of 2019 when its length byte fits, else the whole body is the code: some terminals of 2019 send the
/// older form.
fn by_length(body: &[u8], hint: Edition) -> Edition {
    let code = body.len().checked_sub(36);
    let stated = body.first().map(|length| usize::from(*length));
    if code.is_some() && code == stated {
        Edition::V2019
    } else if hint.since_2019() {
        Edition::V2013
    } else {
        hint
    }
}
