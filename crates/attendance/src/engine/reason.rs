//! The result in words, for the person concerned.

use std::fmt::Write as _;

use events::attendance::v1::{Grade, Label, OvertimeClass, Record, VisitState};

use super::judge::Work;
use super::minutes::{Labelled, length};
use super::span::Span;
use crate::roster::SiteId;

/// The text in Chinese and in English.
pub(super) fn explain(work: &Work<'_>, record: &Record) -> (String, String) {
    let mut zh = Text {
        work,
        text: String::new(),
        zh: true,
    };
    let mut en = Text {
        work,
        text: String::new(),
        zh: false,
    };
    for text in [&mut zh, &mut en] {
        text.head(record);
        text.edges(record);
        text.minutes(record);
        text.notes(record);
    }
    (zh.text, en.text)
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
        let instance = self.work.case.instance;
        let local = instance.local(at);
        let mut text = format!("{:02}:{:02}", local.hour(), local.minute());
        if local.date() != instance.day {
            let (month, day) = (local.month(), local.day());
            let _ = if self.zh {
                write!(text, "（{month}月{day}日）")
            } else {
                write!(text, " ({month:02}-{day:02})")
            };
        }
        text
    }

    fn span(&self, span: Span) -> String {
        format!("{}–{}", self.clock(span.from), self.clock(span.to))
    }

    fn place(&self, site: Option<SiteId>) -> String {
        site.and_then(|id| self.work.case.roster.site(id))
            .map_or_else(String::new, |site| site.name.clone())
    }

    fn head(&mut self, record: &Record) {
        let instance = self.work.case.instance;
        let day = instance.day;
        let hours = instance
            .shift
            .as_ref()
            .map(|shift| format!("{} {}", shift.name, self.span(instance.span)));
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

    fn edges(&mut self, record: &Record) {
        if let Some(at) = record.r#in.as_ref().map(|at| at.seconds) {
            let clock = self.clock(at);
            let place = self.place_of(&record.in_site);
            match record.in_after.as_ref().map(|at| at.seconds) {
                Some(after) => {
                    let after = self.clock(after);
                    self.say(
                        || format!("{clock}首次定位在{place}，此前自{after}起无数据，到岗时间在两者之间，不判迟到。"),
                        || format!("First seen at {place} at {clock}; nothing is known from {after} until then, so the arrival lies between and lateness is not judged."),
                    );
                }
                None => self.say(
                    || format!("{clock}到{place}。"),
                    || format!("Arrived at {place} at {clock}."),
                ),
            }
        }
        let out = record.out.as_ref().map(|at| self.clock(at.seconds));
        let seen = record.last_seen.as_ref().map(|at| self.clock(at.seconds));
        match (out, seen) {
            (Some(out), _) => self.say(|| format!("{out}离开。"), || format!("Left at {out}.")),
            (None, Some(seen)) => self.say(
                || format!("最后一次定位在岗为{seen}，之后无数据，离岗时间未知，不判早退。"),
                || format!("Last seen at work at {seen}; nothing is known after that, so leaving early is not judged."),
            ),
            (None, None) => {}
        }
        if record.late > 0 {
            let due = record
                .due_in
                .as_ref()
                .map(|at| self.clock(at.seconds))
                .unwrap_or_default();
            let late = record.late;
            self.say(
                || format!("应于{due}到岗，迟到{late}分钟。"),
                || format!("Due at {due}, arrived {late} min late."),
            );
        }
        if record.early > 0 {
            let due = record
                .due_out
                .as_ref()
                .map(|at| self.clock(at.seconds))
                .unwrap_or_default();
            let early = record.early;
            self.say(
                || format!("应于{due}离岗，早退{early}分钟。"),
                || format!("Due to stay until {due}, left {early} min early."),
            );
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

    fn minutes(&mut self, record: &Record) {
        if record.scheduled > 0 || record.worked > 0 {
            let (scheduled, worked) = (record.scheduled, record.worked);
            self.say(
                || format!("应出勤{scheduled}分钟，计{worked}分钟。"),
                || {
                    if worked > scheduled {
                        format!("{worked} minutes count as worked, {scheduled} were due.")
                    } else {
                        format!("{worked} of {scheduled} scheduled minutes count as worked.")
                    }
                },
            );
        }
        let within_grace = record.grade() == Grade::Normal && record.late == 0 && record.early == 0;
        let labelled = self.work.labelled.clone();
        for part in &labelled {
            if part.label != Label::Present || part.bridged || part.coarse || part.transit {
                self.labelled(part, within_grace);
            }
        }
        for excursion in self.work.layers.excursions.clone() {
            if !excursion.counted {
                let (span, minutes) = (self.span(excursion.span), excursion.span.seconds() / 60);
                let limit = self.work.case.person.policy.away_min;
                self.say(
                    || format!("{span}外出{minutes}分钟，未超过{limit}分钟，仍计出勤。"),
                    || format!("Out {span} ({minutes} min): not longer than {limit} min, so it still counts as worked."),
                );
            }
        }
    }

    fn labelled(&mut self, part: &Labelled, within_grace: bool) {
        let span = self.span(part.span);
        let minutes = length(part);
        let place = self.place(part.site);
        let (zh, en) = match part.label {
            Label::Leave => ("请假".to_owned(), "leave".to_owned()),
            Label::Trip => ("出差".to_owned(), "business trip".to_owned()),
            Label::Outing => (
                "批准的外出，计出勤".to_owned(),
                "approved outing, counts as worked".to_owned(),
            ),
            Label::Present if part.bridged => (
                format!("无数据，前后均在{place}，计出勤"),
                format!("no data, but at {place} before and after: counts as worked"),
            ),
            Label::Present if part.coarse => (
                "仅有粗略定位，暂计出勤，待核实".to_owned(),
                "only inexact positions: counts as worked for now, to be verified".to_owned(),
            ),
            Label::Present => (
                "两个工作地点之间的路程，计出勤".to_owned(),
                "on the way between two sites, counts as worked".to_owned(),
            ),
            Label::Away => {
                let far = self.farthest(part.span);
                (
                    format!("离开工作区域{}", far.0),
                    format!("outside the work area{}", far.1),
                )
            }
            Label::Unknown => ("无可用定位数据".to_owned(), "no usable position data".to_owned()),
            Label::Absent if within_grace => (
                "不在岗，未计迟到早退".to_owned(),
                "not at work, but not counted as late or early".to_owned(),
            ),
            Label::Absent | Label::Unspecified => ("不在岗".to_owned(), "not at work".to_owned()),
        };
        self.say(
            || format!("{span}（{minutes}分钟）{zh}。"),
            || format!("{span} ({minutes} min): {en}."),
        );
    }

    fn farthest(&self, span: Span) -> (String, String) {
        let metres = self
            .work
            .layers
            .excursions
            .iter()
            .filter(|excursion| excursion.span.meets(span))
            .map(|excursion| excursion.farthest_m)
            .fold(0.0, f32::max);
        if metres < 1.0 {
            return Default::default();
        }
        let (zh, en) = if metres < 1_000.0 {
            (format!("{metres:.0}米"), format!("{metres:.0} m"))
        } else {
            (
                format!("{:.1}公里", metres / 1_000.0),
                format!("{:.1} km", metres / 1_000.0),
            )
        };
        (format!("，最远{zh}"), format!(", up to {en} away"))
    }

    fn notes(&mut self, record: &Record) {
        for overtime in &record.overtime {
            let minutes = overtime.min;
            let (zh, en) = match overtime.class() {
                OvertimeClass::RestDay => ("休息日加班", "rest-day overtime"),
                OvertimeClass::Statutory => ("法定节假日加班", "overtime on a statutory holiday"),
                _ => ("加班", "overtime"),
            };
            self.say(
                || format!("{zh}{minutes}分钟。"),
                || format!("{minutes} min of {en}."),
            );
        }
        if record.ot_raw > 0 && record.ot == 0 {
            let raw = record.ot_raw;
            self.say(
                || format!("班次外在岗{raw}分钟，无加班审批，不计加班。"),
                || format!("{raw} min at work outside the shift, without approved overtime: not counted as overtime."),
            );
        }
        for visit in &record.visits {
            let name = self.place_of(&visit.site);
            let (zh, en) = match visit.state() {
                VisitState::Done => ("拜访完成", "visited"),
                VisitState::TooShort => ("停留过短，拜访无效", "stay too short, not a visit"),
                VisitState::Unverified => (
                    "仅有粗略定位，拜访待核实",
                    "only inexact positions, visit to be verified",
                ),
                VisitState::Missed | VisitState::Unspecified => ("未到访", "missed"),
            };
            self.say(|| format!("{name}：{zh}。"), || format!("{name}: {en}."));
        }
        let has = |flag: &str| record.flags.iter().any(|known| known == flag);
        for (flag, zh, en) in &FLAGS {
            // What was received and not used has a flag of its own.
            let received = UNUSED.iter().any(|unused| has(unused));
            if has(flag) && !(*flag == "no-data" && received) {
                self.say(|| (*zh).to_owned(), || (*en).to_owned());
            }
        }
    }
}

/// Flags of evidence that was received and not used.
const UNUSED: [&str; 4] = ["tower-flip", "mock", "conflict", "clock"];

/// What flags mean to the person concerned; flags that the text above already explains are not here.
const FLAGS: [(&str, &str, &str); 11] = [
    (
        "no-data",
        "全天没有收到任何定位或打卡。",
        "No position and no punch was received.",
    ),
    (
        "tower-flip",
        "基站定位来回跳动，未采用。",
        "Tower positions jumped back and forth and were not used.",
    ),
    (
        "mock",
        "手机报告了模拟定位，未采用。",
        "The phone reported simulated locations, which were not used.",
    ),
    (
        "conflict",
        "不同来源的位置互相矛盾，未采用，需人工核实。",
        "Sources contradict each other about where you were: not used, to be verified by hand.",
    ),
    (
        "clock",
        "设备时钟有误，相关定位未采用。",
        "The device's clock was wrong: those positions were not used.",
    ),
    (
        "location-abnormal",
        "打卡地点不在工作地点范围内。",
        "A punch was made away from every work site.",
    ),
    (
        "needs-approval",
        "该打卡需审批后才计出勤。",
        "It counts as presence once approved.",
    ),
    (
        "foreign-site",
        "到过未分配给本人的工作地点。",
        "Seen at a site that is not assigned to you.",
    ),
    (
        "worked-on-leave",
        "请假期间在岗。",
        "You were at work while on leave.",
    ),
    (
        "over-cap",
        "本月加班超过上限。",
        "Overtime of the month is above the cap.",
    ),
    (
        "in-lieu-short",
        "调休余额不足，差额待处理。",
        "The time-off bank does not cover all of the leave: the rest is to be decided.",
    ),
];

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
