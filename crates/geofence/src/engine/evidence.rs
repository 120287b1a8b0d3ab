//! What one fix says about one fence.

use spatial::Relation;

use super::fences::Slot;
use super::fix::Fix;
use super::rules::Rules;

/// A fix with a larger radius than this, in metres, is coarse: it cannot see a border of ordinary size.
pub(super) const COARSE_M: f64 = 50.0;
/// Up to this radius one fix is enough for a change.
const PRECISE_M: f64 = 20.0;
/// From this probability of being inside one fix is enough, however coarse.
const SURE: f64 = 0.9;
/// A fix this many deviations outside is far out.
const FAR_OUT: f64 = 3.0;
/// Least probability of being inside that is worth telling.
const DOUBT: f64 = 0.1;
/// Deviations per axis in a radius of 68 %.
const RADIUS_68: f64 = 1.509_592;

/// What one fix says about one fence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Evidence {
    /// Inside. With `full` weight one fix is enough.
    Inside { full: bool, probability: f64 },
    /// Outside. With `full` weight one fix is enough.
    Outside { full: bool, probability: f64 },
    /// Neither: near the border, or too coarse for the fence.
    Open { probability: f64 },
}

impl Evidence {
    /// True for a coarse fix that may well be inside.
    pub(super) fn is_doubt(self, fix: &Fix) -> bool {
        matches!(self, Self::Open { probability } if probability >= DOUBT) && is_coarse(fix)
    }

    pub(super) fn probability(self) -> f64 {
        match self {
            Self::Inside { probability, .. }
            | Self::Outside { probability, .. }
            | Self::Open { probability } => probability,
        }
    }
}

/// True when the fix is coarse.
pub(super) fn is_coarse(fix: &Fix) -> bool {
    f64::from(fix.accuracy_m) > COARSE_M
}

/// Judges a fix that is taken as exact, where the distance to the border does not matter: that is most of the work.
fn judge_exact(inside: bool, rules: &Rules) -> Option<Evidence> {
    if inside {
        (rules.enter_margin_m == 0.0).then_some(Evidence::Inside {
            full: true,
            probability: 1.0,
        })
    } else {
        // Without a number of fixes a far one counts more than a near one.
        (rules.exit_margin_m == 0.0 && rules.exit_fixes.is_some()).then_some(Evidence::Outside {
            full: true,
            probability: 0.0,
        })
    }
}

/// Judges a fix. A fix counts as outside when a straight border at its distance would leave at most `p_out` inside: for a
/// fence that is small beside the error of the fix the probability of being inside is low wherever the fix is, and says nothing.
/// A coarse one has to be far out as well: more than half of the tower fixes of a parked phone lie beyond what `p_out` usually
/// asks, and their errors repeat.
pub(super) fn judge(fix: &Fix, slot: &Slot, rules: &Rules) -> Evidence {
    judge_where(|| slot.shape.contains(fix.point), fix, slot, rules)
}

/// Judges a fix whose coordinates are known to lie in the fence.
pub(super) fn judge_inside(fix: &Fix, slot: &Slot, rules: &Rules) -> Evidence {
    judge_where(|| true, fix, slot, rules)
}

fn judge_where(inside: impl FnOnce() -> bool, fix: &Fix, slot: &Slot, rules: &Rules) -> Evidence {
    let accuracy = f64::from(fix.accuracy_m);
    if !slot.shape.admits_height(fix.altitude()) {
        return Evidence::Outside {
            full: true,
            probability: 0.0,
        };
    }
    if accuracy == 0.0
        && let Some(evidence) = judge_exact(inside(), rules)
    {
        return evidence;
    }
    let relation = slot.shape.relation(fix.point, accuracy);
    let Relation { probability, .. } = relation;
    let signed = relation.signed_m();
    if probability >= rules.p_in && -signed >= rules.enter_margin_m {
        let full = accuracy <= PRECISE_M || probability >= SURE;
        return Evidence::Inside { full, probability };
    }
    let deviation = accuracy / RADIUS_68;
    let out = !relation.inside
        && probability <= rules.p_out
        && signed >= rules.out_deviations * deviation
        && (!is_coarse(fix) || signed >= FAR_OUT * deviation)
        && signed >= rules.exit_margin_m;
    if out {
        let usual = fix.assumed_accuracy_m() / RADIUS_68;
        let full = accuracy <= PRECISE_M && signed >= FAR_OUT * usual;
        return Evidence::Outside { full, probability };
    }
    Evidence::Open { probability }
}
