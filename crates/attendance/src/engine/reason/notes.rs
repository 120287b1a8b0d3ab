//! Overtime, visits, and what flags mean.

use events::attendance::v1::{OvertimeClass, Record, VisitState};
use events::roster::v1::OvertimeBasis;

use super::Text;

impl Text<'_> {
    pub(super) fn notes(&mut self, record: &Record) {
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
        self.uncounted_overtime(record);
        let over = record.over_cap;
        if over > 0 {
            self.say(
                || format!("其中{over}分钟超过本月加班上限。"),
                || format!("{over} min of it are above the cap of the month."),
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
        let on_leave = record.worked_on_leave;
        if on_leave > 0 {
            self.say(
                || format!("请假期间在岗{on_leave}分钟，仍计请假。"),
                || format!("At work for {on_leave} min of the leave, which stay leave."),
            );
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

    /// Minutes outside the shift that are no overtime, and why; what is within the grace is not worth a word.
    fn uncounted_overtime(&mut self, record: &Record) {
        let policy = &self.work.case.person.policy;
        let raw = record.ot_raw;
        if record.ot > 0 || raw <= policy.early_grace_min {
            return;
        }
        let tolerance = policy.overtime_tolerance_min;
        if policy.overtime == OvertimeBasis::Approved {
            self.say(
                || format!("班次外在岗{raw}分钟，无加班审批，不计加班。"),
                || format!("{raw} min at work outside the shift, without approved overtime: not counted as overtime."),
            );
        } else if raw < tolerance {
            self.say(
                || format!("班次外在岗{raw}分钟，不足{tolerance}分钟，不计加班。"),
                || format!("{raw} min at work outside the shift: overtime counts from {tolerance} min on."),
            );
        }
    }
}

/// Flags of evidence that was received and not used.
const UNUSED: [&str; 4] = ["tower-flip", "mock", "conflict", "clock"];

/// What flags mean to the person concerned; flags that the text above already explains are not here.
const FLAGS: [(&str, &str, &str); 8] = [
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
        "相关时间经审批后计出勤。",
        "The time counts as worked once that is approved.",
    ),
    (
        "in-lieu-short",
        "调休余额不足，差额待处理。",
        "The time-off bank does not cover all of the leave: the rest is to be decided.",
    ),
];
