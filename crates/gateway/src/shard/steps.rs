//! Answers that wait for their records to be durable, in the order of the connection.

use slab::Slab;

use super::tracer::Traced;

const NONE: u32 = u32::MAX;

/// All steps of a shard whose records are on their way.
#[derive(Default)]
pub(super) struct Steps {
    steps: Slab<Waiting>,
}

/// The steps of one connection, oldest first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Queue {
    first: u32,
    last: u32,
}

impl Default for Queue {
    fn default() -> Self {
        Self {
            first: NONE,
            last: NONE,
        }
    }
}

impl Queue {
    pub(super) fn is_empty(self) -> bool {
        self.first == NONE
    }
}

/// What has to become durable before what may be answered.
#[derive(Debug, Default)]
pub(super) struct Step {
    /// Records whose fate is not known yet.
    pub(super) records: u32,
    /// Bytes to be written when all records are durable.
    pub(super) answers: Vec<u8>,
    /// Answers in `answers`.
    pub(super) count: u32,
    /// When the frame was read.
    pub(super) read_ms: i64,
    /// Where the frame is followed.
    pub(super) traced: Option<Box<Traced>>,
}

struct Waiting {
    /// Connection that the step belongs to; [`NONE`] when it has ended.
    connection: u32,
    next: u32,
    failed: bool,
    step: Step,
}

/// A step that is over, at the front of its connection's queue.
pub(super) struct Done {
    /// All its records are durable.
    pub(super) durable: bool,
    pub(super) step: Step,
}

impl Steps {
    /// Appends a step; gives the token to publish its records with.
    pub(super) fn push(&mut self, queue: &mut Queue, connection: usize, step: Step) -> u64 {
        let key = self.steps.insert(Waiting {
            connection: connection as u32,
            next: NONE,
            failed: false,
            step,
        });
        let key = key as u32;
        match self.steps.get_mut(queue.last as usize) {
            Some(last) if queue.last != NONE => last.next = key,
            _ => queue.first = key,
        }
        queue.last = key;
        u64::from(key)
    }

    /// Notes the fate of a record. Gives the connection whose front step may be over now.
    pub(super) fn settle(&mut self, token: u64, durable: bool) -> Option<usize> {
        let key = usize::try_from(token).ok()?;
        let waiting = self.steps.get_mut(key)?;
        waiting.step.records = waiting.step.records.saturating_sub(1);
        waiting.failed |= !durable;
        if waiting.step.records > 0 {
            return None;
        }
        if waiting.connection == NONE {
            self.steps.remove(key);
            return None;
        }
        Some(waiting.connection as usize)
    }

    /// Takes the front step of a connection if it is over.
    pub(super) fn pop(&mut self, queue: &mut Queue) -> Option<Done> {
        let key = queue.first as usize;
        if self.steps.get(key)?.step.records > 0 {
            return None;
        }
        let waiting = self.steps.remove(key);
        queue.first = waiting.next;
        if waiting.next == NONE {
            queue.last = NONE;
        }
        Some(Done {
            durable: !waiting.failed,
            step: waiting.step,
        })
    }

    /// Forgets the connection of its steps; gives how many answers nobody will get. Steps stay until their records
    /// are settled, so that a token never means another step.
    pub(super) fn orphan(&mut self, queue: &mut Queue) -> u64 {
        let mut lost = 0;
        let mut key = queue.first;
        while let Some(waiting) = self.steps.get_mut(key as usize).filter(|_| key != NONE) {
            let current = key as usize;
            key = waiting.next;
            lost += u64::from(waiting.step.count);
            waiting.connection = NONE;
            waiting.step.answers = Vec::new();
            if waiting.step.records == 0 {
                self.steps.remove(current);
            }
        }
        *queue = Queue::default();
        lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(steps: &mut Steps, queue: &mut Queue, records: u32, answer: &[u8]) -> u64 {
        let step = Step {
            records,
            answers: answer.to_vec(),
            count: 1,
            ..Step::default()
        };
        steps.push(queue, 7, step)
    }

    #[test]
    fn answers_leave_in_the_order_of_their_frames() {
        let (mut steps, mut queue) = (Steps::default(), Queue::default());
        let first = push(&mut steps, &mut queue, 1, b"1");
        let second = push(&mut steps, &mut queue, 1, b"2");
        assert_eq!(steps.settle(second, true), Some(7));
        assert!(steps.pop(&mut queue).is_none(), "the first is still on its way");
        assert_eq!(steps.settle(first, true), Some(7));
        assert_eq!(steps.pop(&mut queue).unwrap().step.answers, b"1");
        assert_eq!(steps.pop(&mut queue).unwrap().step.answers, b"2");
        assert!(queue.is_empty() && steps.steps.is_empty());
    }

    #[test]
    fn one_failed_record_fails_its_step_and_no_other() {
        let (mut steps, mut queue) = (Steps::default(), Queue::default());
        let first = push(&mut steps, &mut queue, 2, b"1");
        let second = push(&mut steps, &mut queue, 1, b"2");
        assert_eq!(steps.settle(first, false), None);
        steps.settle(second, true);
        assert_eq!(steps.settle(first, true), Some(7));
        assert!(!steps.pop(&mut queue).unwrap().durable);
        assert!(steps.pop(&mut queue).unwrap().durable);
    }

    #[test]
    fn steps_of_an_ended_connection_stay_until_their_records_are_settled() {
        let (mut steps, mut queue) = (Steps::default(), Queue::default());
        let first = push(&mut steps, &mut queue, 1, b"1");
        let second = push(&mut steps, &mut queue, 1, b"2");
        steps.settle(second, true);
        assert_eq!(steps.orphan(&mut queue), 2);
        let mut other = Queue::default();
        let third = push(&mut steps, &mut other, 1, b"3");
        assert_ne!(third, first);
        assert_eq!(steps.settle(first, true), None);
        assert_eq!(steps.settle(third, true), Some(7));
        assert_eq!(steps.pop(&mut other).unwrap().step.answers, b"3");
        assert!(steps.steps.is_empty());
    }
}
