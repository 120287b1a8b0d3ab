//! When results are committed, and what happens when that fails.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{BACK_OFF, COLLECT, COLLECTED, CommitFailure, Pending, Runner};
use crate::{Error, Stage, metrics};

impl<S: Stage> Runner<'_, S> {
    /// Commits when it is time. `behind` says that there is a backlog.
    pub(super) fn commit_when_due(&mut self, behind: bool) -> Result<(), Error> {
        let full = self.pending.records() >= COLLECTED;
        // While there is more to take, nobody waits for the commit that is being written.
        self.land(full || !behind)?;
        let collect = if behind && !full { COLLECT } else { Duration::ZERO };
        if self.flying.is_none()
            && !self.pending.is_empty()
            && self.last_commit.elapsed() >= self.session.commit_interval().max(collect)
        {
            self.settle();
            let work = Arc::new(std::mem::take(&mut self.pending));
            self.begin(work)?;
        }
        Ok(())
    }

    /// Commits what is left, once: what cannot be committed now is done again by the next runner.
    pub(super) fn finish(mut self) -> Result<(), Error> {
        self.land(true)?;
        if self.pending.is_empty() || self.flying.is_some() {
            return Ok(());
        }
        self.settle();
        let work = Arc::new(std::mem::take(&mut self.pending));
        let outcome = self
            .session
            .begin(&work)
            .and_then(|()| self.session.outcome(true).unwrap_or(Ok(())));
        match outcome {
            Ok(()) => {
                work.committed(self.stage.name());
                Ok(())
            }
            Err(CommitFailure::Retry(_) | CommitFailure::Lost(_)) => Ok(()),
            Err(CommitFailure::Fatal(error)) => Err(error),
        }
    }

    /// Lets the stage save what it has held back.
    fn settle(&mut self) {
        for (partition, state) in &mut self.states {
            self.stage.settle(state, &mut self.out);
            self.pending.take(*partition, &mut self.out);
        }
    }

    /// Asks for the outcome of the commit that was begun, if any.
    fn land(&mut self, wait: bool) -> Result<(), Error> {
        let Some((work, begun)) = self.flying.take() else {
            return Ok(());
        };
        match self.session.outcome(wait) {
            None => self.flying = Some((work, begun)),
            Some(Ok(())) => self.committed(&work, begun),
            Some(Err(failure)) => {
                if self.failed(failure)? {
                    self.begin(work)?;
                    // Told to stop meanwhile: what was taken since waits for the next runner, too.
                    if self.shutdown.is_cancelled() {
                        self.pending = Pending::default();
                    }
                }
            }
        }
        Ok(())
    }

    /// Begins a commit, trying again until that succeeds, is lost, or the runner is told to stop.
    fn begin(&mut self, work: Arc<Pending>) -> Result<(), Error> {
        let mut back_off = BACK_OFF.0;
        loop {
            let begun = Instant::now();
            let failure = match self.session.begin(&work) {
                Ok(()) => match self.session.outcome(false) {
                    None => {
                        self.flying = Some((work, begun));
                        self.last_commit = begun;
                        return Ok(());
                    }
                    Some(Ok(())) => {
                        self.committed(&work, begun);
                        break;
                    }
                    Some(Err(failure)) => failure,
                },
                Err(failure) => failure,
            };
            if !self.failed(failure)? || self.shutdown.is_cancelled() {
                break;
            }
            self.pause(&mut back_off);
        }
        self.last_commit = Instant::now();
        Ok(())
    }

    fn committed(&self, work: &Pending, begun: Instant) {
        metrics::committed(self.stage.name(), begun.elapsed());
        work.committed(self.stage.name());
    }

    /// Tells of a failed commit. True when it may be tried again.
    fn failed(&mut self, failure: CommitFailure) -> Result<bool, Error> {
        match failure {
            CommitFailure::Retry(reason) => {
                metrics::commit_failed(self.stage.name());
                tracing::warn!(stage = self.stage.name(), reason, "the commit is tried again");
                Ok(true)
            }
            CommitFailure::Lost(reason) => {
                metrics::commit_failed(self.stage.name());
                tracing::warn!(
                    stage = self.stage.name(),
                    reason,
                    "the work is left to whoever has the partitions now"
                );
                // What was taken meanwhile stands on work that did not happen.
                self.states.clear();
                self.pending = Pending::default();
                Ok(false)
            }
            CommitFailure::Fatal(error) => Err(error),
        }
    }
}
