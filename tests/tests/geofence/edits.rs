//! Fences that are edited while positions come.

use events::Topic;
use events::fence::v1::Kind;
use jiff::Timestamp;

use bus::Read;

use crate::day::{circle, point, position, record};
use crate::log::{LIMIT, Log, close, consume, event, publish};

/// Edits, where `MILEPOST_FENCE_EDITS` says nothing else: enough for the index to be built anew beside the stream.
const EDITS: u32 = 20_000;
/// Fences that are edited.
const FENCES: u32 = 500;

#[tokio::test(flavor = "multi_thread")]
async fn edits_are_taken_and_the_stream_goes_on() {
    let edits: u32 = std::env::var("MILEPOST_FENCE_EDITS").map_or(EDITS, |edits| edits.parse().unwrap());
    let log = Log::local();
    let bus = log.open();
    let at = Timestamp::now().as_millisecond();
    let gate = |version, east, at| {
        let fence = circle("gate", version, (east, 0.0), 100.0);
        record(Topic::Fences, &fence.id, &fence, at)
    };
    let office = circle("office", 1, (0.0, 9_000.0), 100.0);
    publish(
        &bus,
        vec![gate(1, 0.0, at), record(Topic::Fences, &office.id, &office, at)],
    )
    .await;
    let (stop, running) = consume(&bus);
    let mut events = bus.read(Read::follow(Topic::FenceEvents));
    let mut next = async |fence: &str, kind| {
        let wait = async {
            loop {
                let event = event(&events.next().await.unwrap().unwrap());
                if event.fence == fence && event.kind() == kind {
                    return event;
                }
            }
        };
        tokio::time::timeout(LIMIT, wait).await.unwrap()
    };
    publish(&bus, vec![position("still", at, point(0.0, 0.0), at)]).await;
    assert_eq!(next("gate", Kind::Enter).await.fence_version, 1);

    // Many edits, and fixes among them: their events come, whether the edits were taken or not.
    let storm = (0..edits).map(|number| {
        let radius_m = f64::from(100 + number / FENCES);
        let fence = circle(
            &format!("edited-{}", number % FENCES),
            number / FENCES + 1,
            (50_000.0, 0.0),
            radius_m,
        );
        record(Topic::Fences, &fence.id, &fence, at)
    });
    let writer = tokio::spawn({
        let (bus, storm) = (bus.clone(), storm.collect());
        async move { publish(&bus, storm).await }
    });
    for number in 0..20 {
        let device = format!("device-{number}");
        publish(&bus, vec![position(&device, at, point(0.0, 9_000.0), at)]).await;
        assert_eq!(next("office", Kind::Enter).await.device, device);
    }
    writer.await.unwrap();

    // The gate is moved away from the device that stands in it, without a fix.
    publish(&bus, vec![gate(2, 5_000.0, at + 1_000)]).await;
    let exit = next("gate", Kind::Exit).await;
    assert_eq!((exit.device.as_str(), exit.fence_version), ("still", 2));
    stop.cancel();
    running.await.unwrap().unwrap();
    close(bus).await;
}
