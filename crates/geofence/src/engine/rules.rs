use events::fence::v1 as proto;
use spatial::Number;

use super::schedule::Schedule;

/// How one fence is judged: the definition's rules with the defaults filled in.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rules {
    pub(crate) p_in: f64,
    pub(crate) p_out: f64,
    /// Deviations beyond a straight border at which the probability of being inside falls to `p_out`.
    pub(crate) out_deviations: f64,
    pub(crate) enter_margin_m: f64,
    pub(crate) exit_margin_m: f64,
    /// `None`: as many as the fix is worth, see [`super::evidence`].
    pub(crate) enter_fixes: Option<u8>,
    pub(crate) exit_fixes: Option<u8>,
    pub(crate) enter_dwell_ms: i64,
    pub(crate) exit_dwell_ms: i64,
    pub(crate) dwell_ms: Option<i64>,
    pub(crate) stale_ms: Option<i64>,
    pub(crate) cross: bool,
    pub(crate) uncertain: bool,
    pub(crate) schedule: Option<Schedule>,
}

const P_IN: f64 = 0.7;
const P_OUT: f64 = 0.15;
const EXIT_DWELL_S: f64 = 60.0;
const STALE_S: f64 = 6.0 * 3600.0;
/// Longest time that a rule may ask for: thirty days.
const LONGEST_S: f64 = 30.0 * 86_400.0;

impl Rules {
    /// Fills in the defaults; each rule that cannot be used is named.
    pub(crate) fn read(rules: &proto::Rules) -> Result<Self, Vec<String>> {
        let mut problems = Vec::new();
        let p_in = rules.p_in.unwrap_or(P_IN);
        let p_out = rules.p_out.unwrap_or(P_OUT);
        if !(0.5..1.0).contains(&p_in) {
            problems.push(format!("expected p_in from 0.5 up to 1, found {}", Number(p_in)));
        }
        if !(p_out > 0.0 && p_out < 0.5) {
            problems.push(format!(
                "expected p_out between 0 and 0.5, found {}",
                Number(p_out)
            ));
        }
        let margin = |name: &str, value: Option<f64>, problems: &mut Vec<String>| {
            let metres = value.unwrap_or(0.0);
            if !(0.0..=100_000.0).contains(&metres) {
                problems.push(format!(
                    "expected {name} from 0 to 100000 metres, found {}",
                    Number(metres)
                ));
            }
            metres
        };
        let enter_margin_m = margin("enter_margin_m", rules.enter_margin_m, &mut problems);
        let exit_margin_m = margin("exit_margin_m", rules.exit_margin_m, &mut problems);
        let fixes = |name: &str, value: Option<u32>, problems: &mut Vec<String>| match value {
            None => None,
            Some(count) => match u8::try_from(count) {
                Ok(count @ 1..=100) => Some(count),
                _ => {
                    problems.push(format!("expected {name} from 1 to 100, found {count}"));
                    None
                }
            },
        };
        let enter_fixes = fixes("enter_fixes", rules.enter_fixes, &mut problems);
        let exit_fixes = fixes("exit_fixes", rules.exit_fixes, &mut problems);
        let seconds = |name: &str, value: f64, problems: &mut Vec<String>| {
            if !(0.0..=LONGEST_S).contains(&value) {
                problems.push(format!(
                    "expected {name} from 0 to {LONGEST_S} seconds, found {}",
                    Number(value)
                ));
            }
            #[allow(
                clippy::cast_possible_truncation,
                reason = "checked above; a refused value is not used"
            )]
            let millis = (value * 1000.0).round() as i64;
            millis
        };
        let enter_dwell_ms = seconds("enter_dwell_s", rules.enter_dwell_s.unwrap_or(0.0), &mut problems);
        let exit_dwell_ms = seconds(
            "exit_dwell_s",
            rules.exit_dwell_s.unwrap_or(EXIT_DWELL_S),
            &mut problems,
        );
        let dwell_ms = rules
            .dwell_s
            .map(|dwell| seconds("dwell_s", dwell, &mut problems));
        let stale_ms = seconds("stale_s", rules.stale_s.unwrap_or(STALE_S), &mut problems);
        let schedule = match rules.schedule.as_ref().map(Schedule::read).transpose() {
            Ok(schedule) => schedule,
            Err(problem) => {
                problems.push(problem);
                None
            }
        };
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self {
            p_in,
            p_out,
            out_deviations: spatial::deviations_beyond(p_out),
            enter_margin_m,
            exit_margin_m,
            enter_fixes,
            exit_fixes,
            enter_dwell_ms,
            exit_dwell_ms,
            dwell_ms: dwell_ms.filter(|dwell| *dwell > 0),
            stale_ms: Some(stale_ms).filter(|stale| *stale > 0),
            cross: rules.cross.unwrap_or(true),
            uncertain: rules.uncertain.unwrap_or(true),
            schedule,
        })
    }

    /// Metres beyond the border within which a fix can still be more than a little inside.
    pub(crate) fn reach_m(accuracy_m: f64) -> f64 {
        // At 1.3 deviations from a straight border a tenth is left.
        accuracy_m * 1.3 / 1.509_592
    }

    /// True when the fence is watched at that time.
    pub(crate) fn watched(&self, time: i64) -> bool {
        self.schedule
            .as_ref()
            .is_none_or(|schedule| schedule.covers(time))
    }
}
