//! The consumer in a process that dies.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bus::{Around, Out, Received, Refusal, Stage};
use geofence::GeofenceConfig;
use geofence::service::Geofence;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::log::{self, Log};

/// Tells the child where the log is, and at which record to die.
const TASK: &str = "MILEPOST_GEOFENCE_CHILD";

/// Runs the consumer in another process until it has taken so many records, and dies as by SIGKILL.
pub(crate) async fn run_until_death(log: &Log, records: u64) {
    let task = format!("{}|{records}", log.place());
    let status = tokio::task::spawn_blocking(move || {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child::consume_and_die"])
            .env(TASK, task)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap()
    });
    let status = tokio::time::timeout(log::LIMIT, status).await.unwrap().unwrap();
    assert_eq!(status.code(), None, "a signal ended it");
}

/// Not a test of its own: what others run in another process, told by the environment.
#[tokio::test(flavor = "multi_thread")]
async fn consume_and_die() {
    let Ok(task) = std::env::var(TASK) else { return };
    let (place, records) = task.rsplit_once('|').unwrap();
    let bus = log::open(place);
    let (stage, _) = geofence::new(&GeofenceConfig::default());
    let mortal = Mortal {
        stage,
        left: AtomicU64::new(records.parse().unwrap()),
    };
    bus.run(mortal, CancellationToken::new()).await.unwrap();
}

/// The consumer, which dies at a record.
struct Mortal {
    stage: Arc<Geofence>,
    left: AtomicU64,
}

impl Around for Mortal {
    type Inner = Geofence;

    fn inner(&self) -> &Geofence {
        &self.stage
    }

    fn pass(
        &self,
        state: &mut <Geofence as Stage>::State,
        record: &Received,
        now: Timestamp,
        out: &mut Out,
    ) -> Result<(), Refusal> {
        if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            std::process::abort();
        }
        self.stage.apply(state, record, now, out)
    }
}
