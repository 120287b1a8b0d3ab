//! Where the evidence of one shift ends and that of the next begins.

use events::roster::v1::ApprovalKind;

use super::Instance;
use crate::engine::span::Span;
use crate::roster::{Approval, Person};

/// How long after approved overtime the departure may still be seen.
const AFTER_OVERTIME_S: i64 = 2 * 3600;

/// The approved overtime that belongs to an instance: it begins in its window or on its day.
pub(crate) fn overtime_of<'a>(
    person: &'a Person,
    instance: &'a Instance,
    now: i64,
) -> impl Iterator<Item = &'a Approval> {
    person.approvals.iter().filter(move |approval| {
        approval.kind == ApprovalKind::Overtime
            && approval.known_at <= now
            && (Span::new(instance.span.from, instance.window.to).contains(approval.from)
                && !instance.is_rest()
                || crate::roster::when::day(approval.from, &instance.zone) == instance.day)
    })
}

/// The window of an instance between its neighbours: of two windows that overlap each gets up to the middle between
/// the one's end and the other's start. Approved overtime widens it.
pub(crate) fn windows(
    person: &Person,
    before: Option<&Instance>,
    instance: &Instance,
    after: Option<&Instance>,
    now: i64,
) -> Span {
    let wide = |instance: &Instance| {
        let mut window = instance.window;
        for overtime in overtime_of(person, instance, now) {
            window.from = window.from.min(overtime.from - AFTER_OVERTIME_S);
            window.to = window.to.max(overtime.until + AFTER_OVERTIME_S);
        }
        window
    };
    let mut window = wide(instance);
    if instance.is_rest() {
        // Shifts go before rest days: theirs is what their windows hold.
        if let Some(before) = before.filter(|before| !before.is_rest()) {
            window.from = window.from.max(wide(before).to.min(window.to));
        }
        if let Some(after) = after.filter(|after| !after.is_rest()) {
            window.to = window.to.min(wide(after).from.max(window.from));
        }
        return window;
    }
    if let Some(before) = before.filter(|before| !before.is_rest()) {
        let theirs = wide(before);
        if theirs.to > window.from {
            window.from = middle(before.span.to, instance.span.from)
                .max(window.from)
                .min(instance.span.from);
        }
    }
    if let Some(after) = after.filter(|after| !after.is_rest()) {
        let theirs = wide(after);
        if theirs.from < window.to {
            window.to = middle(instance.span.to, after.span.from)
                .min(window.to)
                .max(instance.span.to);
        }
    }
    window
}

fn middle(end: i64, start: i64) -> i64 {
    end + (start - end).max(0) / 2
}
