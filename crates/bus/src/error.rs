use std::path::PathBuf;

/// Why the log could not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Another process works with the folder.
    #[error("the log in {} is in use by another process; stop that one or choose another folder", path.display())]
    Locked {
        /// Folder of the log.
        path: PathBuf,
    },
    /// The folder cannot be read or written.
    #[error("cannot {doing} in {}: check that the folder can be written and that the disk has room", path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// Folder of the log.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The files do not hold what was written to them.
    #[error("the log in {} is damaged ({detail}); restore it from a copy, or move the folder away to begin anew", path.display())]
    Damaged {
        /// Folder of the log.
        path: PathBuf,
        /// What was found.
        detail: String,
    },
    /// Writing failed, so that it is not known what the disk holds until a restart has read it.
    #[error("the log in {} takes nothing any more, since writing to it failed ({detail}); keep the folder, it holds what was acknowledged: check the disk, then start again", path.display())]
    WriteFailed {
        /// Folder of the log.
        path: PathBuf,
        /// What the system said.
        detail: String,
    },
    /// A later version wrote the files, in a way that this one does not know.
    #[error("the log in {} was written by a later version of the program (format {found}, this one knows formats up to {known}); use that version, or choose another folder", path.display())]
    LaterFormat {
        /// Folder of the log.
        path: PathBuf,
        /// Format of the files.
        found: u32,
        /// Last format that is known.
        known: u32,
    },
    /// The log takes nothing at the moment; trying again can help.
    #[error("the log is not available now: {0}")]
    Unavailable(String),
    /// The user has no right to the topic.
    #[error(
        "the user of this process has no right to the topic {0}; `milepost topics acls` prints what its role needs"
    )]
    NoRight(String),
    /// The topic does not exist.
    #[error("the topic {0} does not exist; make it with `milepost topics apply`")]
    NoSuchTopic(String),
    /// The input topics of a stage cannot share a state.
    #[error(
        "the inputs of {stage} have different partition counts ({counts}); they must be equal so that a key's records meet"
    )]
    UnequalPartitions {
        /// Name of the stage.
        stage: &'static str,
        /// Topics and their counts.
        counts: String,
    },
    /// Two consumers of one role have one name.
    #[error(
        "another process of this role took over as {instance:?}; give each its own bus.kafka.instance, or stop one of them"
    )]
    SameInstance {
        /// The name.
        instance: String,
    },
    /// Settings that cannot work.
    #[error("{0}")]
    Config(String),
    /// The topics file cannot be used.
    #[error("the topics file cannot be used: {0}")]
    TopicsFile(String),
    /// The Kafka client reports an error that trying again will not cure.
    #[error("kafka cannot {doing}")]
    Kafka {
        /// What was tried.
        doing: String,
        /// What the client said.
        source: rdkafka::error::KafkaError,
    },
    /// A stage's code panicked.
    #[error("the stage {stage} panicked: {message}; this is a defect, please report it with the log above")]
    Panicked {
        /// Name of the stage.
        stage: &'static str,
        /// The panic's text.
        message: String,
    },
    /// The log can never take what a stage wrote.
    #[error("the log refuses what the stage {stage} wrote: {reason}; this is a defect of the stage")]
    StageOutput {
        /// Name of the stage.
        stage: &'static str,
        /// What the log said.
        reason: String,
    },
    /// The bus was closed.
    #[error("the log is closed")]
    Closed,
}

impl Error {
    /// True when the same call can succeed later without anybody doing anything.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}
