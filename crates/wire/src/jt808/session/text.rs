//! Sentences in round brackets that padlocks send between frames.

use super::Received;
use crate::jt808::part::BcdTime;
use crate::{Answer, Step, Time, When};

/// A sentence with `BASE,2` asks for the time: it is sent back with the time in place of the word `TIME`.
pub(super) fn answer(sentence: &[u8], now: Time) -> Step<Received<'static>> {
    let mut step = Step::default();
    let text = String::from_utf8_lossy(sentence);
    if text.contains("BASE,2") {
        let BcdTime([year, month, day, hour, minute, second]) = BcdTime::from_time(now, 0);
        let time = format!("{day:02x}{month:02x}{year:02x}{hour:02x}{minute:02x}{second:02x}");
        step.answers.push(Answer {
            bytes: text.replace("TIME", &time).into_bytes(),
            when: When::AtOnce,
        });
    }
    step
}
