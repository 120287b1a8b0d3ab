//! When the person came and went, and when that was due.

use events::attendance::v1::Record;

use super::Text;

impl Text<'_> {
    pub(super) fn edges(&mut self, record: &Record) {
        self.arrival(record);
        self.departure(record);
        let parts = &self.work.parts;
        let several = parts.len() > 1;
        for part in parts {
            if let Some(due) = part.due.0.filter(|_| part.late > 0) {
                let (due, late) = (self.clock(due), part.late);
                let came = part.arrival.filter(|_| several).map(|edge| self.clock(edge.sure));
                match came {
                    Some(came) => self.say(
                        || format!("应于{due}到岗，{came}才到，迟到{late}分钟。"),
                        || format!("Due at {due}, came at {came}: {late} min late."),
                    ),
                    None => self.say(
                        || format!("应于{due}到岗，迟到{late}分钟。"),
                        || format!("Due at {due}, arrived {late} min late."),
                    ),
                }
            }
            if let Some(due) = part.due.1.filter(|_| part.early > 0) {
                let (due, early) = (self.clock(due), part.early);
                let left = part.departure.filter(|_| several).map(|edge| self.clock(edge.at));
                match left {
                    Some(left) => self.say(
                        || format!("应于{due}离岗，{left}已离开，早退{early}分钟。"),
                        || format!("Due to stay until {due}, left at {left}: {early} min early."),
                    ),
                    None => self.say(
                        || format!("应于{due}离岗，早退{early}分钟。"),
                        || format!("Due to stay until {due}, left {early} min early."),
                    ),
                }
            }
        }
    }

    fn arrival(&mut self, record: &Record) {
        let Some(at) = record.r#in.as_ref().map(|at| at.seconds) else {
            return;
        };
        let clock = self.clock(at);
        let place = self.place_of(&record.in_site);
        if self.is_claim(&record.in_site) {
            return self.say(
                || format!("{clock}打卡上班，不在工作地点。"),
                || format!("Punched in at {clock}, away from every work site."),
            );
        }
        if self.work.layers.spills.0 {
            return self.say(
                || format!("此前已在{place}，自{clock}起计。"),
                || format!("Was at {place} already; counted from {clock}."),
            );
        }
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

    fn departure(&mut self, record: &Record) {
        let out = record.out.as_ref().map(|at| self.clock(at.seconds));
        let seen = record.last_seen.as_ref().map(|at| self.clock(at.seconds));
        match (out, seen) {
            (Some(out), _) if self.is_claim(&record.out_site) => self.say(
                || format!("{out}打卡下班，不在工作地点。"),
                || format!("Punched out at {out}, away from every work site."),
            ),
            (Some(out), _) if self.work.layers.spills.1 => {
                let place = self.place_of(&record.out_site);
                self.say(
                    || format!("计至{out}，此后仍在{place}。"),
                    || format!("Counted until {out}; stayed on at {place}."),
                );
            }
            (Some(out), _) => self.say(|| format!("{out}离开。"), || format!("Left at {out}.")),
            (None, Some(seen)) => self.say(
                || format!("最后一次定位在岗为{seen}，之后无数据，离岗时间未知，不判早退。"),
                || format!("Last seen at work at {seen}; nothing is known after that, so leaving early is not judged."),
            ),
            (None, None) => {}
        }
    }

    /// True when only a punch away from all sites says so.
    fn is_claim(&self, site: &str) -> bool {
        site.is_empty() && !self.work.evidence.abnormal.is_empty()
    }
}
