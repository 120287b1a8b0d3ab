//! What one part of a shift consists of: arrival, departure, and which time was what.

use super::cover::Cover;
use super::evidence::UNNAMED_SITE;
use super::span::{Span, Spans};
use crate::presence::{Piece, State};
use crate::roster::{Policy, SiteId};

/// The time of one part, by what it was.
#[derive(Debug, Default)]
pub(super) struct Layers {
    /// First arrival.
    pub(super) arrival: Option<Edge>,
    /// Last departure.
    pub(super) departure: Option<Edge>,
    /// At own sites, on the way between them, or out for less than the limit.
    pub(super) present: Spans,
    /// Of present: at own sites.
    pub(super) at_sites: Vec<(Span, SiteId)>,
    /// Of present: at own sites without data.
    pub(super) bridged: Spans,
    /// Of present: on the way between own sites.
    pub(super) transit: Spans,
    /// Near by coarse positions.
    pub(super) coarse: Spans,
    /// Elsewhere for longer than the limit.
    pub(super) away: Spans,
    /// No usable data.
    pub(super) unknown: Spans,
    /// Every time outside between arrival and departure, or at a foreign site.
    pub(super) excursions: Vec<Excursion>,
    /// Seen at a site of the firm that is not the person's.
    pub(super) foreign: Option<SiteId>,
    /// Present when the window began, and when it ended.
    pub(super) spills: (bool, bool),
    /// Elsewhere for sure at some time.
    pub(super) seen_out: bool,
}

/// An arrival or a departure.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    /// When.
    pub(super) at: i64,
    /// What is judged: of an arrival first seen by an inexact fix the first exact one.
    pub(super) sure: i64,
    /// Where.
    pub(super) site: SiteId,
    /// Unseen: an arrival after this moment, a departure not after this moment.
    pub(super) between: Option<i64>,
}

/// A time outside.
#[derive(Debug, Clone, Copy)]
pub(super) struct Excursion {
    pub(super) span: Span,
    pub(super) counted: bool,
    pub(super) farthest_m: f32,
    pub(super) foreign: Option<SiteId>,
}

/// Sorts the pieces of a timeline into layers. `window` is where evidence belongs to the part.
///
/// `running` is true while the part is not over: whoever went out may still come back.
pub(super) fn layers(
    pieces: &[Piece],
    window: Span,
    part: Span,
    running: bool,
    cover: &Cover,
    policy: &Policy,
) -> Layers {
    let mut layers = Layers::default();
    // A zero-length piece inside the window counts: a punch is one.
    let within = |piece: &Piece| {
        piece.span.meets(window) || (piece.span.is_empty() && window.contains(piece.span.from))
    };
    let is_in = |piece: &Piece| matches!(piece.state, State::In(_));
    let first = pieces.iter().position(|piece| within(piece) && is_in(piece));
    let last = pieces.iter().rposition(|piece| within(piece) && is_in(piece));
    if let (Some(first), Some(last)) = (first, last) {
        layers.arrival = arrival(pieces, first, window, part, &mut layers.spills.0);
        layers.departure = departure(pieces, last, window, part, &mut layers.spills.1);
    }
    let stay = first
        .zip(last)
        .map(|(first, last)| (first, if running { usize::MAX } else { last }));
    let mut present = Vec::new();
    let mut coarse = Vec::new();
    let mut unknown = Vec::new();
    let mut bridged = Vec::new();
    let mut i = 0;
    while let Some(piece) = pieces.get(i) {
        let span = piece.span.clip(window);
        match piece.state {
            State::In(site) => {
                present.push(span);
                layers.at_sites.push((span, site));
                if piece.bridged {
                    bridged.push(span);
                }
                i += 1;
            }
            State::Coarse => {
                coarse.push(span);
                i += 1;
            }
            State::Gap => {
                if gap_is_unknown(pieces, i, first, last) {
                    unknown.push(span);
                }
                i += 1;
            }
            State::Out(_) => i = outside(pieces, i, window, stay, cover, policy, &mut layers, &mut present),
        }
    }
    let known = pieces
        .first()
        .zip(pieces.last())
        .map(|(first, last)| Span::new(first.span.from, last.span.to));
    match known {
        None => unknown.push(window),
        Some(known) => {
            // Before the first fact of all nobody was expected to report; after the last one it is silence.
            if first.is_none() {
                unknown.push(Span::new(window.from, known.from));
            }
            let left = pieces
                .last()
                .is_some_and(|piece| matches!(piece.state, State::Out(_)));
            if !(left && last.is_some()) {
                unknown.push(Span::new(known.to, window.to));
            }
        }
    }
    layers.present = present.into_iter().collect();
    layers.coarse = coarse.into_iter().collect();
    layers.unknown = unknown.into_iter().map(|span: Span| span.clip(window)).collect();
    layers.bridged = bridged.into_iter().collect();
    layers
}

