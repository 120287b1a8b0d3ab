use std::sync::Arc;

use gateway::{Deadlines, GatewayConfig};

use crate::outlet::Lever;
use crate::rig::{Rig, config};

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_that_does_nothing_is_not_alive_until_it_goes_on() {
    let mut lever = None;
    let config = GatewayConfig {
        deadlines: Deadlines {
            stall_seconds: 0.5,
            ..Deadlines::default()
        },
        ..config()
    };
    let rig = Rig::over(config, |bus| {
        let made = Lever::new(bus.publisher());
        lever = Some(made.clone());
        made
    })
    .await;
    let lever: Arc<Lever> = lever.unwrap();
    rig.until("all threads run", |handle| handle.liveness() == Ok(()))
        .await;
    tokio::task::block_in_place(|| {
        let _grip = lever.grip();
        let begin = std::time::Instant::now();
        while rig.handle.liveness().is_ok() {
            assert!(begin.elapsed() < crate::rig::LIMIT, "nobody notices");
            std::thread::yield_now();
        }
        let why = rig.handle.liveness().unwrap_err();
        assert!(why.contains("has done nothing for"), "{why}");
    });
    rig.until("all threads go on", |handle| handle.liveness() == Ok(()))
        .await;
}
