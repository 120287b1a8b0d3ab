//! A line of figures now and then.

use std::time::Duration;

use bus::Bus;
use events::Topic;
use gateway::Handle;
use sim::fleet::Fleet;
use tokio_util::sync::CancellationToken;

use crate::say;

/// Time to the first line, and between the others.
const EVERY: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(15));

/// Prints until `stop`.
pub(super) async fn run(bus: &Bus, gateway: &Handle, fleet: Option<&Fleet>, stop: CancellationToken) {
    let mut wait = EVERY.0;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
        wait = EVERY.1;
        match line(bus, gateway, fleet).await {
            Ok(line) => say(format_args!("{line}")),
            Err(error) => tracing::warn!(%error, "no figures"),
        }
    }
}

async fn line(bus: &Bus, gateway: &Handle, fleet: Option<&Fleet>) -> Result<String, bus::Error> {
    let topics = bus.admin().topics().await?;
    let mut parts = vec![format!("{} devices online", gateway.devices_online())];
    // Definitions are few and no news.
    for info in topics.iter().filter(|info| shown(info.topic)) {
        let records: u64 = info.partitions.iter().map(|partition| partition.end).sum();
        if records > 0 {
            let name = info
                .topic
                .name()
                .trim_start_matches("milepost.")
                .trim_end_matches(".v1");
            parts.push(format!("{records} {}", name.replace('-', " ")));
        }
    }
    if let Some(fleet) = fleet {
        let progress = fleet.progress();
        parts.push(format!(
            "simulated: {} fixes sent, {} messages answered",
            progress.fixes, progress.answered
        ));
    }
    Ok(parts.join(", "))
}

fn shown(topic: Topic) -> bool {
    topic.cleanup() == events::Cleanup::Delete && topic != Topic::RawFrames
}
