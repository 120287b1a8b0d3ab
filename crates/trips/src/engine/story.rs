//! The cheapest story: which spans of a track are stays and which are moves.
//!
//! A story is a row of stays and moves. Its cost is minus the logarithm of its probability: a stay expects every fix
//! at its anchor with the fix's own error, a move expects the next fix about as far away as something that moves gets
//! in that time, and each change between the two has a price that falls with the time there was for it. The search
//! keeps the best move and a few best stays, which differ in their first fix; it is linear in the number of fixes.

use super::config::Config;
use super::place::Place;

/// What the search sees of a fix.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    /// Seconds since the origin of the track.
    pub seconds: f64,
    pub place: Place,
    /// Variance of the place per axis in square metres, from the stated accuracy.
    pub variance: f64,
    /// Index of the fix it was taken from.
    pub fix: usize,
}

/// What a span of the track is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Stay,
    Move,
}

/// A span of samples, `first..=last`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub kind: Kind,
    pub first: usize,
    pub last: usize,
}

/// Stays that are followed at a time.
const BEAM: usize = 6;
/// A stay that is dearer than the cheapest story by this many nats will not come back.
const HOPELESS: f64 = 40.0;
const NOBODY: usize = usize::MAX;
/// A silence can cost a move no more than this many nats: tunnels and dead batteries exist.
const SILENCE_MAX: f64 = 8.0;
/// Least logarithm of a variance that a wrong fix is charged for, so that good fixes are not cheap to call wrong.
const WRONG_FLOOR: f64 = 5.5;
/// An anchor is never known better than to a share of its fixes' variance, since their errors are alike.
const ANCHOR_SHARE: f64 = 20.0;
/// Variance beyond which averaging does not help an anchor.
const ANCHOR_VARIANCE: f64 = 400.0;

#[derive(Debug, Clone, Copy)]
struct Chapter {
    kind: Kind,
    first: usize,
    before: usize,
}

/// A story told so far: what it cost, and where its hero was last.
#[derive(Debug, Clone, Copy)]
struct Teller {
    cost: f64,
    place: Place,
    seconds: f64,
    variance: f64,
    chapter: usize,
}

impl Teller {
    fn at(sample: &Sample, cost: f64, chapter: usize) -> Self {
        Self {
            cost,
            place: sample.place,
            seconds: sample.seconds,
            variance: sample.variance,
            chapter,
        }
    }
}

/// The cheapest story over `samples`, which are in order of time.
pub(crate) fn tell(samples: &[Sample], config: &Config) -> Vec<Span> {
    let Some((first, rest)) = samples.split_first() else {
        return Vec::new();
    };
    let mut chapters = vec![
        Chapter {
            kind: Kind::Stay,
            first: 0,
            before: NOBODY,
        },
        Chapter {
            kind: Kind::Move,
            first: 0,
            before: NOBODY,
        },
    ];
    let mut stays: Vec<Teller> = Vec::with_capacity(BEAM);
    stays.push(Teller::at(first, 0.0, 0));
    let mut moving = Teller::at(first, 0.0, 1);
    // The same who takes the newest samples for wrong.
    let mut held = Teller {
        cost: f64::INFINITY,
        ..moving
    };
    for (index, sample) in (1..).zip(rest) {
        let costs = Costs {
            sample,
            config,
            wander: config.wander_m * config.wander_m,
        };
        let wrong = costs.wrong();
        let best_stay = stays
            .iter()
            .copied()
            .reduce(|a, b| if b.cost < a.cost { b } else { a })
            .unwrap_or(moving);

        let (straight, back) = (
            moving.cost + costs.step(&moving, true),
            held.cost + costs.step(&held, true),
        );
        let (on, on_chapter) = if back < straight {
            (back, held.chapter)
        } else {
            (straight, moving.chapter)
        };
        let leave = best_stay.cost + costs.change(&best_stay, config.stay_s) + costs.step(&best_stay, false);
        let arrive = moving.cost + costs.change(&moving, config.move_s) + costs.step(&moving, false);
        let came_from = moving.chapter;

        held = if moving.cost < held.cost { moving } else { held };
        held.cost += wrong;
        moving = if leave < on {
            chapters.push(Chapter {
                kind: Kind::Move,
                first: index,
                before: best_stay.chapter,
            });
            Teller::at(sample, leave, chapters.len() - 1)
        } else {
            Teller::at(sample, on, on_chapter)
        };
        for stay in &mut stays {
            costs.linger(stay, wrong);
        }
        let cheapest = stays.iter().fold(moving.cost, |least, stay| least.min(stay.cost));
        stays.retain(|stay| stay.cost <= cheapest + HOPELESS);
        if arrive <= cheapest + HOPELESS {
            if stays.len() >= BEAM {
                let dearest =
                    (0..)
                        .zip(&stays)
                        .fold((0, f64::NEG_INFINITY), |dearest: (usize, f64), (at, stay)| {
                            if stay.cost > dearest.1 {
                                (at, stay.cost)
                            } else {
                                dearest
                            }
                        });
                if arrive >= dearest.1 {
                    continue;
                }
                stays.swap_remove(dearest.0);
            }
            chapters.push(Chapter {
                kind: Kind::Stay,
                first: index,
                before: came_from,
            });
            stays.push(Teller::at(sample, arrive, chapters.len() - 1));
        }
    }
    let moved = if held.cost < moving.cost { held } else { moving };
    let best = stays.iter().fold(
        moved,
        |best, stay| if stay.cost <= best.cost { *stay } else { best },
    );
    unfold(&chapters, best.chapter, samples.len() - 1)
}

