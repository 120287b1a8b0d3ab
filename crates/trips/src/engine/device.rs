//! One device: fixes in, changed records out.

use serde::{Deserialize, Serialize};

use super::begin::{Begin, RUN_UP_MS, front, next_begin};
use super::config::Config;
use super::fix::{Fix, Millis};
use super::pace::Pace;
use super::place::Place;
use super::published::{Published, Publishing, publish, settle};
use super::record::{Draft, Record};
use super::report::{Carried, Reporter, is_stop};
use super::role::{self, Role};
use super::stay;
use super::story;
use super::track::Track;
use super::way;
use super::window::{Inserted, Window};

/// A provisional result is due at the earliest this long after the one before, milliseconds of event time.
const CADENCE_MS: Millis = 60_000;
/// And when the unanalysed fixes are this share of the analysed ones, however often [`Pace`] would look.
const CADENCE_SHARE: usize = 8;
/// Old fixes are given up this much later than the horizon says, so that it need not be done often, milliseconds.
const SLACK_MS: Millis = 12 * 3_600_000;

/// What became of a fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// Taken into account.
    Taken,
    /// Known already, or worse than one of the same time.
    Repeated,
    /// Older than what can still be changed.
    TooLate,
    /// Ahead of its arrival by more than a clock may be.
    Future,
}

/// What an analysis is asked.
#[derive(Debug, Clone, Copy)]
struct Question {
    begin: Option<Begin>,
    /// Nothing else was heard of the device up to this time.
    known_until: Millis,
    /// Fixes before are to be given up.
    give_up: Option<Millis>,
    /// Nothing more will come: all is final.
    last: bool,
}

/// State of one device.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Device {
    window: Window,
    published: Vec<Published>,
    /// Stop that the oldest fix lies in, when older ones were given up.
    front: Option<Carried>,
    /// Where the next analysis begins when nothing older arrives.
    begin: Option<Begin>,
    /// Newest fix that was analysed.
    analysed: Millis,
    /// Fixes since then.
    fresh: usize,
    /// A fix older than `begin` has arrived.
    late: bool,
    /// When the stay at the end will have become a stop if nothing is heard.
    settles: Option<Millis>,
    /// When a result is due.
    pace: Pace,
    /// Not analysed since it was restored, so that what is late may have come before.
    restored: bool,
}

/// What is kept of a device beside its fixes.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Head {
    published: Vec<Published>,
    front: Option<Carried>,
    begin: Option<Begin>,
    analysed: Millis,
    settles: Option<Millis>,
    level: usize,
    #[serde(default)]
    pace: Pace,
}

impl Device {
    /// Takes a fix that arrived at `received`.
    pub fn push(&mut self, fix: Fix, received: Option<Millis>, config: &Config) -> Admission {
        if received.is_some_and(|received| fix.time > received + (config.future_s * 1e3) as Millis) {
            return Admission::Future;
        }
        if self.front.is_some() && self.window.oldest().is_some_and(|oldest| fix.time < oldest) {
            return Admission::TooLate;
        }
        match self.window.insert(fix, config.fixes_max) {
            Inserted::Known => return Admission::Repeated,
            Inserted::Newest => self.pace.follow(&fix, config),
            Inserted::Between => {
                self.late |= self.begin.is_some_and(|begin| fix.time <= begin.time + RUN_UP_MS);
            }
        }
        self.fresh += 1;
        Admission::Taken
    }

    /// True when there is enough news for [`Device::update`].
    #[must_use]
    pub fn is_due(&self, config: &Config) -> bool {
        let newest = self.window.newest().unwrap_or(Millis::MIN);
        let worth = self.fresh > 0
            && (newest - self.analysed).abs() >= CADENCE_MS
            && (self.late && !self.restored || self.pace.is_due(newest, self.analysed, config));
        if !worth {
            return false;
        }
        let analysed = match self.begin {
            Some(begin) if !self.late => self.window.since(begin.time).len(),
            _ => self.window.fixes().len(),
        };
        self.fresh >= (analysed / CADENCE_SHARE).min(config.fixes_max / CADENCE_SHARE)
    }

    /// True when fixes have arrived since the last [`Device::update`].
    #[must_use]
    pub fn has_news(&self) -> bool {
        self.fresh > 0 || self.late
    }

    /// When silence alone makes [`Device::update`] worth calling.
    #[must_use]
    pub fn settles_at(&self) -> Option<Millis> {
        self.settles
    }

    /// Analyses what is new and tells what changed. Nothing else was heard of the device up to `known_until`.
    pub fn update(&mut self, device: &str, known_until: Millis, config: &Config) -> Vec<Record> {
        let newest = self.window.newest().unwrap_or(0);
        let horizon = (config.horizon_h * 3.6e6) as Millis;
        let overdue = self
            .window
            .oldest()
            .is_some_and(|oldest| newest - oldest > horizon + SLACK_MS);
        let question = Question {
            begin: if self.late || overdue { None } else { self.begin },
            known_until: known_until.max(newest),
            give_up: overdue.then_some(newest - horizon),
            last: false,
        };
        self.answer(device, question, config)
    }

    /// Analyses everything once more and tells it as final: nothing more will come.
    pub fn close(&mut self, device: &str, config: &Config) -> Vec<Record> {
        let question = Question {
            begin: None,
            known_until: Millis::MAX / 4,
            give_up: None,
            last: true,
        };
        self.answer(device, question, config)
    }

