//! Every scheduled minute gets one label.

use events::attendance::v1::{Label, Labels};

use super::cover::Cover;
use super::layers::Layers;
use super::span::{Span, Spans};
use crate::roster::SiteId;

/// Consecutive time of one label, cut at whole minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Labelled {
    pub(super) span: Span,
    pub(super) label: Label,
    pub(super) site: Option<SiteId>,
    pub(super) bridged: bool,
    pub(super) coarse: bool,
    pub(super) transit: bool,
}

/// Labels the scheduled time: the first layer that has a second wins. Borders between labels are rounded to whole
/// minutes, so that the minutes sum to the scheduled ones whatever the seconds are.
pub(super) fn label(scheduled: &Spans, cover: &Cover, layers: &Layers, count_coarse: bool) -> Vec<Labelled> {
    let mut left = scheduled.clone();
    let mut labelled: Vec<Labelled> = Vec::new();
    let mut take = |layer: &Spans, make: &dyn Fn(Span) -> Labelled| {
        if layer.is_empty() {
            return;
        }
        labelled.extend(left.intersect(layer).as_slice().iter().map(|span| make(*span)));
        left = left.subtract(layer);
    };
    let plain = |label: Label| {
        move |span: Span| Labelled {
            span,
            label,
            site: None,
            bridged: false,
            coarse: false,
            transit: false,
        }
    };
    take(&cover.leave, &plain(Label::Leave));
    take(&cover.trip, &plain(Label::Trip));
    take(&cover.outing, &plain(Label::Outing));
    take(&layers.bridged, &|span| Labelled {
        site: site_at(layers, span.from),
        bridged: true,
        ..plain(Label::Present)(span)
    });
    for (span, site) in &layers.at_sites {
        take(&(*span).into(), &|span| Labelled {
            site: Some(*site),
            ..plain(Label::Present)(span)
        });
    }
    take(&layers.transit, &|span| Labelled {
        transit: true,
        ..plain(Label::Present)(span)
    });
    take(&layers.present, &plain(Label::Present));
    if count_coarse {
        take(&layers.coarse, &|span| Labelled {
            coarse: true,
            ..plain(Label::Present)(span)
        });
    }
    take(&cover.travel, &plain(Label::Trip));
    take(&layers.away, &plain(Label::Away));
    take(&layers.unknown.union(&layers.coarse), &plain(Label::Unknown));
    labelled.extend(left.as_slice().iter().map(|span| plain(Label::Absent)(*span)));
    labelled.sort_by_key(|part| part.span);
    whole_minutes(labelled)
}

fn site_at(layers: &Layers, at: i64) -> Option<SiteId> {
    layers
        .at_sites
        .iter()
        .find(|(span, _)| span.contains(at))
        .map(|(_, site)| *site)
}

fn whole_minutes(labelled: Vec<Labelled>) -> Vec<Labelled> {
    let mut merged: Vec<Labelled> = Vec::with_capacity(labelled.len());
    for mut part in labelled {
        part.span = Span::new(rounded(part.span.from), rounded(part.span.to));
        if part.span.is_empty() {
            continue;
        }
        match merged.last_mut() {
            Some(last)
                if last.span.to == part.span.from
                    && (last.label, last.site, last.bridged, last.coarse, last.transit)
                        == (part.label, part.site, part.bridged, part.coarse, part.transit) =>
            {
                last.span.to = part.span.to;
            }
            _ => merged.push(part),
        }
    }
    merged
}

/// The nearest whole minute.
fn rounded(at: i64) -> i64 {
    (at + 30).div_euclid(60) * 60
}

/// Minutes of a labelled part.
pub(super) fn length(part: &Labelled) -> u32 {
    u32::try_from(part.span.seconds() / 60).unwrap_or(0)
}

/// Sums by label.
pub(super) fn sums(labelled: &[Labelled]) -> Labels {
    let mut labels = Labels::default();
    for part in labelled {
        let sum = match part.label {
            Label::Leave => &mut labels.leave,
            Label::Trip => &mut labels.trip,
            Label::Outing => &mut labels.outing,
            Label::Present => &mut labels.present,
            Label::Away => &mut labels.away,
            Label::Unknown => &mut labels.unknown,
            Label::Absent | Label::Unspecified => &mut labels.absent,
        };
        *sum += length(part);
    }
    labels
}

/// Sum of all labels.
#[must_use]
pub fn total(labels: &Labels) -> u32 {
    labels.leave + labels.trip + labels.outing + labels.present + labels.away + labels.unknown + labels.absent
}

/// Minutes of the parts for which `which` holds.
pub(super) fn minutes_of(labelled: &[Labelled], which: impl Fn(&Labelled) -> bool) -> u32 {
    labelled.iter().filter(|part| which(part)).map(length).sum()
}

impl Labelled {
    /// Time without a verdict yet.
    pub(super) fn plain(span: Span) -> Self {
        let span = Span::new(rounded(span.from), rounded(span.to));
        Self {
            span,
            label: Label::Unspecified,
            site: None,
            bridged: false,
            coarse: false,
            transit: false,
        }
    }
}
