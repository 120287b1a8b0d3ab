//! What the scheduled minutes were counted as.

use events::attendance::v1::{Grade, Label, Record};

use super::Text;
use crate::engine::minutes::{Labelled, length};
use crate::engine::span::{Span, Spans};

/// Time that the same is said of.
struct Stretch {
    spans: Vec<Span>,
    minutes: u32,
    text: String,
}

impl Text<'_> {
    pub(super) fn minutes(&mut self, record: &Record) {
        self.sum(record);
        let within_grace = record.grade() == Grade::Normal && record.late == 0 && record.early == 0;
        let no_data = record.flags.iter().any(|flag| flag == "no-data");
        let mut stretches: Vec<Stretch> = Vec::new();
        for part in &self.work.labelled {
            let plain = part.label == Label::Present && !part.bridged && !part.coarse && !part.transit;
            // A flag says it of the whole day.
            if plain || (no_data && part.label == Label::Unknown) {
                continue;
            }
            let text = self.labelled(part, within_grace);
            match stretches.last_mut() {
                Some(last) if last.text == text => {
                    last.spans.push(part.span);
                    last.minutes += length(part);
                }
                _ => stretches.push(Stretch {
                    spans: vec![part.span],
                    minutes: length(part),
                    text,
                }),
            }
        }
        for Stretch { spans, minutes, text } in &stretches {
            let spans: Vec<String> = spans.iter().map(|span| self.span(*span)).collect();
            self.say(
                || format!("{}（{minutes}分钟）{text}。", spans.join("、")),
                || format!("{} ({minutes} min): {text}.", spans.join(", ")),
            );
        }
        self.short_excursions();
    }

    fn sum(&mut self, record: &Record) {
        let (scheduled, worked) = (record.scheduled, record.worked);
        if scheduled == 0 && worked > 0 {
            self.say(
                || format!("在岗{worked}分钟。"),
                || format!("{worked} minutes at work."),
            );
        } else if worked > 0 || record.leave_min + record.trip_min < scheduled {
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
        let short = record.short;
        if record.flags.iter().any(|flag| flag == "short") {
            self.say(
                || format!("还差{short}分钟。"),
                || format!("{short} minutes are missing."),
            );
        }
    }

    /// What was not long enough to be taken off; approved time needs no such leave.
    fn short_excursions(&mut self) {
        let limit = self.work.case.person.policy.away_min;
        let cover = self.work.cover.all();
        for excursion in self
            .work
            .layers
            .excursions
            .iter()
            .filter(|excursion| !excursion.counted)
        {
            let open = Spans::from(excursion.span)
                .intersect(&self.work.scheduled)
                .subtract(&cover);
            for span in open.as_slice() {
                let (minutes, span) = (span.seconds() / 60, self.span(*span));
                self.say(
                    || format!("{span}外出{minutes}分钟，未超过{limit}分钟，仍计出勤。"),
                    || format!("Out {span} ({minutes} min): not longer than {limit} min, so it still counts as worked."),
                );
            }
        }
    }

    fn labelled(&self, part: &Labelled, within_grace: bool) -> String {
        let place = self.place(part.site);
        let coarse = || {
            let coarse = self.work.layers.coarse.as_slice();
            coarse.iter().any(|span| span.meets(part.span))
        };
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
            Label::Away => self.away(part.span),
            Label::Unknown if coarse() => (
                "仅有粗略定位，无法判断是否在岗".to_owned(),
                "only inexact positions, which do not tell whether at work".to_owned(),
            ),
            Label::Unknown => ("无可用定位数据".to_owned(), "no usable position data".to_owned()),
            Label::Absent if within_grace => (
                "不在岗，未计迟到早退".to_owned(),
                "not at work, but not counted as late or early".to_owned(),
            ),
            Label::Absent | Label::Unspecified => ("不在岗".to_owned(), "not at work".to_owned()),
        };
        if self.zh { zh } else { en }
    }

    fn away(&self, span: Span) -> (String, String) {
        let excursions = &self.work.layers.excursions;
        let foreign = excursions
            .iter()
            .filter(|excursion| excursion.span.meets(span))
            .find_map(|excursion| excursion.foreign);
        if foreign.is_some() {
            let place = self.place(foreign);
            return (
                format!("在{place}，该地点未分配给本人"),
                format!("at {place}, which is not a site of yours"),
            );
        }
        let far = self.farthest(span);
        (
            format!("离开工作区域{}", far.0),
            format!("outside the work area{}", far.1),
        )
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
}