    /// Bytes of memory that the state takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let records = self.published.capacity() * std::mem::size_of::<Published>();
        std::mem::size_of::<Self>() + self.window.bytes() + records
    }

    /// Its fixes in order of time.
    #[must_use]
    pub fn fixes(&self) -> &[Fix] {
        self.window.fixes()
    }

    /// Its fixes from `time` on.
    #[must_use]
    pub fn since(&self, time: Millis) -> &[Fix] {
        self.window.since(time)
    }

    /// Time of its newest fix.
    #[must_use]
    pub fn newest(&self) -> Option<Millis> {
        self.window.newest()
    }

    /// Grows whenever fixes were forgotten.
    #[must_use]
    pub fn rewrites(&self) -> u32 {
        self.window.rewrites()
    }

    /// Everything but the fixes, as bytes to keep.
    #[must_use]
    pub fn head(&self) -> Option<Vec<u8>> {
        let head = Head {
            published: self.published.clone(),
            front: self.front,
            begin: self.begin,
            analysed: self.analysed,
            settles: self.settles,
            level: self.window.level(),
            pace: self.pace,
        };
        serde_json::to_vec(&head).ok()
    }

    /// The device of kept bytes. Without a readable `head` it is a device whose records have not been published.
    #[must_use]
    pub fn restore(head: &[u8], fixes: Vec<Fix>, config: &Config) -> Self {
        let head: Head = serde_json::from_slice(head).unwrap_or_default();
        let mut window = Window::restored(fixes, head.level);
        if window.fixes().len() > config.fixes_max {
            window.thin(config.fixes_max);
        }
        // the pace was kept at the last analysis and has gone on since
        let mut pace = head.pace;
        let mut fresh = 0;
        for fix in window.fixes().iter().filter(|fix| fix.time > head.analysed) {
            pace.follow(fix, config);
            fresh += 1;
        }
        Self {
            fresh,
            // what came late before the restart may not have been analysed
            late: true,
            window,
            published: head.published,
            front: head.front,
            begin: head.begin,
            analysed: head.analysed,
            settles: head.settles,
            pace,
            restored: true,
        }
    }

    fn answer(&mut self, device: &str, question: Question, config: &Config) -> Vec<Record> {
        let mut changes = Vec::new();
        self.analyse(device, question, config, &mut changes);
        self.fresh = 0;
        self.late = false;
        self.restored = false;
        self.analysed = self.window.newest().unwrap_or(0);
        self.pace.looked(self.analysed, config);
        changes
    }

    fn analyse(&mut self, device: &str, question: Question, config: &Config, changes: &mut Vec<Record>) {
        if question.begin.is_none() {
            self.window.thin(config.fixes_max);
        }
        let fixes = question
            .begin
            .map_or(self.window.fixes(), |begin| self.window.since(begin.time));
        let carried = question.begin.map(|begin| begin.carried).or(self.front);
        let track = Track::new(fixes, config);
        if track.is_empty() {
            return;
        }
        let samples = track.samples(config);
        let spans = story::tell(&samples, config);
        let mut stays = stay::stays(&track, &samples, &spans, config);
        let within = stays.first_mut().filter(|stay| stay.first == 0);
        match (within, carried) {
            (Some(stay), Some(carried)) => stay.anchor = Place::new(carried.latitude, carried.longitude),
            (None, Some(_)) if question.begin.is_some() => {
                // what it began in is no stop any more
                return self.analyse(
                    device,
                    Question {
                        begin: None,
                        ..question
                    },
                    config,
                    changes,
                );
            }
            _ => {}
        }
        let known_until = (question.known_until - track.time(0.0)) as f64 / 1e3;
        let casts = role::cast(&track, &samples, &stays, known_until, config);
        let reporter = Reporter {
            device,
            track: &track,
            casts: &casts,
            config,
            carried,
        };
        let mut drafts: Vec<Draft> = casts
            .iter()
            .filter(is_stop)
            .map(|cast| reporter.stop(cast))
            .collect();
        drafts.extend(
            way::ways(&track, &casts, config)
                .iter()
                .map(|way| reporter.trip(way)),
        );
        drafts.sort_by_key(|draft| (draft.gist.start, draft.key));

        let since = question.begin.map(|begin| begin.carried.key);
        let silent = question.known_until - self.window.newest().unwrap_or(question.known_until);
        let publishing = Publishing {
            since,
            told: question.last || silent as f64 >= config.gap_s * 1e3,
            last: question.last,
        };
        publish(&mut self.published, &reporter, &drafts, publishing, changes);
        self.settles = settles(&reporter, config).filter(|at| *at > question.known_until);
        self.begin = next_begin(&reporter, config).or(question.begin);
        if let Some(oldest) = question.give_up
            && let Some(front) = front(&reporter, oldest)
        {
            settle(
                &mut self.published,
                &reporter,
                &drafts,
                front.carried.key,
                changes,
            );
            self.front = Some(front.carried);
            self.window.forget(front.time);
        }
    }
}

/// When silence alone will have made news: a stay at the end has become a stop, or a trip has been cut off.
fn settles(reporter: &Reporter<'_>, config: &Config) -> Option<Millis> {
    let track = reporter.track;
    let newest = track.len().saturating_sub(1);
    let last = reporter.casts.last().filter(|cast| cast.stay.last >= newest);
    match last.map(|cast| (cast.role, cast.from.at)) {
        Some((Role::Stop, _)) => None,
        Some((_, from)) => Some(track.time(from + config.stop_s)),
        None => Some(track.time(track.at(newest).seconds + config.gap_s)),
    }
}
