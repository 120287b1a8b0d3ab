use std::collections::BTreeMap;
use std::error::Error;
use std::future::Future;
use std::time::Duration;

use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::StopSignals;
use crate::systemd;

type Fault = Box<dyn Error + Send + Sync>;

/// When a role is told to stop. The next phase begins when all roles of the one before have stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Takes work from outside: stops first.
    Intake,
    /// Works on what was taken.
    Work,
    /// What the others stand on.
    Ground,
}

const PHASES: [Phase; 3] = [Phase::Intake, Phase::Work, Phase::Ground];

/// Why a process ends with a failure.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A role failed; the others were stopped.
    #[error("{role} failed")]
    Role {
        /// Which.
        role: &'static str,
        /// With what.
        source: Fault,
    },
    /// A role panicked; the others were stopped.
    #[error("{role} panicked; this is a defect, please report it with the log above")]
    Panicked {
        /// Which.
        role: &'static str,
    },
    /// Roles did not stop in time; what they had not finished was left undone.
    #[error("not stopped within {seconds} s: {roles}; allow more with `drain_seconds`")]
    Drain {
        /// Which.
        roles: String,
        /// The deadline.
        seconds: u64,
    },
    /// A second signal came during the drain.
    #[error("stopped at once by a second signal")]
    Impatient,
    /// Signals cannot be watched.
    #[error("cannot watch for signals")]
    Signals(#[source] std::io::Error),
}

/// Runs the roles of a process and ends them together.
#[derive(Debug)]
pub struct Supervisor {
    signals: StopSignals,
    tokens: BTreeMap<Phase, CancellationToken>,
    tasks: JoinSet<Result<(), Fault>>,
    roles: BTreeMap<Id, (&'static str, Phase)>,
    stop: CancellationToken,
}

impl Supervisor {
    /// Without roles. Signals are taken from now on: what comes before [`Supervisor::run`] stops the roles as soon as they run.
    ///
    /// # Errors
    /// When signals cannot be watched.
    pub fn new() -> Result<Self, Failure> {
        Ok(Self {
            signals: StopSignals::watch().map_err(Failure::Signals)?,
            tokens: BTreeMap::new(),
            tasks: JoinSet::new(),
            roles: BTreeMap::new(),
            stop: CancellationToken::new(),
        })
    }

    /// Cancelled to make the process stop as by a signal.
    #[must_use]
    pub fn stop_token(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Runs a role. It is given the token that tells it to stop, finishes what it has taken, and returns.
    pub fn spawn<F, E>(&mut self, role: &'static str, phase: Phase, run: impl FnOnce(CancellationToken) -> F)
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<Fault>,
    {
        let token = self.tokens.entry(phase).or_default().clone();
        let work = run(token);
        let handle = self.tasks.spawn(async move { work.await.map_err(Into::into) });
        self.roles.insert(handle.id(), (role, phase));
    }

    /// Tells systemd that the process is ready, and runs until a signal, the stop token, or the first role that
    /// fails; then stops the roles phase by phase, all within `drain`.
    ///
    /// # Errors
    /// When a role failed, or did not stop in time.
    pub async fn run(mut self, drain: Duration) -> Result<(), Failure> {
        systemd::ready();
        let first = self.serve().await;
        systemd::stopping();
        first.and(self.drain(drain).await)
    }

    /// Until the process should stop.
    async fn serve(&mut self) -> Result<(), Failure> {
        let watchdog = systemd::watchdog();
        let mut beat = tokio::time::interval(watchdog.unwrap_or(Duration::from_secs(3600)));
        loop {
            tokio::select! {
                signal = self.signals.next() => {
                    tracing::info!(signal, "stopping; a second signal stops at once");
                    return Ok(());
                }
                () = self.stop.cancelled() => return Ok(()),
                _ = beat.tick() => systemd::alive(),
                ended = self.tasks.join_next_with_id() => match ended {
                    None => return Ok(()),
                    Some(ended) => { self.ended(ended)?; }
                },
            }
        }
    }

    /// Stops the roles, phase by phase.
    async fn drain(&mut self, limit: Duration) -> Result<(), Failure> {
        let deadline = Instant::now() + limit;
        let mut first = Ok(());
        for phase in PHASES {
            if let Some(token) = self.tokens.get(&phase) {
                token.cancel();
            }
            while self.roles.values().any(|(_, of)| *of == phase) {
                let ended = tokio::select! {
                    ended = timeout_at(deadline, self.tasks.join_next_with_id()) => ended,
                    _ = self.signals.next() => return Err(Failure::Impatient),
                };
                match ended {
                    Ok(Some(ended)) => first = first.and(self.ended(ended)),
                    Ok(None) => break,
                    Err(_) => {
                        let late: Vec<&str> = self.roles.values().map(|(role, _)| *role).collect();
                        return Err(Failure::Drain {
                            roles: late.join(", "),
                            seconds: limit.as_secs(),
                        });
                    }
                }
            }
        }
        first
    }

    /// Notes the end of one role.
    fn ended(&mut self, ended: Result<(Id, Result<(), Fault>), JoinError>) -> Result<(), Failure> {
        let id = ended.as_ref().map_or_else(JoinError::id, |(id, _)| *id);
        let role = self.roles.remove(&id).map_or("a role", |(role, _)| role);
        match ended {
            Ok((_, Ok(()))) => {
                tracing::debug!(role, "stopped");
                Ok(())
            }
            Ok((_, Err(source))) => Err(Failure::Role { role, source }),
            Err(_) => Err(Failure::Panicked { role }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::sync::{Arc, Mutex};

    #[tokio::test]
    async fn a_role_that_fails_stops_the_others_and_is_named() {
        let mut supervisor = Supervisor::new().unwrap();
        let stopped = CancellationToken::new();
        let seen = stopped.clone();
        supervisor.spawn("good", Phase::Work, |token| async move {
            token.cancelled().await;
            seen.cancel();
            Ok::<(), std::io::Error>(())
        });
        supervisor.spawn("bad", Phase::Work, |_| async {
            Err(std::io::Error::other("no room"))
        });
        let failure = supervisor.run(Duration::from_secs(60)).await.unwrap_err();
        assert!(stopped.is_cancelled());
        assert_eq!(failure.to_string(), "bad failed");
        assert_eq!(failure.source().unwrap().to_string(), "no room");
    }

    #[tokio::test]
    async fn intake_stops_before_work() {
        let mut supervisor = Supervisor::new().unwrap();
        let order = Arc::new(Mutex::new(Vec::new()));
        for (name, phase) in [("work", Phase::Work), ("intake", Phase::Intake)] {
            let order = order.clone();
            supervisor.spawn(name, phase, move |token| async move {
                token.cancelled().await;
                tokio::task::yield_now().await;
                order.lock().unwrap().push(name);
                Ok::<(), std::io::Error>(())
            });
        }
        supervisor.stop_token().cancel();
        supervisor.run(Duration::from_secs(60)).await.unwrap();
        assert_eq!(*order.lock().unwrap(), ["intake", "work"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_role_that_does_not_stop_is_named_after_the_deadline() {
        let mut supervisor = Supervisor::new().unwrap();
        supervisor.spawn("stuck", Phase::Work, |_| {
            std::future::pending::<Result<(), std::io::Error>>()
        });
        supervisor.stop_token().cancel();
        let failure = supervisor.run(Duration::from_secs(5)).await.unwrap_err();
        assert!(
            matches!(&failure, Failure::Drain { roles, seconds: 5 } if roles == "stuck"),
            "{failure}"
        );
    }
}
