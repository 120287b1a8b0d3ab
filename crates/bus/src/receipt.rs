use std::sync::Arc;

/// Where and how a published record ended.
pub type Outcome = Result<(), PublishError>;

/// A record that was not made durable. Nothing is known about whether a part of the system has it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// It may succeed later: the log cannot be reached or has no room now.
    #[error("the log cannot take the record now: {0}")]
    Unavailable(String),
    /// It will never succeed: the log refuses this record.
    #[error("the log refuses the record: {0}")]
    Refused(String),
}

impl PublishError {
    /// True when trying the same record again can help.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

/// Told once about every record that was published with it, from whatever thread the log reports on.
pub trait ReceiptSink: Send + Sync {
    /// The record published with `token` is durable, or is not going to be.
    fn settled(&self, token: u64, outcome: Outcome);
}

/// The right to be told what became of one record.
#[derive(Clone)]
pub struct Receipt {
    sink: Arc<dyn ReceiptSink>,
    token: u64,
}

impl Receipt {
    /// Reports to `sink` under `token`.
    pub fn new(sink: Arc<dyn ReceiptSink>, token: u64) -> Self {
        Self { sink, token }
    }

    /// Tells the sink; uses up the receipt, so it cannot be told twice.
    pub fn settle(self, outcome: Outcome) {
        self.sink.settled(self.token, outcome);
    }
}

impl std::fmt::Debug for Receipt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Receipt")
            .field("token", &self.token)
            .finish_non_exhaustive()
    }
}
