//! Approved time: leave, trips, outings, overtime.

use events::roster::v1::ApprovalKind;

use super::carry::Carry;
use super::span::{Span, Spans};
use crate::roster::Person;
use crate::schedule::Instance;

/// Approved time around one shift.
#[derive(Debug, Default)]
pub(super) struct Cover {
    pub(super) leave: Spans,
    pub(super) trip: Spans,
    pub(super) outing: Spans,
    /// After a trip: presence is not due yet.
    pub(super) travel: Spans,
    /// Time off in lieu that the bank does not cover, seconds.
    pub(super) lieu_short: i64,
    /// Taken from the bank, seconds.
    pub(super) lieu_taken: i64,
    /// Ids of the approvals used.
    pub(super) ids: Vec<String>,
}

impl Cover {
    /// Approved time in which presence is not due.
    pub(super) fn excused(&self) -> Spans {
        self.leave.union(&self.trip).union(&self.travel)
    }

    /// All approved time.
    pub(super) fn all(&self) -> Spans {
        self.excused().union(&self.outing)
    }
}

/// Collects the approvals that meet the scheduled time.
pub(super) fn cover(
    person: &Person,
    instance: &Instance,
    scheduled: &Spans,
    carry: &Carry,
    now: i64,
) -> Cover {
    let mut cover = Cover::default();
    let wide = Span::new(
        instance.span.from.min(instance.window.from),
        instance.span.to.max(instance.window.to),
    );
    let mut leave = Vec::new();
    let mut lieu = Vec::new();
    let mut trip = Vec::new();
    let mut outing = Vec::new();
    let mut travel = Vec::new();
    for approval in &person.approvals {
        let span = Span::new(approval.from, approval.until);
        let after = Span::new(
            span.to,
            span.to + i64::from(person.policy.travel_allowance_min) * 60,
        );
        let touches = span.meets(wide) || (approval.kind == ApprovalKind::Trip && after.meets(wide));
        if approval.known_at > now || !touches {
            continue;
        }
        match approval.kind {
            ApprovalKind::Leave if approval.type_ == "in-lieu" => lieu.push(span),
            ApprovalKind::Leave => leave.push(span),
            ApprovalKind::Trip => {
                trip.push(span);
                travel.push(after);
            }
            ApprovalKind::Outing => outing.push(span),
            ApprovalKind::Overtime | ApprovalKind::Unspecified => continue,
        }
        cover.ids.push(format!("approval/{}", approval.id));
    }
    let lieu: Spans = lieu.into_iter().collect::<Spans>().intersect(scheduled);
    let bank = i64::from(carry.time_off_min) * 60;
    cover.lieu_taken = lieu.seconds().min(bank);
    cover.lieu_short = lieu.seconds() - cover.lieu_taken;
    cover.leave = leave.into_iter().collect::<Spans>().union(&lieu.first(bank));
    cover.trip = trip.into_iter().collect();
    cover.outing = outing.into_iter().collect();
    cover.travel = travel.into_iter().collect::<Spans>().subtract(&cover.trip);
    cover
}
