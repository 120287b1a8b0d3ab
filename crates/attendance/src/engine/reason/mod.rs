//! The result in words, for the person concerned.

mod edges;
mod minutes;
mod notes;

use std::fmt::Write as _;

use events::attendance::v1::{Adjustment, Grade, Record};
use events::roster::v1::ShiftKind;

use super::judge::Work;
use super::span::Span;
use crate::roster::SiteId;

/// The text in Chinese and in English.
pub(super) fn explain(work: &Work<'_>, record: &Record) -> (String, String) {
    let write = |zh: bool| {
        let mut text = Text {
            work,
            text: String::new(),
            zh,
        };
        text.head(record);
        text.edges(record);
        text.minutes(record);
        text.notes(record);
        text.text
    };
    (write(true), write(false))
}

/// Puts before the reason of an adjustment what was said in the locked month, and what differs.
pub(super) fn adjusted(record: &mut Record, difference: &Adjustment) {
    let (was_zh, was_en) = grade_text(difference.from_grade());
    let figures = [
        ("出勤", "worked", difference.worked),
        ("迟到", "late", difference.late),
        ("早退", "early", difference.early),
        ("离岗", "away", difference.away),
        ("请假", "leave", difference.leave_min),
        ("加班", "overtime", difference.ot),
    ];
    let (mut zh, mut en) = (String::new(), String::new());
    for (name_zh, name_en, minutes) in figures.iter().filter(|(_, _, minutes)| *minutes != 0) {
        let _ = write!(zh, "，{name_zh}{minutes:+}分钟");
        let _ = write!(en, ", {name_en} {minutes:+} min");
    }
    let (month, day) = (&difference.month, &record.day);
    record.reason_zh = format!(
        "{day}所在月份已锁定，原结果为{was_zh}；差额计入{month}{zh}。更正后：{}",
        record.reason_zh
    );
    record.reason_en = format!(
        "The month of {day} is locked with the result {was_en}; the difference is booked in {month}{en}. \
         Corrected: {}",
        record.reason_en
    );
}

struct Text<'a> {
    work: &'a Work<'a>,
    text: String,
    zh: bool,
}

impl Text<'_> {
    fn say(&mut self, zh: impl FnOnce() -> String, en: impl FnOnce() -> String) {
        let sentence = if self.zh { zh() } else { en() };
        if !self.text.is_empty() && !self.zh {
            self.text.push(' ');
        }
        self.text.push_str(&sentence);
    }

    fn clock(&self, at: i64) -> String {
        let local = self.work.case.instance.local(at);
        format!("{:02}:{:02}{}", local.hour(), local.minute(), self.date(at))
    }

    /// The date of a moment, where it is not that of the shift.
    fn date(&self, at: i64) -> String {
        let instance = self.work.case.instance;
        let date = instance.local(at).date();
        match (date == instance.day, self.zh) {
            (true, _) => String::new(),
            (false, true) => format!("（{}月{}日）", date.month(), date.day()),
            (false, false) => format!(" ({:02}-{:02})", date.month(), date.day()),
        }
    }

    fn span(&self, span: Span) -> String {
        let local = self.work.case.instance.local(span.from);
        let date = if self.date(span.from) == self.date(span.to) {
            String::new()
        } else {
            self.date(span.from)
        };
        format!(
            "{:02}:{:02}{date}–{}",
            local.hour(),
            local.minute(),
            self.clock(span.to)
        )
    }

    fn place(&self, site: Option<SiteId>) -> String {
        site.and_then(|id| self.work.case.roster.site(id))
            .map_or_else(String::new, |site| site.name.clone())
    }

    fn head(&mut self, record: &Record) {
        let instance = self.work.case.instance;
        let day = instance.day;
        let hours = instance.shift.as_ref().map(|shift| match shift.kind {
            ShiftKind::Unfixed => shift.name.clone(),
            _ => format!("{} {}", shift.name, self.span(instance.span)),
        });
        let (zh, en) = grade_text(record.grade());
        match hours {
            Some(hours) => self.say(
                || format!("{}月{}日 {hours}：{zh}。", day.month(), day.day()),
                || format!("{day} {hours}: {en}."),
            ),
            None => self.say(
                || format!("{}月{}日 休息日。", day.month(), day.day()),
                || format!("{day}: rest day."),
            ),
        }
    }

    fn place_of(&self, id: &str) -> String {
        let site = self.work.case.roster.sites.iter().find(|site| *site.id == *id);
        site.map_or_else(
            || {
                if self.zh {
                    "打卡点".into()
                } else {
                    "the terminal".into()
                }
            },
            |site| site.name.clone(),
        )
    }
}

fn grade_text(grade: Grade) -> (&'static str, &'static str) {
    match grade {
        Grade::Normal => ("正常", "normal"),
        Grade::Late => ("迟到", "late"),
        Grade::SeriousLate => ("严重迟到", "seriously late"),
        Grade::Early => ("早退", "left early"),
        Grade::HalfAbsentAm => ("上午缺勤", "absent in the morning"),
        Grade::HalfAbsentPm => ("下午缺勤", "absent in the afternoon"),
        Grade::Absent => ("缺勤", "absent"),
        Grade::MissingIn => ("到岗时间未见", "arrival not seen"),
        Grade::MissingOut => ("离岗时间未见", "departure not seen"),
        Grade::Leave => ("请假", "on leave"),
        Grade::Trip => ("出差", "on a business trip"),
        Grade::Rest => ("休息", "rest"),
        Grade::Unverified | Grade::Unspecified => ("待核实", "not verified"),
    }
}
