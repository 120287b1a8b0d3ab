//! What a broker of the tests is told.

use std::path::Path;

/// Settings that all brokers of the tests have: everything happens within seconds instead of hours.
pub(super) fn common(data: &Path) -> Vec<String> {
    let mut lines = vec![format!("log.dirs={}", data.display())];
    lines.extend(
        [
            "process.roles=broker,controller",
            "controller.listener.names=CONTROLLER",
            "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SPOILED:PLAINTEXT,\
             SECURED:SASL_SSL",
            "offsets.topic.num.partitions=3",
            "transaction.state.log.num.partitions=3",
            "group.initial.rebalance.delay.ms=0",
            // Lets tests notice dead consumers soon.
            "group.min.session.timeout.ms=500",
            "auto.create.topics.enable=false",
            // Segments end, are cleaned and deleted within seconds.
            "log.roll.ms=1000",
            "log.retention.check.interval.ms=500",
            "log.cleaner.backoff.ms=200",
            "log.cleaner.min.cleanable.ratio=0.01",
            "log.initial.task.delay.ms=500",
        ]
        .map(str::to_owned),
    );
    lines
}

/// Replicas of the topics that Kafka keeps for itself, and how many of them must have a record.
pub(super) fn replicas(of: usize, needed: usize) -> Vec<String> {
    vec![
        format!("offsets.topic.replication.factor={of}"),
        format!("transaction.state.log.replication.factor={of}"),
        format!("transaction.state.log.min.isr={needed}"),
        format!("default.replication.factor={of}"),
        format!("min.insync.replicas={needed}"),
    ]
}

/// Further settings of a caller, as lines.
pub(super) fn lines(settings: &[(&str, &str)]) -> impl Iterator<Item = String> {
    settings.iter().map(|(name, value)| format!("{name}={value}"))
}