/// The prices of one sample.
struct Costs<'a> {
    sample: &'a Sample,
    config: &'a Config,
    wander: f64,
}

impl Costs<'_> {
    /// Price of the sample being wrong.
    fn wrong(&self) -> f64 {
        (self.sample.variance + self.wander).ln().max(WRONG_FLOOR) + self.config.wrong_nats
    }

    /// Price of ending a stay or a move of that mean length since the sample before.
    fn change(&self, from: &Teller, mean_s: f64) -> f64 {
        (1.0 + mean_s / (self.sample.seconds - from.seconds).max(1.0)).ln()
    }

    /// Price of getting here on the move. Somebody who stood for a part of the time has had time for the way anyhow;
    /// somebody who moved all along cannot be where he was, and would have been heard of.
    fn step(&self, from: &Teller, all_along: bool) -> f64 {
        let dt = (self.sample.seconds - from.seconds).max(0.0);
        let square = from.place.square_m2(&self.sample.place);
        let noise = self.sample.variance.max(from.variance) + self.wander;
        let (mut least, mut cost) = (noise, 0.0);
        if all_along {
            let crawl = self.config.crawl_m_s * dt;
            least += crawl * crawl;
            let idle = dt - square.sqrt() / self.config.journey_m_s;
            if idle > 0.0 {
                cost += (idle / self.config.silence_s).min(SILENCE_MAX);
            }
        }
        let variance = least.max(square / 2.0);
        cost + variance.ln() + square / (2.0 * variance)
    }

    /// Goes on with a stay: the sample is at the anchor, which follows it, or it is wrong.
    fn linger(&self, stay: &mut Teller, wrong: f64) {
        let square = stay.place.square_m2(&self.sample.place);
        let weight = self.sample.variance + self.wander;
        let variance = weight + stay.variance;
        let fits = variance.ln() + square / (2.0 * variance);
        if fits <= wrong {
            stay.cost += fits;
            let gain = stay.variance / variance;
            stay.place = stay.place.towards(&self.sample.place, gain);
            stay.variance = (stay.variance * (1.0 - gain)).max(weight.min(ANCHOR_VARIANCE) / ANCHOR_SHARE);
        } else {
            stay.cost += wrong;
        }
        stay.seconds = self.sample.seconds;
    }
}

/// The chapters that lead to `chapter`, as spans up to the sample `last`.
fn unfold(chapters: &[Chapter], chapter: usize, last: usize) -> Vec<Span> {
    let mut spans = Vec::new();
    let (mut at, mut last) = (chapter, last);
    while let Some(chapter) = chapters.get(at) {
        spans.push(Span {
            kind: chapter.kind,
            first: chapter.first,
            last,
        });
        at = chapter.before;
        last = chapter.first.saturating_sub(1);
    }
    spans.reverse();
    spans
}