/// A gap before a seen arrival or after a seen departure is no question any more: the person was not there.
fn gap_is_unknown(pieces: &[Piece], at: usize, first: Option<usize>, last: Option<usize>) -> bool {
    let out_follows = |range: &[Piece]| range.iter().any(|piece| matches!(piece.state, State::Out(_)));
    match (first, last) {
        (Some(first), _) if at < first => !out_follows(pieces.get(at..first).unwrap_or_default()),
        (_, Some(last)) if at > last => !out_follows(pieces.get(last..at).unwrap_or_default()),
        _ => true,
    }
}

fn arrival(pieces: &[Piece], first: usize, window: Span, part: Span, spills: &mut bool) -> Option<Edge> {
    let piece = pieces.get(first)?;
    let State::In(site) = piece.state else { return None };
    if piece.span.from < window.from {
        // There since before the window: whoever never left arrives with the shift.
        *spills = true;
        return Some(Edge {
            at: part.from,
            sure: part.from,
            site,
            between: None,
        });
    }
    let before = first.checked_sub(1).and_then(|before| pieces.get(before));
    let at = piece
        .approach
        .filter(|at| *at >= window.from)
        .unwrap_or(piece.span.from);
    let between = before
        .filter(|before| before.state == State::Gap)
        .map(|gap| gap.span.from);
    Some(Edge {
        at,
        sure: piece.span.from,
        site,
        between,
    })
}

fn departure(pieces: &[Piece], last: usize, window: Span, part: Span, spills: &mut bool) -> Option<Edge> {
    let piece = pieces.get(last)?;
    let State::In(site) = piece.state else { return None };
    if piece.span.to > window.to {
        *spills = true;
        return Some(Edge {
            at: part.to,
            sure: part.to,
            site,
            between: None,
        });
    }
    let after = pieces.get(last + 1);
    let unseen = after.is_none_or(|after| matches!(after.state, State::Gap | State::Coarse));
    Some(Edge {
        at: piece.span.to,
        sure: piece.span.to,
        site,
        between: unseen.then(|| after.map_or(i64::MAX, |gap| gap.span.to)),
    })
}

/// Takes a run of pieces outside; returns the position after it.
#[allow(clippy::too_many_arguments, reason = "one step of `layers`, with its state")]
fn outside(
    pieces: &[Piece],
    start: usize,
    window: Span,
    stay: Option<(usize, usize)>,
    cover: &Cover,
    policy: &Policy,
    layers: &mut Layers,
    present: &mut Vec<Span>,
) -> usize {
    let run = pieces.get(start..).unwrap_or_default();
    let length = run
        .iter()
        .take_while(|piece| matches!(piece.state, State::Out(_)))
        .count();
    let run = run.get(..length).unwrap_or_default();
    let end = start + length;
    let whole = Span::new(
        run.first().map_or(0, |piece| piece.span.from),
        run.last().map_or(0, |piece| piece.span.to),
    );
    let span = whole.clip(window);
    if span.is_empty() {
        return end;
    }
    layers.seen_out = true;
    let foreign = run
        .iter()
        .filter(|piece| piece.span.meets(window))
        .find_map(|piece| match piece.state {
            State::Out(site) => site,
            _ => None,
        });
    layers.foreign = layers.foreign.or(foreign);
    let farthest_m = run.iter().map(|piece| piece.farthest_m).fold(0.0, f32::max);
    let inner = stay.is_some_and(|(first, last)| first < start && end <= last);
    let own = |piece: Option<&Piece>| match piece.map(|piece| piece.state) {
        Some(State::In(site)) => Some(site),
        _ => None,
    };
    let ends = (
        own(start.checked_sub(1).and_then(|i| pieces.get(i))),
        own(pieces.get(end)),
    );
    if let (Some(a), Some(b)) = ends
        && inner
        && a != b
        && a != UNNAMED_SITE
        && foreign.is_none()
        && whole.seconds() <= i64::from(policy.transit_max_min) * 60
    {
        layers.transit = layers.transit.union(&span.into());
        present.push(span);
        return end;
    }
    let uncovered = Spans::from(whole).subtract(&cover.all());
    let long = uncovered.seconds() > i64::from(policy.away_min) * 60;
    // Time before an arrival is lateness and time after a departure is leaving early, unless the person never came
    // or was at another place of the firm.
    let judged_as_away = inner || stay.is_none() || foreign.is_some();
    if judged_as_away {
        if long {
            layers.away = layers.away.union(&span.into());
        } else if inner {
            present.push(span);
        }
        layers.excursions.push(Excursion {
            span,
            counted: long,
            farthest_m,
            foreign,
        });
    }
    end
}
