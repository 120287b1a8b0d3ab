use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

type Dump = Arc<dyn Fn() -> Value + Send + Sync>;

/// Health of a process: each of its parts says how it is.
#[derive(Clone, Default)]
pub struct Health {
    parts: Arc<Mutex<BTreeMap<&'static str, Part>>>,
}

struct Part {
    state: State,
    dump: Option<Dump>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    Starting(String),
    /// And how.
    Ready(String),
    NotReady(String),
    Failed(String),
}

/// A question about a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    /// Should it be restarted?
    Live,
    /// Should it be given work?
    Ready,
    /// Has it started?
    Started,
}

/// With which one part of a process says how it is.
#[derive(Debug, Clone)]
pub struct Reporter {
    health: Health,
    name: &'static str,
}

impl Health {
    /// Adds a part, which is starting.
    #[must_use]
    pub fn part(&self, name: &'static str) -> Reporter {
        let reporter = Reporter {
            health: self.clone(),
            name,
        };
        reporter.set(State::Starting("has not reported yet".to_owned()));
        reporter
    }

    /// The answer to a question and a line per part that says why.
    pub(super) fn answer(&self, question: Question) -> (bool, String) {
        let parts = self.lock();
        let mut good = true;
        let mut reasons = String::new();
        for (name, part) in parts.iter() {
            let (fine, text) = match &part.state {
                State::Ready(how) if how.is_empty() => (true, "ready".to_owned()),
                State::Ready(how) => (true, format!("ready: {how}")),
                State::Starting(why) => (question == Question::Live, format!("starting: {why}")),
                State::NotReady(why) => (question != Question::Ready, format!("not ready: {why}")),
                State::Failed(why) => (question == Question::Started, format!("failed: {why}")),
            };
            good &= fine;
            reasons.push_str(&format!("{name}: {text}\n"));
        }
        (good, reasons)
    }

    /// The state of every part that shows one.
    pub(super) fn state(&self) -> Value {
        let dumps: Vec<(&'static str, Dump)> = self
            .lock()
            .iter()
            .filter_map(|(name, part)| Some((*name, part.dump.clone()?)))
            .collect();
        Value::Object(
            dumps
                .into_iter()
                .map(|(name, dump)| (name.to_owned(), dump()))
                .collect::<Map<_, _>>(),
        )
    }

    /// Writes the state of every part to the log whenever the process gets the signal `SIGUSR1`, until `stop`.
    ///
    /// # Errors
    /// When the system does not let the signal be watched.
    pub async fn log_on_signal(&self, stop: CancellationToken) -> io::Result<()> {
        let mut asked = signal(SignalKind::user_defined1())?;
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                _ = asked.recv() => {
                    let (_, ready) = self.answer(Question::Ready);
                    tracing::info!(state = %self.state(), %ready, "the state of this process");
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, Part>> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Health {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map()
            .entries(self.lock().iter().map(|(name, part)| (*name, part.state.clone())))
            .finish()
    }
}

impl Reporter {
    /// It is not done starting, because.
    pub fn starting(&self, why: impl Into<String>) {
        self.set(State::Starting(why.into()));
    }

    /// It works.
    pub fn ready(&self) {
        self.set(State::Ready(String::new()));
    }

    /// It works, and how.
    pub fn ready_as(&self, how: impl Into<String>) {
        self.set(State::Ready(how.into()));
    }

    /// It cannot take work now, because. That may pass.
    pub fn not_ready(&self, why: impl Into<String>) {
        self.set(State::NotReady(why.into()));
    }

    /// It will not work again without a restart, because.
    pub fn failed(&self, why: impl Into<String>) {
        self.set(State::Failed(why.into()));
    }

    /// Makes `dump` show the part's state on the admin port.
    pub fn show(&self, dump: impl Fn() -> Value + Send + Sync + 'static) {
        if let Some(part) = self.health.lock().get_mut(self.name) {
            part.dump = Some(Arc::new(dump));
        }
    }

    fn set(&self, state: State) {
        self.health
            .lock()
            .entry(self.name)
            .or_insert(Part {
                state: State::Ready(String::new()),
                dump: None,
            })
            .state = state;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_question_has_its_own_answer_and_reason() {
        let health = Health::default();
        let gateway = health.part("gateway");
        let log = health.part("log");
        log.ready_as("holds 3 partitions");
        assert!(health.answer(Question::Live).0);
        assert!(!health.answer(Question::Started).0 && !health.answer(Question::Ready).0);
        gateway.not_ready("draining");
        let (ready, why) = health.answer(Question::Ready);
        assert!(
            !ready
                && why.contains("gateway: not ready: draining")
                && why.contains("log: ready: holds 3 partitions")
        );
        assert!(health.answer(Question::Live).0 && health.answer(Question::Started).0);
        gateway.failed("disk");
        assert!(!health.answer(Question::Live).0);
        gateway.show(|| serde_json::json!({ "connections": 3 }));
        assert_eq!(health.state()["gateway"]["connections"], 3);
    }
}
