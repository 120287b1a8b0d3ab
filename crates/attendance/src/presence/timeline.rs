use super::{Sighting, View};
use crate::engine::span::Span;
use crate::roster::{Policy, SiteId};

/// Where somebody was during a piece of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// At an own site.
    In(SiteId),
    /// Elsewhere for sure; at a known place that is not the person's, where one is named.
    Out(Option<SiteId>),
    /// Somewhere near by coarse positions only.
    Coarse,
    /// Unknown: no usable data.
    Gap,
}

/// A piece of time in one state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Piece {
    /// When.
    pub span: Span,
    /// Where.
    pub state: State,
    /// At an own site without data: it was seen there before and after.
    pub bridged: bool,
    /// Farthest distance from the nearest own site, metres.
    pub farthest_m: f32,
    /// Inside pieces: when an inexact fix of the same approach first saw the person, where one did.
    pub approach: Option<i64>,
}

/// Inexact fixes up to this long before the first sure one belong to the same approach, seconds.
const APPROACH_S: i64 = 120;

/// Joins cleaned sightings to pieces that follow each other without holes, from the first sighting to the last.
#[must_use]
pub fn timeline(sightings: &[Sighting], policy: &Policy) -> Vec<Piece> {
    let steps = steps(sightings, policy);
    let continuity = i64::from(policy.continuity_min) * 60;
    let bridge = i64::from(policy.bridge_min) * 60;
    let mut pieces = Pieces::default();
    for (i, step) in steps.iter().enumerate() {
        let Some(next) = steps.get(i + 1) else {
            pieces.add(step, Span::new(step.at, step.until), step.state, false);
            break;
        };
        if next.at <= step.until.max(step.at + continuity) {
            pieces.add(step, Span::new(step.at, next.at), step.state, false);
            continue;
        }
        let known_until = step.until.max(step.at);
        pieces.add(step, Span::new(step.at, known_until), step.state, false);
        let gap = Span::new(known_until, next.at);
        let same = match (step.state, next.state) {
            (State::In(a), State::In(b)) => a == b,
            (State::Out(_), State::Out(_)) => true,
            _ => false,
        };
        if same && gap.seconds() <= bridge {
            pieces.add(step, gap, step.state, matches!(step.state, State::In(_)));
        } else {
            pieces.add(step, gap, State::Gap, false);
        }
    }
    pieces.0
}

/// A sighting after hysteresis.
struct Step {
    at: i64,
    until: i64,
    state: State,
    farthest_m: f32,
    approach: Option<i64>,
}

#[derive(Default)]
struct Pieces(Vec<Piece>);

impl Pieces {
    fn add(&mut self, step: &Step, span: Span, state: State, bridged: bool) {
        let farthest_m = if matches!(state, State::Out(_)) {
            step.farthest_m
        } else {
            0.0
        };
        match self.0.last_mut() {
            // A piece of no length keeps its place until the next one says more about the same moment.
            Some(last) if last.state == state && last.bridged == bridged && last.span.to == span.from => {
                last.span.to = span.to;
                last.farthest_m = last.farthest_m.max(farthest_m);
            }
            _ => self.0.push(Piece {
                span,
                state,
                bridged,
                farthest_m,
                approach: step.approach,
            }),
        }
    }
}

fn steps(sightings: &[Sighting], policy: &Policy) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::with_capacity(sightings.len());
    let mut approach: Option<(i64, i64)> = None;
    let mut i = 0;
    while let Some(sighting) = sightings.get(i) {
        let before = steps.last().map(|step| step.state);
        // A longer telling goes on where a fix agrees with it.
        let told_until = |steps: &[Step], state: State| {
            let held = steps
                .last()
                .filter(|step| step.state == state)
                .map_or(i64::MIN, |step| step.until);
            sighting.until.max(held)
        };
        match sighting.view {
            View::Inside(site) => {
                let state = State::In(site);
                let from =
                    approach.filter(|(_, last)| sighting.at - last <= APPROACH_S && before != Some(state));
                let step = Step {
                    at: sighting.at,
                    until: told_until(&steps, state),
                    state,
                    farthest_m: 0.0,
                    approach: from.map(|(first, _)| first),
                };
                steps.push(step);
                approach = None;
                i += 1;
            }
            View::Near => {
                let state = match before {
                    Some(State::In(site)) => State::In(site),
                    Some(State::Out(_)) if !sighting.is_coarse() => State::Out(None),
                    _ => State::Coarse,
                };
                if !sighting.is_coarse() {
                    let first = approach.filter(|(_, last)| sighting.at - last <= APPROACH_S);
                    approach = Some((first.map_or(sighting.at, |(first, _)| first), sighting.at));
                }
                let until = told_until(&steps, state);
                steps.push(Step {
                    at: sighting.at,
                    until,
                    state,
                    farthest_m: sighting.distance_m,
                    approach: None,
                });
                i += 1;
            }
            View::Outside | View::Foreign(_) => {
                approach = None;
                let (end, confirmed) = outside_run(sightings, i, policy);
                if confirmed || !matches!(before, Some(State::In(_))) {
                    for seen in sightings.get(i..end).unwrap_or_default() {
                        let place = match seen.view {
                            View::Foreign(site) => Some(site),
                            _ => None,
                        };
                        steps.push(Step {
                            at: seen.at,
                            until: seen.until,
                            state: State::Out(place),
                            farthest_m: seen.distance_m,
                            approach: None,
                        });
                    }
                }
                i = end;
            }
        }
    }
    steps
}

/// End of the run of sightings outside that begins at `start`, and whether it ends presence: it lasts the dwell time,
/// or nothing follows for long and one of its fixes is exact.
fn outside_run(sightings: &[Sighting], start: usize, policy: &Policy) -> (usize, bool) {
    let run = sightings.get(start..).unwrap_or_default();
    let length = run
        .iter()
        .take_while(|seen| seen.is_out() || (seen.view == View::Near && !seen.is_coarse()))
        .count();
    // Inexact fixes at the end belong to what follows.
    let length = run
        .iter()
        .take(length)
        .rposition(Sighting::is_out)
        .map_or(1, |last| last + 1);
    let run_only = run.get(..length).unwrap_or_default();
    let first = run_only.first().map_or(0, |seen| seen.at);
    let last = run_only.iter().map(|seen| seen.until).max().unwrap_or(first);
    let next = run.get(length).map(|seen| seen.at);
    let silent = next.is_none_or(|next| next - last > i64::from(policy.continuity_min) * 60);
    let exact = run_only.iter().any(|seen| !seen.is_coarse());
    let confirmed = last - first >= i64::from(policy.out_dwell_s) || (silent && exact);
    (start + length, confirmed)
}
